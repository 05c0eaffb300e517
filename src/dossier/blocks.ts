/** What a dossier is made of, before any paper is known: plain text in parts, never markup. */
export type Block =
  | { kind: 'title'; text: string; below: string[] }
  | { kind: 'heading'; text: string; level: 1 | 2 }
  | { kind: 'paragraph'; text: string; isNote?: boolean }
  /** Words of somebody else or of a letter, with their own line ends. */
  | { kind: 'verbatim'; text: string; isCode?: boolean }
  | { kind: 'facts'; rows: [label: string, value: string][] }
  | { kind: 'table'; columns: Column[]; rows: string[][] };

/** `share` is the part of the line that the column takes; those of a table sum up to 1. */
export type Column = { title: string; share: number; isCode?: boolean };

export const heading = (text: string, level: 1 | 2 = 1): Block => ({ kind: 'heading', text, level });
export const note = (text: string): Block => ({ kind: 'paragraph', text, isNote: true });
export const facts = (rows: [string, string | null | undefined | false][]): Block => ({
  kind: 'facts',
  rows: rows.filter((row): row is [string, string] => Boolean(row[1])),
});
