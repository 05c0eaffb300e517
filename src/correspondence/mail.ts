import type { Address, Attachment, Email } from 'postal-mime';
import { aside, WORTH_A_THREAD } from '../aside/aside.ts';
import { Problem } from '../problem.ts';
import { markQuotes, withQuoteSigns } from './reading/html-quotes.ts';
import takeApart from './take-apart.ts';

export type ReadAttachment = {
  fileName: string;
  contentType: string;
  content: Buffer;
  /** Without angle brackets; empty: it has none. */
  contentId: string;
  /** Part of what the mail shows, and no file beside it. */
  isInline: boolean;
};

/** One message, as far as it could be read. `problem` says what could not be. */
export type ReadMail = {
  from: string;
  to: string;
  subject: string;
  sentAt: Date | null;
  text: string;
  html: string | null;
  messageId: string | null;
  attachments: ReadAttachment[];
  problem: string | null;
};

const TAKE_APART = new URL('./take-apart.ts', import.meta.url);

/** Limits on what a hostile mail can make us do; the raw bytes are kept whatever happens. */
/** A mail larger than this, in octets, takes seconds to take apart. */
const MAX_BYTES = 40 * 1024 * 1024;
const MAX_ATTACHMENTS = 100;
const MAX_TEXT = 1_000_000;
/** A mail of more parts than this is a bomb, not correspondence. */
const MAX_PARTS = 2000;
/** Taking a mail apart costs by the line: the largest that we take has fewer, unless it was made to cost. */
const MAX_LINES = 500_000;

const clean = (text: string) => text.replaceAll('\0', '\u{fffd}');
const oneLine = (text: string) =>
  clean(text)
    .replace(/[\r\n\t]+/g, ' ')
    .trim();

function addressText(addresses: Address | Address[] | undefined): string {
  const list = addresses === undefined ? [] : Array.isArray(addresses) ? addresses : [addresses];
  const words = list
    .slice(0, 50)
    .map((one) =>
      one.name && one.address ? `${one.name} <${one.address}>` : (one.address ?? one.name ?? ''),
    );
  return oneLine(words.join(', ')).slice(0, 2000);
}

/** Text for a mail that has none of its own: what its HTML says, without its marks, and with those of quotations. */
function textOfHtml(html: string): string {
  const plain = markQuotes(html.slice(0, MAX_TEXT))
    .replace(/<(?:style|script)\b[^<]{0,200000}<\/(?:style|script)>/gi, '')
    .replace(/<br\s{0,5}\/?>|<\/(?:p|div|tr|li|h\d)>/gi, '\n')
    .replace(/<[^<>]{0,5000}>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#0?39;/g, "'")
    .replace(/&amp;/g, '&');
  return withQuoteSigns(plain)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function hasTooManyLines(raw: Buffer): boolean {
  if (raw.length < MAX_LINES) return false;
  let lines = 0;
  for (let at = raw.indexOf(10); at !== -1; at = raw.indexOf(10, at + 1))
    if (++lines > MAX_LINES) return true;
  return false;
}

function countParts(raw: Buffer): number {
  let parts = 0;
  for (let at = raw.indexOf('\n--'); at !== -1 && parts <= MAX_PARTS; at = raw.indexOf('\n--', at + 3))
    parts++;
  return parts;
}

function unreadable(raw: Buffer, problem: string): ReadMail {
  const text = clean(raw.subarray(0, 20_000).toString('latin1'));
  return {
    from: '',
    to: '',
    subject: '',
    sentAt: null,
    text,
    html: null,
    messageId: null,
    attachments: [],
    problem,
  };
}

function readAttachment(one: Attachment, index: number): ReadAttachment {
  const contentId = oneLine(one.contentId ?? '')
    .replace(/^<|>$/g, '')
    .slice(0, 500);
  const { content } = one;
  return {
    fileName: clean(one.filename ?? '').slice(0, 4096) || `part ${index + 1}`,
    contentType: oneLine(one.mimeType).slice(0, 120),
    content: typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
    contentId,
    isInline: contentId !== '' && (one.related === true || one.disposition === 'inline'),
  };
}

function fromEmail(email: Email): ReadMail {
  const date = email.date ? new Date(email.date) : null;
  const text = email.text?.trim() ? email.text : email.html ? textOfHtml(email.html) : '';
  const kept = email.attachments.slice(0, MAX_ATTACHMENTS);
  const dropped = email.attachments.length - kept.length;
  const more = dropped === 1 ? 'attachment is' : 'attachments are';
  return {
    from: addressText(email.from),
    to: addressText(email.to),
    subject: oneLine(email.subject ?? '').slice(0, 500),
    sentAt: date && !Number.isNaN(date.getTime()) ? date : null,
    text: clean(text).slice(0, MAX_TEXT),
    html: email.html ? clean(email.html).slice(0, MAX_TEXT) : null,
    messageId: email.messageId ? oneLine(email.messageId).slice(0, 500) : null,
    attachments: kept.map(readAttachment),
    problem: dropped > 0 ? `${dropped} more ${more} in the source only.` : null,
  };
}

/**
 * Reads a raw mail (RFC 5322). What cannot be read is kept raw and said in `problem`; throws `too-busy` alone, and not
 * where it is `patient`.
 */
export async function readMail(raw: Buffer, { patient = false } = {}): Promise<ReadMail> {
  const bomb =
    raw.length > MAX_BYTES
      ? `is larger than ${MAX_BYTES} octets`
      : countParts(raw) > MAX_PARTS
        ? `has more than ${MAX_PARTS} parts`
        : hasTooManyLines(raw)
          ? `has more than ${MAX_LINES} lines`
          : null;
  if (bomb) return unreadable(raw, `This mail ${bomb} and was not taken apart. Its source is kept whole.`);
  try {
    const isLarge = raw.length >= WORTH_A_THREAD;
    return fromEmail(isLarge ? await aside<Email>(TAKE_APART, raw, { patient }) : await takeApart(raw));
  } catch (error) {
    if (error instanceof Problem) throw error;
    return unreadable(
      raw,
      `This mail could not be taken apart (${(error as Error).message.slice(0, 200)}). Its source is kept whole.`,
    );
  }
}

/** When it was written: by its own date, where that is no later than its arrival, as some clocks are ahead. */
export const writtenAt = (sentAt: Date | null, arrived: Date): Date =>
  sentAt === null || sentAt > arrived ? arrived : sentAt;

/** Whether pasted text is a whole mail: it starts with header fields that mails have. */
export function looksLikeMail(text: string): boolean {
  const head = text.slice(0, 4000).split(/\r?\n\r?\n/, 1)[0] ?? '';
  const fields = head
    .split(/\r?\n(?![ \t])/)
    .map((line) => /^([!-9;-~]{1,70}):/.exec(line)?.[1]?.toLowerCase());
  return (
    fields.length >= 3 &&
    fields.every(Boolean) &&
    fields.includes('from') &&
    ['date', 'received', 'message-id', 'mime-version'].some((name) => fields.includes(name))
  );
}
