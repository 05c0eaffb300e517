import { LONGEST_INPUT } from './input-lines.ts';
import type { Rejection } from './rejection.ts';

/** `complaint` is a feedback report (RFC 5965) and `auto-reply` a person's absence: neither is a bounce. */
export type ReportFormat =
  | 'empty'
  | 'bounce'
  | 'complaint'
  | 'auto-reply'
  | 'mail'
  | 'events'
  | 'accounting'
  | 'log'
  | 'text';

/** How a reading went. */
export type ReportFacts = {
  format: ReportFormat;
  blocks: Rejection[];
  /** Number of bounces that are no block. */
  others: number;
  /** Refusals by our own server stood beside those of others and were left out. */
  leftOut: boolean;
  truncated: boolean;
};

const INSTEAD: Partial<Record<ReportFormat, string>> = {
  empty: 'The input is empty.',
  complaint: 'This is a complaint report, not a bounce: somebody marked a message as spam.',
  'auto-reply': 'This is an automatic answer, not a bounce.',
};

export const TRUNCATED = `The input is too long: only its first ${LONGEST_INPUT.toLocaleString('en')} characters were read.`;
export const NOTHING_FOUND = 'No refusal was recognised in the input.';

/** Lines by number, a few of them. */
function lineList(found: Rejection[]): string {
  const shown = found.slice(0, 5).map(({ line }) => line);
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : '';
  return `${shown.length === 1 && more === '' ? 'line' : 'lines'} ${shown.join(', ')}${more}`;
}

function missing(blocks: Rejection[], lacks: (found: Rejection) => boolean, what: string): string[] {
  const found = blocks.filter(lacks);
  return found.length === 0 ? [] : [`${what} (${lineList(found)}).`];
}

/** Plain sentences for a person: what was not read, and what the input does not say. */
export function reportNotes({ format, blocks, others, leftOut, truncated }: ReportFacts): string[] {
  const instead = INSTEAD[format];
  const nothing = blocks.length === 0 && others === 0;
  return [
    ...(truncated ? [TRUNCATED] : []),
    ...(instead === undefined ? [] : [instead]),
    ...(nothing && instead === undefined ? [NOTHING_FOUND] : []),
    ...(leftOut ? ['Lines in which our own server refuses others were left out.'] : []),
    ...missing(
      blocks,
      (found) => found.provider === null && found.listOwner === null,
      'The report does not say which provider refused',
    ),
    ...missing(blocks, (found) => found.ip === null, 'The report does not name the refused sending address'),
    ...missing(blocks, (found) => found.replyCode === null, 'The reply code is missing'),
  ];
}
