import { closed, type Static, Type } from '../../json-schema.ts';
import layout from './mail-layout.json' with { type: 'json' };
import { trimSigns } from './reply-text.ts';

const Words = Type.Array(Type.String({ minLength: 1, maxLength: 80 }), { minItems: 1 });
/** How mail programs and desks mark what is not new, in the languages that the phrase books cover. */
export const MailLayout = Type.Object(
  {
    subjectWords: Words,
    headerWords: Words,
    historyDividers: Words,
    historyEndings: Words,
    forwardDividers: Words,
    forwardHints: Words,
    signatures: Words,
    footers: Words,
    legendHeadings: Words,
    emptyMarks: Words,
    resultLabels: Words,
    answerWords: Words,
    historyVerbs: Words,
    salutations: Words,
  },
  closed,
);

export const LAYOUT: Static<typeof MailLayout> = layout;

/** A reply taken apart: what was newly written, and what it passes on or quotes. */
export type ReplyParts = {
  subject: string | null;
  from: string | null;
  newest: string;
  /** What stands below the mark of a signature: it tells who wrote, not what. */
  signature: string;
  passedOn: string | null;
};

const MAX_LINES = 20_000;
const HEADER_LINE = /^([\p{L}][\p{L} -]{0,20}?) ?[:：]\s?(.*)$/u;
/** A bar begins a quoted line, unless another one makes it a row of a table. */
const QUOTED = /^\s{0,3}(?:>|\|\s(?![^|]{1,300}\|))/;
const FORWARD_SUBJECT = /^\s*(?:fwd?|wg|tr|rv|i|doorst|enc)\s?:/i;
const FORWARD_NOTE_LENGTH = 240;

const lower = (line: string): string => line.trim().toLowerCase();

function headerOf(line: string): { word: string; value: string } | null {
  // Bold type of a mail that was HTML comes as `*From:* A`.
  const found = HEADER_LINE.exec(line.slice(0, 400).replaceAll('*', '').trim());
  return found ? { word: (found[1] ?? '').trim().toLowerCase(), value: (found[2] ?? '').trim() } : null;
}

const isHeader = (line: string): boolean => {
  const word = headerOf(line)?.word;
  return word !== undefined && (LAYOUT.headerWords.includes(word) || LAYOUT.subjectWords.includes(word));
};

/** The rest of a long header line: an address alone, with a further header line below it. */
const isFolded = (lines: string[], at: number): boolean =>
  at > 0 && /^\s*<[^\s<>]{1,320}>\s*$/.test(lines[at] ?? '') && isHeader(lines[at + 1] ?? '');

/** Header lines pasted above the text: taken off, subject and sender kept. */
function takeHeaders(lines: string[]): { subject: string | null; from: string | null; rest: string[] } {
  let count = 0;
  let subject: string | null = null;
  let from: string | null = null;
  while (count < 12 && (isHeader(lines[count] ?? '') || isFolded(lines, count))) {
    const header = headerOf(lines[count] ?? '');
    if (header && LAYOUT.subjectWords.includes(header.word)) subject ??= header.value;
    if (header?.word === 'from') from ??= header.value;
    count += 1;
  }
  const taken = subject === null && from === null ? 0 : count;
  return { subject, from, rest: lines.slice(taken) };
}

/** The subject of a text that has the line of it above and no other header line; null where it begins otherwise. */
export function takeSubjectLine(text: string): { subject: string; text: string } | null {
  const lines = text.trimStart().split(/\r?\n/);
  const header = headerOf(lines[0] ?? '');
  if (header === null || header.value === '' || !LAYOUT.subjectWords.includes(header.word)) return null;
  const below = lines.slice(1).join('\n').trim();
  return below === '' || isHeader(lines[1] ?? '') ? null : { subject: header.value, text: below };
}

const isDivider = (line: string, dividers: string[]): boolean => {
  const words = trimSigns(lower(line), ' -–—_*=>');
  return (
    words.length <= 90 &&
    dividers.some(
      (divider) =>
        words === divider || words.startsWith(`${divider}:`) || words === divider.replace(/:$/, ''),
    )
  );
};

/** Two header lines close together, or one before quoted lines: the head of an older mail. */
function isQuotedHead(lines: string[], at: number): boolean {
  if (!isHeader(lines[at] ?? '')) return false;
  const next = lines.slice(at + 1, at + 4).filter((line) => line.trim() !== '');
  return next.slice(0, 2).some(isHeader) || QUOTED.test(next[0] ?? '');
}

function introduces(words: string): boolean {
  if (words.length === 0 || words.length > 300) return false;
  return (
    isDivider(words, LAYOUT.historyDividers) ||
    (/[:：]$/.test(words) &&
      /\d/.test(words) &&
      (/>\s?[:：]$/.test(words) || LAYOUT.historyVerbs.some((verb) => words.includes(` ${verb} `)))) ||
    LAYOUT.historyEndings.some((ending) => words.endsWith(ending) && words.length > ending.length)
  );
}

/** Lines of what introduces older mail: none, one, or two where the mail program wrapped it behind a date or a name. */
function introductionLines(lines: string[], at: number): number {
  const line = lower(lines[at] ?? '');
  const ruled = /^[_=-]{5,}$/.test(line) && isQuotedHead(lines, at + 1);
  if (ruled || introduces(line) || isQuotedHead(lines, at)) return 1;
  const next = lower(lines[at + 1] ?? '');
  const wrapped = /\d/.test(line) && !/[.!?]$/.test(line) && /[:：]$/.test(next) && !QUOTED.test(next);
  return wrapped && introduces(`${line} ${next}`) ? 2 : 0;
}

const unquoted = (lines: string[]): string =>
  lines.map((line) => line.replace(/^[\s>|]{1,40}/, '')).join('\n');

/** What a line of a reply is: `quoted` lines have answers under them, `history` is everything from its start on. */
export type LineKind = 'header' | 'new' | 'quoted' | 'history' | 'signature' | 'passed-on';

function nextWritten(lines: string[], at: number): number {
  let next = at + 1;
  while (next < lines.length && (lines[next] ?? '').trim() === '') next += 1;
  return next;
}

/** Kinds of the lines before a forward: where the history begins it ends; answers between quoted lines are new. */
function kindsBeforeForward(lines: string[]): { kinds: LineKind[]; announcing: number } {
  const lastAnswer = lines.findLastIndex(
    (line) => line.trim() !== '' && !QUOTED.test(line) && !isHeader(line),
  );
  const kinds: LineKind[] = [];
  let announcing = 0;
  while (kinds.length < lines.length) {
    const at = kinds.length;
    const isQuoted = QUOTED.test(lines[at] ?? '');
    const introduction = isQuoted ? 0 : introductionLines(lines, at);
    const last = at + introduction - 1;
    if (isQuoted) kinds.push('quoted');
    else if (introduction === 0) kinds.push('new');
    else if (lastAnswer > last && QUOTED.test(lines[nextWritten(lines, last)] ?? ''))
      for (let line = 0; line < introduction; line += 1) kinds.push('quoted');
    else {
      announcing = introduction;
      break;
    }
  }
  return { kinds: [...kinds, ...lines.slice(kinds.length).map(() => 'history' as const)], announcing };
}

/** A signature reaches to the end of what is new. */
function withSignature(lines: string[], kinds: LineKind[]): LineKind[] {
  const first = kinds.indexOf('new');
  const at = lines.findIndex(
    (line, index) => kinds[index] === 'new' && index > first && LAYOUT.signatures.includes(line.trimEnd()),
  );
  return at < 0 ? kinds : kinds.map((kind, index) => (kind === 'new' && index >= at ? 'signature' : kind));
}

export const linesOf = (text: string): string[] => text.split('\n', MAX_LINES);

/** A reply line by line: its lines, what each is, and what pasted header lines say. */
export function readLines(lines: string[]): {
  kinds: LineKind[];
  /** Lines that only announce the history or what is passed on. */
  announcing: number;
  subject: string | null;
  from: string | null;
} {
  const { subject, from, rest } = takeHeaders(lines);
  const forwardAt = rest.findIndex((line) => isDivider(line, LAYOUT.forwardDividers));
  const before = forwardAt < 0 ? rest : rest.slice(0, forwardAt);
  const read = kindsBeforeForward(before);
  const kinds: LineKind[] = [
    ...lines.slice(0, lines.length - rest.length).map(() => 'header' as const),
    ...withSignature(before, read.kinds),
    ...rest.slice(before.length).map(() => 'passed-on' as const),
  ];
  return { kinds, announcing: forwardAt < 0 ? read.announcing : 1, subject, from };
}

/** Whether a paragraph is a legal footer, or one that every mail of a desk ends with. */
export const isFooter = (paragraph: string): boolean =>
  paragraph.length >= 25 && LAYOUT.footers.some((footer) => lower(paragraph.slice(0, 4000)).includes(footer));

const withoutFooters = (text: string): string =>
  text
    .split(/\n[ \t]*\n/)
    .filter((paragraph) => !isFooter(paragraph))
    .join('\n\n');

/**
 * Takes a reply apart. `newest` has no quoted history, own quoted letter, signature or legal footer; `passedOn`
 * is what a forward or a bare "see below" carries, null when the mail is no forward.
 */
export function partsOfReply(text: string, givenSubject?: string): ReplyParts {
  const lines = linesOf(text.replace(/^\s+/, ''));
  const { kinds, announcing, subject, from } = readLines(lines);
  const those = (kind: LineKind) => lines.filter((_line, index) => kinds[index] === kind);
  const knownSubject = givenSubject ?? subject;
  const newest = withoutFooters(those('new').join('\n'));
  const isForward = kinds.includes('passed-on');
  // Without the line that announces it.
  const passed = isForward
    ? those('passed-on').slice(announcing)
    : kinds.includes('history')
      ? those('history').slice(announcing)
      : those('quoted').filter((line) => QUOTED.test(line));
  const hinted =
    LAYOUT.forwardHints.some((hint) => lower(newest).includes(hint)) ||
    FORWARD_SUBJECT.test(knownSubject ?? '');
  const bare = newest.trim().length <= FORWARD_NOTE_LENGTH && (isForward || hinted || newest.trim() === '');
  return {
    subject: knownSubject,
    from,
    newest,
    signature: those('signature').slice(1).join('\n'),
    passedOn: bare && passed.length > 0 ? unquoted(passed) : null,
  };
}
