import { readRecord } from './dressing.ts';
import { domainOf, type Said } from './said.ts';
import { canonicalIp } from './sending-ip.ts';

/** Logs that spread one delivery over several lines: what ties the lines together. */
const KEYS = [
  /\[([\dA-F]{8}-[\dA-F]{4}-[\dA-F-]{22,27}[.\d]{0,8})\]/,
  /\buuid=([\dA-F-]{36}[.\d]{0,8})/,
  /\bdelivery (\d{1,12}):/,
  /^"SMTPC"\t\d{1,12}\t(\d{1,12})\t/,
  /\t([\dA-F]{20,40}\.MAI)\t/,
  /smtpd\[\d{1,9}\]: ((?!0{16})[\da-f]{16}) /,
  /^(?:\[[\d.]{10}\] )?\d\d:\d\d:\d\d(?:\.\d{1,3})? \[(\d{2,12}(?:-\d{1,4})?)\] /,
];

/** Lines that tell of success, or of nothing that was said by the other side. */
const NO_REPLY =
  /status=sent|stat=Sent|result="?Ok|postfix[\w.-]{0,60}\/(?:pickup|cleanup(?!\[\d{1,9}\]: \w{5,20}: milter-reject: )|qmgr|bounce|anvil|scache|tlsproxy|master)\[|\bCompleted$|: removed$|\] Spam check results: |\sDSN: |: (?:disconnect|connect) from |\] disconnect ip=|(?:^|\w{6}-\w{6,11}-\w{2,4} )(?:=>|->|<=) \S+@|\bdelivered file=|status: local \d|smtpd\[\d{1,9}\]: (?:[\da-f]{16} mda |delivery: )/;

/** Programs beside a mail server whose lines tell of other things; `blocked by rspamd: …` is no such line. */
const OTHER_PROGRAM =
  /(?<!\b(?:by|with|via|from|of))\s(?:dovecot|rspamd|spamd|amavis|fail2ban|sshd|kernel|opendkim|opendmarc|postgrey|clamd|named|unbound|cron|systemd|saslauthd|policyd(?!-spf\[\d{1,9}\]: [45]\d\d )|nginx|apache)[\w./-]{0,40}(?:\[\d{1,9}\])?: /i;

/** Stamp, host and program stand within this many characters. */
const HEAD = 200;

/** What is known of one delivery so far, and the first lines of a reply that goes on. */
type Session = Partial<Pick<Said, 'recipient' | 'mx' | 'mxIp' | 'sourceIp'>> & { begun?: string };

/** SmarterMail gives each line of a reply one of its own. */
const REPLY_LINE = / RSP: (([45]\d\d)([- ]).*)$/;

/** The lines of a reply so far, as one text; null while more of them are to come. */
function wholeReply(session: Session, text: string): string | null {
  const found = REPLY_LINE.exec(text);
  if (!found) return text;
  const begun = session.begun ?? '';
  const head = begun === '' ? text : `${begun} ${found[1] ?? ''}`;
  session.begun = found[3] === '-' ? head.slice(0, LONGEST_REPLY) : '';
  return found[3] === '-' ? null : head;
}

/** Characters of the lines of a reply that are kept. */
const LONGEST_REPLY = 4000;

function keyOf(text: string): string | undefined {
  for (const form of KEYS) {
    const key = form.exec(text)?.[1];
    if (key !== undefined) return key;
  }
  return undefined;
}

/** Block codes that had underscores of their own. */
const SPLIT_CODE = /\b(?:(?:ofr|lpn|elnk|oxs(?:us|eu))\d{0,4}|lib|sfr in) \d{3}\b|\bGU EIB \d{2}\b/gi;

/** qmail writes blanks as underscores, and line breaks as slashes. */
export function readable(text: string): string {
  const at = /\bdelivery \d{1,12}: (?:failure|deferral): /.exec(text);
  if (at) {
    const from = at.index + at[0].length;
    return (
      text.slice(0, from) +
      text
        .slice(from)
        .replace(/_/g, ' ')
        .replace(SPLIT_CODE, (code) => code.replaceAll(' ', '_'))
        .replace(/\/(?=[45]\d\d[- ])/g, ' ')
        .replace(/\/{1,3}$/, '')
    );
  }
  return text.replaceAll('[nl]', ' ');
}

function learn(session: Session, text: string): void {
  const recipient =
    /(?:RCPT TO:\s?|\bfor )<([^>\s]{3,320})>|to remote (\S{3,320}@\S{1,253})|recipient <([^>\s]{3,320})>|delivery to (\S{3,320}@\S{1,253})/i.exec(
      text,
    );
  const address = recipient?.[1] ?? recipient?.[2] ?? recipient?.[3] ?? recipient?.[4];
  if (address !== undefined) session.recipient = address;
  const host = /(?:\bhost=|deliver to: ?)([\w.-]{3,253})(?::\d{1,5} \(\d{1,5}\) \(([\da-f:.]{3,45})\))?/.exec(
    text,
  );
  if (host?.[1] !== undefined) session.mx = host[1];
  if (host?.[2] !== undefined) session.mxIp = canonicalIp(host[2]);
  const ends = /Connection to ([\da-f.:]{7,45}):\d{1,5} from ([\da-f.:]{7,45}):\d{1,5} succeeded/i.exec(text);
  // The next connection may be to another receiver, for other recipients.
  if (ends) {
    delete session.recipient;
    delete session.mx;
    Object.assign(session, { mxIp: canonicalIp(ends[1] ?? ''), sourceIp: ends[2] });
  }
  const banner = / RSP: 220[- ]([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?=\s|$)/.exec(text)?.[1];
  if (banner !== undefined) session.mx = banner.toLowerCase();
  const address2 =
    /^"SMTPC"(?:\t[^\t]{1,40}){3}\t"([\d.]{7,15})"|\t([\d.]{7,15})\t(?:CONN|MAIL|RCPT|DATA)\t/.exec(text);
  const peer = address2?.[1] ?? address2?.[2];
  if (peer !== undefined) session.mxIp = canonicalIp(peer);
}

function complete(found: Said, session: Session): Said {
  const recipient = found.recipient ?? session.recipient ?? null;
  return {
    ...found,
    recipient,
    recipientDomain: found.recipientDomain ?? domainOf(recipient),
    mx: found.mx ?? session.mx ?? null,
    mxIp: found.mxIp ?? session.mxIp ?? null,
    sourceIp: found.sourceIp ?? session.sourceIp ?? null,
  };
}

/** A reader of log lines that remembers what earlier lines said of the same delivery. */
export function logReader(): (text: string, line: number) => Said | null {
  const sessions = new Map<string, Session>();
  let waiting: Said | null = null;
  return (raw, line) => {
    if (NO_REPLY.test(raw) || OTHER_PROGRAM.test(raw.slice(0, HEAD))) return null;
    let text = readable(raw);
    const start = /starting delivery (\d{1,12}): msg \d{1,12} to remote (\S{3,320})/.exec(text);
    if (start?.[1] !== undefined) {
      sessions.set(start[1], { recipient: start[2] ?? null });
      return null;
    }
    const key = keyOf(text);
    const session = key === undefined ? undefined : (sessions.get(key) ?? {});
    if (key !== undefined && session) sessions.set(key, session);
    if (session) learn(session, text);
    const whole = session ? wholeReply(session, text) : text;
    if (whole === null) return null;
    text = whole;
    const found = session ? complete(readRecord(text, line), session) : readRecord(text, line);
    if (/smtpd\[\d+\]: \S+ mta (?:event=)?error reason=/.test(text)) waiting = found;
    if (
      waiting &&
      waiting.recipient === null &&
      !found.inbound &&
      found.mx === waiting.mx &&
      found.recipient !== null
    ) {
      waiting.recipient = found.recipient;
      waiting.recipientDomain = found.recipientDomain;
      waiting = null;
    }
    return found;
  };
}
