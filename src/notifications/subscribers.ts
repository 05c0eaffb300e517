import type { Subscriber } from './event.ts';
import { peopleTold } from './tell-people.ts';

/** Who is told of what happens, in this order. */
export const SUBSCRIBERS: readonly Subscriber[] = [peopleTold()];
