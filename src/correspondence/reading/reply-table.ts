import type { Verdict } from '../../providers/schema.ts';
import { LAYOUT } from './newest-part.ts';
import { findPhrases, type HeadingSignal, type PhraseBook } from './phrase-book.ts';
import { readSentence } from './read-sentence.ts';
import { trimSigns } from './reply-text.ts';
import { ADDRESS_TOKEN, addressesIn, namesAddress, tokensOf } from './tokens.ts';
import { decide } from './verdict-rules.ts';

/**
 * A table of results as Microsoft's desk writes it: a heading for each result with the addresses under it, or a
 * mark that there are none. Only a heading with addresses says anything.
 */
export type ResultSection = {
  verdict: Verdict;
  heading: string;
  signal: HeadingSignal;
  /** As written. */
  addresses: string[];
  body: string;
};
/** `text` is without legends and without headings that have no addresses. */
export type ReplyTable = { text: string; sections: ResultSection[] };

const HEADING_VERDICTS: Record<HeadingSignal, Verdict> = {
  conditional: 'conditionally-mitigated',
  denied: 'denied',
  'not-blocked': 'not-blocked',
  mitigated: 'mitigated',
  request: 'needs-information',
};
/** When several fit one heading, the one that says more or is the safer one. */
const HEADING_ORDER: HeadingSignal[] = ['conditional', 'denied', 'not-blocked', 'request', 'mitigated'];
const MAX_HEADING_WORDS = 9;
const MAX_LINE = 300;
const SEPARATOR = /\s[-–—=]\s|\s?[:=：]\s?|\s[-–—]$/u;

/** The result that the line, or what stands in front of its separator, is a heading of; null when it is none. */
export function headingSignal(line: string, books: PhraseBook[]): HeadingSignal | null {
  const tokens = tokensOf(line);
  if (tokens.length === 0 || tokens.length > MAX_HEADING_WORDS) return null;
  const found = books
    .flatMap((book) => findPhrases(book, book.headings, tokens))
    .filter((one) => one.start <= 2);
  return HEADING_ORDER.find((signal) => found.some((one) => one.signal === signal)) ?? null;
}

/** The result that a sentence tells of what stands below its colon: "the following have been unblocked:". */
function announcedSignal(sentence: string, books: PhraseBook[]): HeadingSignal | null {
  const verdict = decide([readSentence(sentence, books)])?.verdict;
  return HEADING_ORDER.find((signal) => HEADING_VERDICTS[signal] === verdict) ?? null;
}

type Line = { text: string; signal: HeadingSignal | null; rest: string };

/** "Status: unblocked" is a result as "unblocked" is. */
function withoutLabel(line: string): string {
  const cut = /^[^:：=]{1,30}[:：=]\s*/u.exec(line)?.[0] ?? '';
  const label = trimSigns(cut.toLowerCase(), ' :：=');
  return LAYOUT.resultLabels.includes(label) ? line.slice(cut.length) : line;
}

function readLine(text: string, books: PhraseBook[]): Line {
  const nothing = { text, signal: null, rest: '' };
  if (text.length > MAX_LINE || text.trim() === '') return nothing;
  const marked = withoutLabel(text.replace(/^[\s*•#=_-]{1,20}/, ''));
  const cut = SEPARATOR.exec(marked);
  const head = cut && cut.index > 0 ? marked.slice(0, cut.index) : marked;
  if (namesAddress(head)) return nothing;
  const rest = cut && cut.index > 0 ? marked.slice(cut.index + cut[0].length).trim() : '';
  if (rest === '' && /[.!?。]\s*$/.test(marked) && tokensOf(marked).length > 4) return nothing;
  const announces = rest === '' && /[:：]\s{0,10}$/.test(marked);
  const signal = headingSignal(head, books) ?? (announces ? announcedSignal(head, books) : null);
  return { text, signal, rest };
}

const isEmptyMark = (text: string): boolean =>
  LAYOUT.emptyMarks.includes(text.trim().toLowerCase()) ||
  LAYOUT.emptyMarks.includes(trimSigns(text.trim().toLowerCase(), ' ()[].'));
const isDefinition = (line: Line): boolean =>
  line.signal !== null && tokensOf(line.rest).length >= 3 && !namesAddress(line.rest);

function isLegendHeading(line: string): boolean {
  const words = line.trim().toLowerCase();
  return (
    words.length > 0 && words.length <= 90 && LAYOUT.legendHeadings.some((heading) => words.includes(heading))
  );
}

/** Indexes of lines that only explain what results mean. */
function legendLines(lines: Line[]): Set<number> {
  const dropped = new Set<number>();
  for (const [at, line] of lines.entries()) {
    if (dropped.has(at)) continue;
    const headed = isLegendHeading(line.text);
    if (!headed && !isDefinition(line)) continue;
    const run: number[] = [];
    let last = at;
    for (let next = headed ? at + 1 : at; next < lines.length; next += 1) {
      const one = lines[next];
      if (!one || (one.text.trim() !== '' && !isDefinition(one))) break;
      if (one.text.trim() !== '') {
        run.push(next);
        last = next;
      }
    }
    if (run.length < (headed ? 1 : 2)) continue;
    for (let index = at; index <= last; index += 1) dropped.add(index);
  }
  return dropped;
}

/** A line of addresses, with few words beside them. */
function isAddressLine({ text, signal }: Line): boolean {
  if (signal !== null || isEmptyMark(text)) return false;
  const tokens = tokensOf(text);
  return tokens[0] === ADDRESS_TOKEN || (tokens.includes(ADDRESS_TOKEN) && tokens.length <= 4);
}

/** The addresses beside a heading and on the lines under it, up to the first line of something else. */
function addressesUnder(lines: Line[], heading: number): string[] {
  const below = lines.slice(heading + 1).filter((line) => line.text.trim() !== '');
  const end = below.findIndex((line) => !isAddressLine(line));
  const rows = below.slice(0, end < 0 ? below.length : end).map((line) => line.text);
  return [lines[heading]?.rest ?? '', ...rows].flatMap(addressesIn);
}

const isBareHeading = (line: Line): boolean =>
  line.signal !== null && (line.rest === '' || isEmptyMark(line.rest) || namesAddress(line.rest));

function sectionAt(lines: Line[], heading: number, addresses: string[], body: Line[]): ResultSection {
  const signal = lines[heading]?.signal ?? 'denied';
  return {
    verdict: HEADING_VERDICTS[signal],
    heading: lines[heading]?.text.trim() ?? '',
    signal,
    addresses,
    body: body.map((line) => line.text).join('\n'),
  };
}

const isFollowedByNone = (lines: Line[], heading: number): boolean =>
  isEmptyMark(lines.slice(heading + 1).find((line) => line.text.trim() !== '')?.text ?? '');

/**
 * A table in which each result stands below its addresses: an address comes first and a result last. Null when it
 * is none.
 */
function addressesFirst(lines: Line[]): ResultSection[] | null {
  const marks = lines.flatMap((line, at) => {
    if (isBareHeading(line)) return line.rest === '' ? [{ at, heading: true }] : [];
    return isAddressLine(line) && tokensOf(line.text).length <= 4 ? [{ at, heading: false }] : [];
  });
  const headings = marks.filter(({ heading }) => heading);
  if (marks[0]?.heading !== false || marks.at(-1)?.heading !== true) return null;
  if (headings.some(({ at }) => isFollowedByNone(lines, at))) return null;
  const sections: ResultSection[] = [];
  let addresses: string[] = [];
  for (const [index, { at, heading }] of marks.entries()) {
    if (!heading) addresses.push(...addressesIn(lines[at]?.text ?? ''));
    else if (addresses.length > 0) {
      sections.push(sectionAt(lines, at, addresses, lines.slice(at + 1, marks[index + 1]?.at)));
      addresses = [];
    }
  }
  return sections.length >= 2 ? sections : null;
}

/** Reads the result table of a text, if it has one, and takes out what decides nothing. */
export function readTable(text: string, books: PhraseBook[]): ReplyTable {
  const all = text.split('\n').map((line) => readLine(line, books));
  const legend = legendLines(all);
  const lines = all.filter((_, at) => !legend.has(at));
  const headings = lines.flatMap((line, at) => (isBareHeading(line) ? [at] : []));
  const resultsBelow = addressesFirst(lines);
  if (resultsBelow) return { text, sections: resultsBelow };
  const under = new Map(headings.map((at) => [at, addressesUnder(lines, at)]));
  const filled = headings.filter((at) => under.get(at)?.length !== 0);
  const isTable = filled.length > 0;
  const dropped = new Set<number>();
  for (const at of headings) {
    const next = lines.findIndex((line, index) => index > at && line.text.trim() !== '');
    const nextEmpty = next >= 0 && isEmptyMark(lines[next]?.text ?? '');
    const empty = nextEmpty || isEmptyMark(lines[at]?.rest ?? '') || (isTable && !filled.includes(at));
    if (empty) dropped.add(at);
    if (nextEmpty) dropped.add(next);
  }
  const sections = filled.map((at, index) =>
    sectionAt(
      lines,
      at,
      under.get(at) ?? [],
      lines
        .slice(at + 1, filled[index + 1] ?? lines.length)
        .filter((_, offset) => !dropped.has(at + 1 + offset)),
    ),
  );
  return {
    text: lines
      .filter((_, at) => !dropped.has(at))
      .map((line) => line.text)
      .join('\n'),
    sections,
  };
}
