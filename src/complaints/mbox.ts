const START = Buffer.from('From ');
const LF = 0x0a;
const CR = 0x0d;
/** More mails than this are sent in parts. */
const MOST_MAILS = 5000;

/** Whether a line that is empty ends right before this place. */
function afterEmptyLine(octets: Buffer, at: number): boolean {
  if (octets[at - 1] !== LF) return false;
  const before = octets[at - 2] === CR ? at - 3 : at - 2;
  return octets[before] === LF;
}

/** The mails of an mbox (RFC 4155), or the one mail that it is. */
export function mailsIn(octets: Buffer): Buffer[] {
  if (!octets.subarray(0, START.length).equals(START)) return [octets];
  const mails: Buffer[] = [];
  let start = 0;
  for (let at = octets.indexOf(START, 1); at !== -1; at = octets.indexOf(START, at + 1)) {
    if (!afterEmptyLine(octets, at)) continue;
    mails.push(octets.subarray(start, at));
    start = at;
    if (mails.length >= MOST_MAILS) break;
  }
  mails.push(octets.subarray(start));
  return mails.slice(0, MOST_MAILS);
}
