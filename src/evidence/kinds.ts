import type { Kind } from './kind.ts';

/** Every kind of evidence, in the order in which pages show it. */
export const KINDS: Kind[] = [];

export const kindTitle = (key: string): string => KINDS.find((kind) => kind.key === key)?.title ?? key;
