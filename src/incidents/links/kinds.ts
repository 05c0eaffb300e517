import type { LinkKind } from '../../database/tables.ts';

/** What a person may say of two incidents, and how it reads from either side. */
export const LINK_KINDS = ['related', 'duplicate-of', 'caused-by', 'follows'] as const satisfies LinkKind[];
export type SaidKind = (typeof LINK_KINDS)[number];

const WORDS: Record<LinkKind, { reads: string; readBack: string }> = {
  'same-address': { reads: 'same address', readBack: 'same address' },
  'same-provider': { reads: 'same provider', readBack: 'same provider' },
  'by-hand': { reads: 'by hand', readBack: 'by hand' },
  related: { reads: 'related', readBack: 'related' },
  'duplicate-of': { reads: 'duplicate of', readBack: 'has the duplicate' },
  'caused-by': { reads: 'caused by', readBack: 'caused' },
  follows: { reads: 'follows', readBack: 'followed by' },
};

/** A link as it reads from one of its incidents: `reads` where its kind goes out from there. */
export const linkWords = (kind: LinkKind, reads = true): string => WORDS[kind][reads ? 'reads' : 'readBack'];

/** Links that a person made, and may take back. */
export const isSaid = (kind: LinkKind): boolean => kind !== 'same-address' && kind !== 'same-provider';
