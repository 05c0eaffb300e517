import { readDeliveryStatus } from './delivery-status.ts';
import { readFreeText } from './free-text.ts';
import { htmlLines } from './html-lines.ts';
import type { Line } from './input-lines.ts';
import { type Headers, isMessage, mimeParts, type Part } from './mime.ts';
import { readReply } from './reply-code.ts';
import { domainOf, type Said } from './said.ts';
import { type Clock, mailStamp } from './stamps.ts';

/** What a mail turned out to be, and the replies in it. */
export type MailReport = { kind: 'bounce' | 'complaint' | 'auto-reply' | 'mail'; replies: Said[] };

const isComplaint = (headers: Headers, parts: Part[]): boolean =>
  /report-type="?feedback-report/i.test(headers.get('content-type') ?? '') ||
  parts.some((part) => part.type === 'message/feedback-report') ||
  /^\s*complaint about message from /i.test(headers.get('subject') ?? '');

/** RFC 3464, and RFC 6533 for internationalised mail. */
const isStatus = ({ type }: Part): boolean =>
  type === 'message/delivery-status' || type === 'message/global-delivery-status';

const FROM_SYSTEM =
  /mailer[-_ ]?daemon|postmaster|mail delivery|delivery subsystem|zustell|microsoft outlook|exchange|mdaemon|no-?reply/i;
const ABOUT_BOUNCE =
  /undeliver|unzustell|delivery|failure|returned|delayed|rejected|non remis|mail system error|zustell|rückläufer|mancata consegna|no se pudo/i;

/** Sent by a mail system itself: by its name, or with the empty return path (RFC 5321 § 4.5.5). */
const isFromSystem = (headers: Headers): boolean =>
  FROM_SYSTEM.test(headers.get('from') ?? '') || (headers.get('return-path') ?? '').trim() === '<>';

const isAboutBounce = (headers: Headers): boolean =>
  isFromSystem(headers) || ABOUT_BOUNCE.test(headers.get('subject') ?? '');

const isAutoReply = (headers: Headers): boolean =>
  /^\s*auto-replied/i.test(headers.get('auto-submitted') ?? '') ||
  headers.has('x-autoreply') ||
  headers.has('x-autorespond') ||
  /auto_?reply/i.test(headers.get('precedence') ?? '') ||
  /out of (?:the )?office|automatic reply|abwesen|autoreply|absence du bureau|réponse automatique/i.test(
    headers.get('subject') ?? '',
  );

/** Quotes the subject of what it answers, which may be a bounce. */
const isAnswer = (headers: Headers): boolean =>
  /^\s*(?:re|aw|antw|sv|rif|ynt|odp)\s?:/i.test(headers.get('subject') ?? '');

function textReplies(parts: Part[], clock: Clock): Said[] {
  const plain = parts
    .filter((part) => part.type === 'text/plain')
    .flatMap((part) => readFreeText(part.lines, clock));
  if (plain.some((found) => found.marked)) return plain;
  const html = parts
    .filter((part) => part.type === 'text/html')
    .flatMap((part) => readFreeText(htmlLines(part.lines), clock));
  return html.length > 0 ? html : plain;
}

const sameRecipient = (a: Said, b: Said): boolean =>
  a.recipient !== null && a.recipient.toLowerCase() === b.recipient?.toLowerCase();

/** A later step's complaint hides the cause: RFC 5321 names 503 for commands out of order. */
const isFollowUp = (text: string): boolean =>
  readReply(text).replyCode === '503' || readReply(text).replyCode === null;

/** Reports may hold the first line of a reply only. */
function isLonger(text: string, than: string): boolean {
  const [long, short] = [readReply(text).text, readReply(than).text];
  return long.length > short.length && long.startsWith(short.slice(0, SAME_START));
}

/** Characters that two copies of one reply have in common at least. */
const SAME_START = 40;

/** One reply per recipient: the report's own, unless only the text has it or has the first cause. */
function merge(status: Said[], texts: Said[]): Said[] {
  const used = new Set<Said>();
  const merged = status.map((entry) => {
    const same = texts.filter((text) => sameRecipient(text, entry) && text.marked);
    const loose = texts.filter((text) => text.recipient === null && text.marked);
    const longer = [...same, ...loose].find((text) => isLonger(text.text, entry.text));
    const cause = loose.find((text) => text.firstAnswer && (status.length === 1 || isFollowUp(entry.text)));
    const other = longer ?? cause ?? same[0] ?? (status.length === 1 ? loose[0] : undefined);
    for (const text of same) used.add(text);
    if (!other) return entry;
    const better =
      (isFollowUp(entry.text) && readReply(other.text).replyCode !== null) ||
      other === longer ||
      other === cause;
    const kept = better ? { ...entry, line: other.line, text: other.text } : entry;
    return {
      ...kept,
      mx: entry.mx ?? other.mx,
      mxIp: entry.mxIp ?? other.mxIp,
      phase: entry.phase ?? other.phase,
      line: Math.min(kept.line, other.line),
    };
  });
  const rest = texts.filter((text) => text.recipient !== null && text.marked && !used.has(text));
  const told = [...merged.filter((entry) => entry.text !== ''), ...rest].sort((a, b) => a.line - b.line);
  return told.length > 0 ? told : merged.flatMap(byStatus);
}

/** Statuses about addresses, mailboxes, systems and the network (RFC 3463 § 3): those that block nobody. */
const ORDINARY_STATUS = /^[45]\.(?:1\.[1-6]|2\.[1-4]|3\.\d|4\.\d)\b/;

/** What a report tells that has no other word of the failure. */
const byStatus = (entry: Said): Said[] =>
  ORDINARY_STATUS.test(entry.around) ? [{ ...entry, text: entry.around, around: '' }] : [];

function dated(replies: Said[], headers: Headers, clock: Clock): Said[] {
  const stamp = mailStamp(headers.get('date') ?? '', clock);
  return stamp
    ? replies.map((found) =>
        found.at === null ? { ...found, at: stamp.at, atGuessed: stamp.guessed } : found,
      )
    : replies;
}

/** What a mail system says without any code is a reply too, where it says nothing else. */
const spoken = (replies: Said[], headers: Headers): Said[] =>
  isFromSystem(headers) && !replies.some((found) => found.marked)
    ? replies.map((found) => ({ ...found, alone: true }))
    : replies;

const ONE_ADDRESS = /^\s*<?([^\s<>,;@]{1,128}@[\w.-]{1,253})>?\s*$/;

/** Exim and Google name the recipient in a field; only one is sure to be the reply's. */
function addressed(replies: Said[], headers: Headers): Said[] {
  const recipient = ONE_ADDRESS.exec(headers.get('x-failed-recipients') ?? '')?.[1];
  if (recipient === undefined) return replies;
  const recipientDomain = domainOf(recipient);
  return replies.map((found) =>
    found.recipient === null ? { ...found, recipient, recipientDomain } : found,
  );
}

type Speaker = { headers: Headers; parts: Part[] };

/**
 * The parts that speak about the delivery, the surest first: those of the mail itself, not those of the message
 * that came back; those of a bounce inside it where somebody passed it on, or a gateway of our own.
 */
function speakers(headers: Headers, parts: Part[]): [Speaker, ...Speaker[]] {
  const own = { headers, parts: parts.filter((part) => part.within === 0) };
  const inner = parts.findIndex((part) => isMessage(part.type));
  const innerHeaders = parts[inner] ? innerHeadersOf(parts[inner]) : null;
  if (own.parts.some(isStatus) || innerHeaders === null || !isFromSystem(innerHeaders)) return [own];
  const below = { headers: innerHeaders, parts: parts.slice(inner + 1).filter((part) => part.within > 0) };
  return isFromSystem(headers) ? [own, below] : [below];
}

const innerHeadersOf = (part: Part): Headers => mimeParts(part.lines.slice(0, 200)).headers;

/** What one of them says, and whether in the fields of a report. */
type Heard = { speaker: Speaker; replies: Said[]; byReport: boolean };

function heard(speaker: Speaker, clock: Clock): Heard {
  const { headers, parts } = speaker;
  const status = parts.filter(isStatus).flatMap((part) => readDeliveryStatus(part.lines, clock));
  const texts = textReplies(parts, clock);
  const merged = status.length > 0 ? merge(status, texts) : spoken(texts, headers);
  const replies = dated(addressed(merged, headers), headers, clock);
  return { speaker, replies, byReport: status.length > 0 };
}

const isTold = ({ replies }: Heard): boolean => replies.some((found) => found.marked);

/** Reads a whole mail: a bounce of any make, a complaint, an automatic answer, or something else. */
export function readMail(lines: Line[], clock: Clock): MailReport {
  const first = lines.findIndex((line) => line.text.trim() !== '' && !/^From \S/.test(line.text));
  const { headers, parts } = mimeParts(lines.slice(Math.max(first, 0)));
  if (isComplaint(headers, parts)) return { kind: 'complaint', replies: [] };
  const [surest, ...others] = speakers(headers, parts);
  const own = heard(surest, clock);
  const told = isTold(own) ? own : (others.map((other) => heard(other, clock)).find(isTold) ?? own);
  const { replies, byReport, speaker } = told;
  const bounce = byReport || (isAboutBounce(speaker.headers) && isTold(told));
  const automatic = !byReport && isAutoReply(headers) && !isFromSystem(headers);
  if (automatic && (!bounce || isAnswer(headers))) return { kind: 'auto-reply', replies: [] };
  if (bounce) return { kind: 'bounce', replies };
  return { kind: isFromSystem(speaker.headers) ? 'bounce' : 'mail', replies };
}
