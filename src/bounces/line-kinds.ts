/** What log lines begin with. */
const STAMPS = [
  /[A-Z][a-z]{2}\s{1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d(?:\.\d{1,6})?\s/,
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/,
  /@4[\da-f]{20,24}\s/,
  /level=\w+ /,
  /\[?\d{2}\/[A-Z][a-z]{2}\/\d{4}[: ]/,
  /"SMTP[CD]"\t/,
  /(?:\[\d{4}\.\d\d\.\d\d\] )?\d\d:\d\d:\d\d(?:\.\d{1,3})? \[\d{2,12}(?:-\d{1,4})?\] /,
  /\d\d\/\d\d\/\d\d(?:\d\d)? \d\d:\d\d:\d\d\t/,
  /[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z+-]/,
];
/** And with what when their stamps were cut off: program and process, or the queue's id. */
const HEADS = [
  /(?:[\w.-]{1,80} )?(?:postfix|sendmail|sm-mta|smtpd|exim|qmail)[\w./-]{0,60}\[\d{1,9}\]: /,
  /[\dA-Za-z]{5,20}: (?:to=<|host [\w.-]{3,253}\[)/,
  /\w{6}-\w{6,11}-\w{2,4} (?:\*\*|==|H=)/,
];
const STAMP = `(?:${STAMPS.map((stamp) => stamp.source).join('|')})`;
const LOG_LINE = new RegExp(`^(?:${[STAMP, ...HEADS.map((head) => head.source)].join('|')})`);

/** What searching, numbering and container tools print in front: `<22>1 `, `mail.log:12:`, ` 1021 `, `mta-1  | `; of a list `- ` and `9. `. */
const PREFIX = new RegExp(
  `^(?:<\\d{1,3}>(?:\\d\\s)?|[\\w./-]{1,160}[:-](?:\\d{1,9}[:-])?|[\\w.-]{1,80}\\s{1,40}\\| |\\s{0,10}\\d{1,9}[:.\\s]\\s{0,8}|\\s{0,10}[-*•]\\s{1,3})(?=${STAMP})`,
);
const LONGEST_PREFIX = 260;

export const isLogLine = (text: string): boolean => LOG_LINE.test(text);

/** A log line without what another tool put in front; any other line as it is. */
export function withoutPrefix(text: string): string {
  if (isLogLine(text)) return text;
  const found = PREFIX.exec(text.slice(0, LONGEST_PREFIX));
  return found ? text.slice(found[0].length) : text;
}

/** Head of an entry of a mail queue's listing: id, size, arrival, sender. */
const QUEUE_HEAD =
  /^[\dA-Za-z]{6,20}[*!#-]?\s{1,20}\d{1,12}\s(?:[A-Z][a-z]{2}\s){2}\s?\d{1,2} \d\d:\d\d(?::\d\d)?\s/;
const NOISE = [QUEUE_HEAD, /^Connection (?:to .{1,100} )?closed\b/, /^\s{2,12}at .{1,200}:\d{1,6}\)?$/];

/** Lines that tell nothing of a reply: the end of a session, a program's stack, heads of a queue's listing. */
export const isNoise = (text: string): boolean => NOISE.some((form) => form.test(text));

const QUEUED_FOR = /^\s{12,60}<?([^\s<>@]{1,128}@[\w.-]{1,253})>?\s*$/;

/** Listings of a mail queue name the recipient below the reason, which stands in brackets. */
export function queuedFor(firstLine: string, text: string): string | null {
  const recipient = firstLine.startsWith('(') ? QUEUED_FOR.exec(text)?.[1] : undefined;
  return recipient === undefined ? null : `to=<${recipient}>`;
}

const ANEW = [
  /** Another person speaks; with a dot it is a domain that the reply names. */
  /^\s{0,4}(?:\[?\d{1,2}:\d\d(?::\d\d)?\]?\s|<[\w-]{1,30}>\s)/,
  /** The dialogue goes on, as clients and their test tools print it. */
  /^\s?(?:<[-~]|[-~]>|<\*\*|\*\*>|===)\s/,
  /^\s?(?:[A-Z][a-z]{2} )?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d: (?:-->|<--)/,
  /^DATA\s*$/,
  /** The fields of a delivery status below what was said. */
  /^(?:Reporting-MTA|Final-Recipient|Original-Recipient|Remote-MTA|Diagnostic-Code):\s/i,
  /^(?:(?:QUIT|RSET)\s*$|(?:EHLO|HELO) (?=\S{0,255}[.[])\S{1,255}\s*$|(?:MAIL FROM|RCPT TO):)/i,
  /^(?:220|221|250|354)[- ](?!\w{0,12}(?:messages|mails|recipients|connections)\b)/,
];

/** Whether a line below a reply cannot be the rest of it. */
export const startsAnew = (text: string): boolean => ANEW.some((form) => form.test(text));
