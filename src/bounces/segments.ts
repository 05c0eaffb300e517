import { singleSpaced } from './double-spaced.ts';
import { withoutMarks } from './forum-marks.ts';
import type { Line } from './input-lines.ts';
import { isLogLine, isNoise, queuedFor, startsAnew, withoutPrefix } from './line-kinds.ts';

/** Lines that belong together, unwrapped to one text. */
export type Segment = {
  line: number;
  text: string;
  /** A line of an SMTP transcript (`<<<`). */
  transcript: boolean;
};

/** A reply at the start of a line, possibly after a bullet, a number, a name or an address. */
const STARTS_REPLY =
  /^(?:(?:[-*•]|\d{1,3}\.)\s+)?(?:<<<\s*)?(?:[^\s:]{1,60}(?: [^\s:]{1,30}){0,3}: )?([45]\d\d)([-\s])(?=\s?\S)/;
const ADDRESS_FIRST =
  /^\s{0,8}(?:[-*•]\s+)?[<"']?[\w.!#$%&'*+/=?^`{|}~-]{1,128}@[\w.-]{1,253}[>"']?(?::|\s*$|(?:<mailto:[^>]{1,300}>)\s*$)/;
/** What introduces the copy of the message that was sent. */
const COPY_BELOW =
  /^[\s>]{0,8}(?:[-=_*#]{3,}.{0,30}(?:copy of (?:the|your)|original message|unsent message|message header|header of the original|returned message|message follows|below this line)|original message headers:|original message header:|ursprüngliche nachrichtenkopf|received:\s+(?:from|by)\s|return-path:\s)/i;
/** Who passes a bounce on has the same line above it, and right below that who sent it. */
const PASSED_ON = /^[\s>]{0,8}-{3,}\s?original message\s?-{3,}\s{0,8}$/i;
const FROM_SYSTEM =
  /^[\s>]{0,8}(?:from|von|de|da|van|od|fra|från)\s?:.{0,80}(?:mailer-daemon|postmaster|mail delivery|delivery subsystem|system administrator)/i;
const SMTP =
  '(?:EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT|QUIT|RSET|NOOP|VRFY|AUTH|STARTTLS|XCLIENT|\\.)(?=[\\s:]|$)';
/** What our side said in a transcript (`>>> RCPT TO`). */
const COMMAND = new RegExp(`^\\s*>>> (?=${SMTP})`, 'i');
/** The quote marks in front of a line, where it is no such command. */
const QUOTED = new RegExp(`^\\s{0,3}(?:>(?!>> ${SMTP})\\s?){1,6}`, 'i');

/** Nothing, or a line drawn of signs; a single dash is a word that was wrapped. */
const isBlank = (text: string): boolean =>
  /^[\s>]*$/.test(text) || (/^[\s>*#_=-]*$/.test(text) && text.trim().length > 1) || isNoise(text);

type Open = {
  line: number;
  parts: string[];
  /** The same lines with the blanks around them. */
  rows: string[];
  code: string | null;
  continued: boolean;
  transcript: boolean;
};

/**
 * Rows of a terminal: all but the last are equally wide, and words go on in the next. Two such rows may be
 * chance, unless a log line begins there.
 */
function isTerminal(rows: string[]): boolean {
  const width = rows[0]?.length ?? 0;
  const least = isLogLine(rows[0] ?? '') ? 2 : 3;
  return rows.length > least && width >= 60 && rows.slice(0, -1).every((row) => row.length === width);
}

/** Joins wrapped lines; a quoted-printable soft break joins without a blank. */
function unwrap({ parts, rows }: Open): string {
  if (isTerminal(rows)) return rows.join('');
  let text = '';
  let soft = false;
  for (const part of parts) {
    text += soft || text === '' ? part : ` ${part.trimStart()}`;
    soft = part.endsWith('=') && part.length > 60;
    if (soft) text = text.slice(0, -1);
  }
  return text;
}

/** Whether a line belongs to the reply that the open segment already holds. */
function continues(open: Open, reply: RegExpExecArray | null): boolean {
  if (!reply || open.code === null) return true;
  return reply[1] === open.code && open.continued;
}

const CODE_IN_LINE = /(?:^|[:;('"]\s?|\s)([45]\d\d)([-\s])(?=\s?[\d#<[("A-Za-z])|:\s?([45]\d\d)$/g;

/** Who checks a sender's domain quotes what its server answered, and goes on (Exim's callouts). */
const QUOTES_ANSWER = /^\s{0,8}(?:[\w ]{1,40}: )?([45]\d\d)-Response: /i;

/** The last reply code that a line holds at a place where replies begin, and whether more lines follow. */
function lastCode(text: string): { code: string; continued: boolean } | null {
  const quoting = QUOTES_ANSWER.exec(text)?.[1];
  if (quoting !== undefined) return { code: quoting, continued: true };
  const found = [...text.matchAll(CODE_IN_LINE)].at(-1);
  const code = found?.[1] ?? found?.[3];
  return code === undefined ? null : { code, continued: found?.[2] === '-' };
}

const isUnclosed = (text: string): boolean => text.split('(').length > text.split(')').length;

/** Lines of this length end where a mail program breaks them; log lines that tell of a reply are longer. */
const BROKEN = { shortest: 50, longest: 100 };

function isCutShort(open: Open, text: string, reply: RegExpExecArray | null): boolean {
  const last = open.parts.at(-1) ?? '';
  const broken = last.length >= BROKEN.shortest && last.length <= BROKEN.longest && !/[).!?]$/.test(last);
  return broken && (reply === null || open.code === null) && !startsAnew(text);
}

/** A log line that was wrapped by the pasting program: the rest is indented, or what was opened is not closed. */
function wraps(open: Open, text: string, reply: RegExpExecArray | null): boolean {
  const more = reply !== null && reply[1] === open.code && open.continued;
  return /^\s/.test(text) || more || isUnclosed(open.parts.join(' ')) || isCutShort(open, text, reply);
}

const ANSWER = /^\s*<<< /;

/** Last words that cannot be the end of what was said: `write to`, a bare code, an open bracket, Sendmail's `<a@b.example>...`. */
const LEADS_ON =
  /(?:\b(?:to|contact|e-?mail|mail|at|from|for|via|address|by|with|and|or|of|see|an|von|bei|und)|[(:,<]|>\.\.\.|(?:^|[\s:])[45]\d\d|(?:^|\s)[45]\.\d\.\d{1,3})$/i;

const leadsOn = (open: Open): boolean =>
  open.code !== null && LEADS_ON.test((open.parts.at(-1) ?? '').trimEnd());

/** An address begins a record, unless a wrapped reply goes on with it. */
const startsWithAddress = (open: Open, text: string): boolean => ADDRESS_FIRST.test(text) && !leadsOn(open);

/** And so does what cannot be the rest of a reply; a command's bare name can: `rejected at`, `DATA`. */
const startsOther = (open: Open, text: string): boolean =>
  open.code !== null && startsAnew(text) && !(leadsOn(open) && /^[A-Z]{4}\s*$/.test(text));

/** The words in front of a reply code, as programs begin each line of theirs: `Mailbox: got data 550 …`. */
const HEAD_OF_CODE = /^([A-Za-z][^\d]{3,60}[ :])[45]\d\d[- ]/;

/** Whether a line begins with the words that the open record's reply began with, and goes on with no reply of it. */
function repeatsHead(open: Open, text: string): boolean {
  const head = HEAD_OF_CODE.exec(open.parts[0] ?? '')?.[1];
  return head !== undefined && HEAD_OF_CODE.exec(text.trimStart())?.[1] === head && !open.continued;
}

/** No reply is spread over more lines; lines without end that nothing parts are no record. */
const MOST_ROWS = 80;

/** Whether a line starts a record of its own, beside the one that is open. */
function startsRecord(open: Open, text: string): boolean {
  if (isLogLine(text) || open.rows.length >= MOST_ROWS || repeatsHead(open, text)) return true;
  const reply = STARTS_REPLY.exec(text.trimStart());
  if (isLogLine(open.parts[0] ?? '')) return !wraps(open, text, reply);
  if (ANSWER.test(text) || open.transcript)
    return !(open.transcript && (open.continued || (!ANSWER.test(text) && leadsOn(open))));
  return startsOther(open, text) || startsWithAddress(open, text) || !continues(open, reply);
}

function append(open: Open, text: string): void {
  open.rows.push(text);
  open.parts.push(text.trim().replace(ANSWER, ''));
  const code = lastCode(text);
  if (code) Object.assign(open, code);
}

/** Groups free text into records: by blank lines, log lines, addresses and the start of each new reply. */
export function segments(lines: Line[]): Segment[] {
  const done: Segment[] = [];
  let open: Open | null = null;
  let inCopy = false;
  let above = '';
  const close = (): null => {
    if (open) done.push({ line: open.line, text: unwrap(open), transcript: open.transcript });
    return null;
  };
  for (const { n, text: raw } of singleSpaced(lines)) {
    const text = withoutPrefix(withoutMarks(raw).replace(QUOTED, ''));
    if (isLogLine(text) || ANSWER.test(text)) inCopy = false;
    if (COPY_BELOW.test(text)) inCopy = true;
    if (PASSED_ON.test(above) && FROM_SYSTEM.test(text)) inCopy = false;
    above = text;
    const command = COMMAND.test(text);
    if (inCopy || command || isBlank(text)) open = close();
    if (command && !inCopy) done.push({ line: n, text: text.trim(), transcript: true });
    if (inCopy || command || isBlank(text)) continue;
    const queued = open ? queuedFor(open.parts[0] ?? '', text) : null;
    if (open && queued !== null) {
      open.parts.unshift(queued);
      open = close();
      continue;
    }
    if (open && startsRecord(open, text)) open = close();
    open ??= { line: n, parts: [], rows: [], code: null, continued: false, transcript: ANSWER.test(text) };
    append(open, text);
  }
  close();
  return done;
}
