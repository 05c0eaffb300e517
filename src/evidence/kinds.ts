import { dkim } from './dkim.ts';
import type { Kind } from './kind.ts';
import { names } from './names.ts';
import { spf } from './spf.ts';

/** All kinds of evidence, in the order in which pages show them. */
// biome-ignore format: one kind a line
export const KINDS: Kind[] = [
  names,
  spf,
  dkim,
];

export const kindTitle = (key: string): string => KINDS.find((kind) => kind.key === key)?.title ?? key;
