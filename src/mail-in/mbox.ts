const START = Buffer.from('From ');
const LF = 0x0a;
const CR = 0x0d;
/** More mails than this are brought in parts: whoever reads a file says so. */
export const MOST_MAILS = 5000;

/** Whether a line that is empty ends right before this place. */
function afterEmptyLine(octets: Buffer, at: number): boolean {
  if (octets[at - 1] !== LF) return false;
  const before = octets[at - 2] === CR ? at - 3 : at - 2;
  return octets[before] === LF;
}

/** The mails of an mbox (RFC 4155), or the one mail that it is; of one with more than {@link MOST_MAILS}, one more than these. */
export function mailsIn(octets: Buffer): Buffer[] {
  if (!octets.subarray(0, START.length).equals(START)) return [octets];
  const mails: Buffer[] = [];
  let start = 0;
  for (let at = octets.indexOf(START, 1); at !== -1; at = octets.indexOf(START, at + 1)) {
    if (!afterEmptyLine(octets, at)) continue;
    mails.push(octets.subarray(start, at));
    start = at;
    if (mails.length > MOST_MAILS) return mails;
  }
  mails.push(octets.subarray(start));
  return mails;
}

/** Without the line that an mbox or a mail server's pipe puts before a mail. */
export function withoutFromLine(mail: Buffer): Buffer {
  if (!mail.subarray(0, START.length).equals(START)) return mail;
  const end = mail.indexOf(LF);
  return end === -1 ? Buffer.alloc(0) : mail.subarray(end + 1);
}

const QUOTED = Buffer.from('\n>');
const MARK = 0x3e;

/**
 * A mail as it was before it was put into an mbox: without its `From ` line and the empty line behind it, and each line
 * that begins with `>From ` without the first `>` (mboxrd).
 */
export function fromMbox(entry: Buffer): Buffer {
  let mail = withoutFromLine(entry);
  if (mail.length === entry.length) return mail;
  if (mail.at(-1) === LF && (mail.at(-2) === LF || (mail.at(-2) === CR && mail.at(-3) === LF)))
    mail = mail.subarray(0, mail.at(-2) === CR ? -2 : -1);
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = mail.indexOf(QUOTED); at !== -1; at = mail.indexOf(QUOTED, at + 1)) {
    let word = at + 1;
    while (mail[word] === MARK) word += 1;
    if (!mail.subarray(word, word + START.length).equals(START)) continue;
    parts.push(mail.subarray(from, at + 1));
    from = at + 2;
  }
  return parts.length === 0 ? mail : Buffer.concat([...parts, mail.subarray(from)]);
}
