import { codesAt } from '../codes.ts';
import { domainsOf, type Reader, type Sink } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { ownCopy } from '../octets.ts';
import { readLineAfter } from '../read-line.ts';
import { Remembered } from '../remembered.ts';

const ID = /^\[(\d{2,12}(?:-\d{1,4})?)\] /;
const CONNECTED = /^Connection to ([\da-fA-F.:]{7,45}):\d{1,5} from ([\da-fA-F.:]{7,45}):\d{1,5} succeeded/;
const BANNER = /^RSP: 220[- ]([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?=\s|$)/;
const RECIPIENT = /^CMD: RCPT TO:\s?<([^>\s]{3,320})>/;
const ANSWER = /^RSP: (([245])\d\d(?:([- ])|$))/;
/** With a filter behind it, it is a mailbox of the server itself that has the mail. */
const DELIVERED =
  /^Delivery for \S{0,320} to ([^\s@]{1,128}@[\w.-]{1,253}) has completed \(Delivered\)\s{0,3}$/;

/** Characters of the lines of a reply that are kept. */
const LONGEST_REPLY = 4000;

/** One delivery under way: what its lines said. */
type Session = {
  host: string | null;
  hostIp: string | null;
  source: string | null;
  recipient: string | null;
  /** The lines that said so. */
  lines: string[];
  /** The head of the first line of a reply that goes on, and the reply so far. */
  head: string;
  begun: string;
  /** Codes of the last reply that was no refusal. */
  codes: number;
};

const newSession = (): Session => ({
  host: null,
  hostIp: null,
  source: null,
  recipient: null,
  lines: [],
  head: '',
  begun: '',
  codes: 0,
});

/** What a line says besides replies; whether it says any of it. */
function learn(session: Session, text: string, line: string): boolean {
  const ends = CONNECTED.exec(text);
  const host = BANNER.exec(text)?.[1];
  const recipient = RECIPIENT.exec(text)?.[1];
  // The next connection may be to another receiver, for other recipients.
  if (ends)
    Object.assign(session, {
      ...newSession(),
      hostIp: ownCopy(ends[1] ?? ''),
      source: ownCopy(ends[2] ?? ''),
    });
  if (host !== undefined) session.host = ownCopy(host.toLowerCase());
  if (recipient !== undefined) session.recipient = ownCopy(recipient);
  const said = ends !== null || host !== undefined || recipient !== undefined;
  if (said) session.lines = [...session.lines.slice(-3), ownCopy(line)];
  return said;
}

function answered(session: Session, putOff: boolean, line: string, sink: Sink): void {
  const { host, hostIp, source, recipient, head, begun } = session;
  sink.answered({
    domains: domainsOf(recipient),
    host,
    hostIp,
    source,
    transport: 'delivery',
    reply: begun,
    read: (other) => readLineAfter({ recipient, mx: host, mxIp: hostIp, sourceIp: source }, head + other),
    putOff,
    lines: [...session.lines, line].join('\n'),
  });
}

/** SmarterMail's delivery log: a line for each step, told apart by the number of the message. */
export function smartermailReader(): Reader {
  const sessions = new Remembered<Session>();
  return (line, at, sink) => {
    const start = ID.exec(line.slice(at, at + 24));
    if (!start) return;
    const id = start[1] ?? '';
    const from = at + start[0].length;
    const text = line.slice(from);
    if (text.startsWith('Starting local delivery') || text.startsWith('Delivery finished')) {
      sessions.delete(id);
      return;
    }
    const known = sessions.get(id);
    const session = known ?? newSession();
    const answer = ANSWER.exec(text);
    const delivered = known && !isInside(known.hostIp) ? DELIVERED.exec(text) : null;
    if (delivered) sink.accepted({ ...session, domains: domainsOf(delivered[1]), transport: 'delivery' });
    else if (!learn(session, text, line) && !answer && !text.startsWith('Sending remote mail')) return;
    sessions.set(id, session);
    if (!answer) return;
    if (answer[2] === '2') session.codes = codesAt(text, 'RSP: '.length);
    else reply(session, { line, cut: from + 'RSP: '.length, more: answer[3] === '-' }, sink);
  };
}

/** A line of a refusal: kept while more of it are to come, told with the last. */
function reply(
  session: Session,
  { line, cut, more }: { line: string; cut: number; more: boolean },
  sink: Sink,
) {
  if (session.begun === '') session.head = ownCopy(line.slice(0, cut));
  session.begun = ownCopy(`${session.begun} ${line.slice(cut)}`.trim().slice(0, LONGEST_REPLY));
  if (more) session.lines = [...session.lines.slice(-20), ownCopy(line)];
  if (more) return;
  if (!isInside(session.hostIp)) answered(session, session.begun.startsWith('4'), line, sink);
  session.begun = '';
  session.lines = session.lines.filter((one) => !one.includes(' RSP: '));
}
