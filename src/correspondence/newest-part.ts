import { type Static, Type } from '../json-schema.ts';
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
    answerWords: Words,
    historyVerbs: Words,
    salutations: Words,
  },
  { additionalProperties: false },
);

export const LAYOUT: Static<typeof MailLayout> = layout;

/** A reply taken apart: what was newly written, and what it passes on or quotes. */
export type ReplyParts = {
  subject: string | null;
  from: string | null;
  newest: string;
  passedOn: string | null;
};

const MAX_LINES = 20_000;
const HEADER_LINE = /^([\p{L}][\p{L} -]{0,20}?) ?[:：]\s?(.*)$/u;
/** A bar begins a quoted line, unless another one makes it a row of a table. */
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

/** Header lines pasted above the text: taken off, subject and sender kept. */
function takeHeaders(lines: string[]): { subject: string | null; from: string | null; rest: string[] } {
  let count = 0;
  let subject: string | null = null;
  let from: string | null = null;
  while (count < 12 && isHeader(lines[count] ?? '')) {
    const header = headerOf(lines[count] ?? '');
    if (header && LAYOUT.subjectWords.includes(header.word)) subject ??= header.value;
    if (header?.word === 'from') from ??= header.value;
    count += 1;
  }
  const taken = subject === null && from === null ? 0 : count;
  return { subject, from, rest: lines.slice(taken) };
}

const isDivider = (line: string, dividers: string[]): boolean => {
  const words = trimSigns(lower(line), ' -_*=>');
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

/** Lines up to the history; answers that stand between quoted lines stay. */
function withoutHistory(lines: string[]): { kept: string[]; history: string[] } {
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (QUOTED.test(line)) continue;
    const introduction = introductionLines(lines, at);
    if (introduction === 0) {
      kept.push(line);
      continue;
    }
    const after = lines.slice(at + introduction);
    const firstAfter = after.find((one) => one.trim() !== '') ?? '';
    const answersFollow =
      QUOTED.test(firstAfter) &&
      after.some((one) => one.trim() !== '' && !QUOTED.test(one) && !isHeader(one));
    if (!answersFollow) return { kept, history: after };
    at += introduction - 1;
  }
  return { kept, history: lines.filter((line) => QUOTED.test(line)) };
}

function withoutSignature(lines: string[]): string[] {
  const at = lines.findIndex((line, index) => index > 0 && LAYOUT.signatures.includes(line.trimEnd()));
  return at < 1 ? lines : lines.slice(0, at);
}

function withoutFooters(text: string): string {
  return text
    .split(/\n[ \t]*\n/)
    .filter(
      (paragraph) =>
        !LAYOUT.footers.some((footer) => lower(paragraph.slice(0, 4000)).includes(footer)) ||
        paragraph.length < 25,
    )
    .join('\n\n');
}

/**
 * Takes a reply apart. `newest` has no quoted history, own quoted letter, signature or legal footer; `passedOn`
 * is what a forward or a bare "see below" carries, null when the mail is no forward.
 */
export function partsOfReply(text: string, givenSubject?: string): ReplyParts {
  const { subject, from, rest } = takeHeaders(text.replace(/^\s+/, '').split('\n', MAX_LINES));
  const knownSubject = givenSubject ?? subject;
  const forwardAt = rest.findIndex((line) => isDivider(line, LAYOUT.forwardDividers));
  const before = forwardAt < 0 ? rest : rest.slice(0, forwardAt);
  const { kept, history } = withoutHistory(before);
  const newest = withoutFooters(withoutSignature(kept).join('\n'));
  const passed = forwardAt >= 0 ? rest.slice(forwardAt + 1) : history;
  const hinted =
    LAYOUT.forwardHints.some((hint) => lower(newest).includes(hint)) ||
    FORWARD_SUBJECT.test(knownSubject ?? '');
  const bare =
    newest.trim().length <= FORWARD_NOTE_LENGTH && (forwardAt >= 0 || hinted || newest.trim() === '');
  const passedOn = bare && passed.length > 0 ? unquoted(passed) : null;
  return { subject: knownSubject, from, newest, passedOn };
}
