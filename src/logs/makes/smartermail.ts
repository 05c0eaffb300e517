import { LONGEST_SAMPLE } from '../../observations/observation.ts';
import { codesAt } from '../codes.ts';
import { domainsOf, type Reader, type Sink } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { ownCopy } from '../octets.ts';
import { readLineAfter } from '../read-line.ts';
import { Remembered } from '../remembered.ts';

const ID = /^\[(\d{2,12}(?:-\d{1,4})?)\] /;
const CONNECTED = /^Connection to ([\da-fA-F.:]{7,45}):\d{1,5} from ([\da-fA-F.:]{7,45}):\d{1,5} succeeded/;
const BANNER = /^RSP: 220[- ]([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?=\s|$)/;
/** What begins another message to the same host. */
const BEGINS = /^CMD: (?:MAIL FROM|RSET)\b/;
const MESSAGE = /^CMD: DATA\b/;
const GO_AHEAD = /^RSP: 354\b/;
/** What is never the first line of a message. */
const GOES_ON = /^(?:CMD|RSP): |^Delivery for /;
const RECIPIENT = /^CMD: RCPT TO:\s?<([^>\s]{3,320})>/;
const ANSWER = /^RSP: (([245])\d\d(?:([- ])|$))/;
/** With a filter behind it, it is a mailbox of the server itself that has the mail. */
const DELIVERED =
  /^Delivery for \S{0,320} to ([^\s@]{1,128}@[\w.-]{1,253}) has completed \(Delivered\)\s{0,3}$/;

/** Characters of the lines of a reply that are kept. */
const LONGEST_REPLY = 4000;

/** A line for the sample, which shows no more of all. */
const kept = (line: string): string => ownCopy(line.slice(0, LONGEST_SAMPLE));

/** To one host: what its lines said. */
type Connection = {
  host: string | null;
  hostIp: string | null;
  source: string | null;
  /** Whom the message that is handed over is for, without those who had their answer. */
  recipients: string[];
  /** Whether all of it was said, so that the answer is to all of them. */
  atMessage: boolean;
  /** Whether the next answer is to the message itself. */
  isSent: boolean;
  /** Whether all had their answer, so that what is said further is of the connection. */
  isDone: boolean;
  /** Codes of the last reply that was no refusal. */
  codes: number;
};

const AT_BEGIN = { atMessage: false, isSent: false, isDone: false };

const newConnection = (hostIp: string | null, source: string | null): Connection => ({
  host: null,
  hostIp,
  source,
  recipients: [],
  ...AT_BEGIN,
  codes: 0,
});

/** One message under way: it may go to several hosts, one after the other. */
type Session = {
  connection: Connection;
  /** Who was asked to take it for whom. */
  connections: Map<string, Connection>;
  /** The lines that said so. */
  lines: string[];
  /** The head of the first line of a reply that goes on, and the reply so far. */
  head: string;
  begun: string;
};

const newSession = (): Session => ({
  connection: newConnection(null, null),
  connections: new Map(),
  lines: [],
  head: '',
  begun: '',
});

/** Recipients of one message of whom it is known who was asked. */
const MOST_RECIPIENTS = 200;

function isFor({ connection, connections }: Session, recipient: string): void {
  const { recipients } = connection;
  // Who was named last is always known: the next answer is to him.
  if (recipients.length === MOST_RECIPIENTS) recipients.pop();
  recipients.push(recipient);
  if (connections.size < MOST_RECIPIENTS) connections.set(recipient.toLowerCase(), connection);
}

/** How far the commands to one host have come. */
function proceeds(connection: Connection, text: string): void {
  if (BEGINS.test(text)) Object.assign(connection, { recipients: [], ...AT_BEGIN });
  if (MESSAGE.test(text)) connection.atMessage = true;
  if (GO_AHEAD.test(text)) connection.isSent = true;
}

/** What a line says besides replies; whether it says any of it. */
function learn(session: Session, text: string, line: string): boolean {
  const ends = CONNECTED.exec(text);
  const host = BANNER.exec(text)?.[1];
  const recipient = RECIPIENT.exec(text)?.[1];
  // The next connection may be to another receiver, for other recipients.
  if (ends) {
    session.connection = newConnection(ownCopy(ends[1] ?? ''), ownCopy(ends[2] ?? ''));
    Object.assign(session, { lines: [], head: '', begun: '' });
  }
  if (host !== undefined) session.connection.host = ownCopy(host.toLowerCase());
  if (recipient !== undefined) isFor(session, ownCopy(recipient));
  proceeds(session.connection, text);
  const said = ends !== null || host !== undefined || recipient !== undefined;
  if (said) session.lines = [...session.lines.slice(-3), kept(line)];
  return said;
}

/** Whom an answer is about: who was named last, or all for whom the message was handed over. */
function asked(connection: Connection): string[] {
  connection.isDone = connection.atMessage;
  return connection.recipients.splice(connection.atMessage ? 0 : -1);
}

function answered(session: Session, putOff: boolean, line: string, sink: Sink): void {
  const { connection, head, begun } = session;
  const { host, hostIp, source } = connection;
  const recipients = asked(connection);
  const recipient = recipients[0] ?? null;
  sink.answered({
    domains: recipients.flatMap(domainsOf),
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

/**
 * What is under way, by the number of the message. It goes over from the log of a day to that of the next; numbers
 * come again after a while, so other days have their own.
 */
export type Deliveries = Remembered<Session>;
export const openDeliveries = (before?: () => Deliveries | undefined): Deliveries =>
  new Remembered<Session>(before);

/** SmarterMail's delivery log: a line for each step, told apart by the number of the message. */
export function smartermailReader(sessions: Deliveries): Reader {
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
    const known = sessions.get(id) ?? (GOES_ON.test(text) ? sessions.takeOver(id) : undefined);
    const session = known ?? newSession();
    const answer = ANSWER.exec(text);
    const recipient = known ? DELIVERED.exec(text)?.[1] : undefined;
    if (recipient !== undefined) accepted(session, recipient, sink);
    else if (!learn(session, text, line) && !answer && !text.startsWith('Sending remote mail')) return;
    sessions.set(id, session);
    if (!answer) return;
    if (answer[2] === '2') goesOn(session.connection, text);
    else reply(session, { line, cut: from + 'RSP: '.length, more: answer[3] === '-' }, sink);
  };
}

function accepted(session: Session, recipient: string, sink: Sink): void {
  const taker = session.connections.get(recipient.toLowerCase()) ?? session.connection;
  if (isInside(taker.hostIp)) return;
  const { host, hostIp, source, codes } = taker;
  sink.accepted({ host, hostIp, source, codes, domains: domainsOf(recipient), transport: 'delivery' });
}

/** The end of the connection says nothing of the message. */
function goesOn(connection: Connection, text: string): void {
  if (text.startsWith('RSP: 221')) return;
  connection.codes = codesAt(text, 'RSP: '.length);
  connection.isDone = connection.isSent;
}

/** A line of a refusal: kept while more of it are to come, told with the last. */
function reply(
  session: Session,
  { line, cut, more }: { line: string; cut: number; more: boolean },
  sink: Sink,
) {
  if (session.begun === '') session.head = ownCopy(line.slice(0, cut));
  session.begun = ownCopy(`${session.begun} ${line.slice(cut)}`.trim().slice(0, LONGEST_REPLY));
  if (more) session.lines = [...session.lines.slice(-20), kept(line)];
  if (more) return;
  const { isDone, hostIp } = session.connection;
  if (!isDone && !isInside(hostIp)) answered(session, session.begun.startsWith('4'), line, sink);
  session.begun = '';
  session.lines = session.lines.filter((one) => !one.includes(' RSP: '));
}
