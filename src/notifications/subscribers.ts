import type { Subscriber } from './event.ts';

/** Who is told of what happens, in this order. */
export const SUBSCRIBERS: readonly Subscriber[] = [];
