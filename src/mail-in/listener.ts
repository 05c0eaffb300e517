import { hostname } from 'node:os';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Config } from '../config.ts';
import { toProblem } from '../web/problems.ts';
import { collect, type Limits, NotCollected } from './collect.ts';
import { Held, type Intake } from './intake.ts';
import { isTaken } from './recipients.ts';

const MOST_CLIENTS = 100;
const MOST_FROM_ONE = 20;
const MOST_RECIPIENTS = 100;
/** A client that says nothing for so long is sent away; RFC 5321 (4.5.3.2.7) gives it five minutes. */
const IDLE_MS = 300_000;
const LONGEST_SESSION_MS = 1_800_000;

export type Listening = Pick<Config, 'intakeAddresses'> & {
  protocol: 'lmtp' | 'smtp';
  intake: Intake;
  limits: Limits;
  /** What went wrong that the client is not to blame for. */
  warn: (error: unknown) => void;
};

class Reply extends Error {
  readonly responseCode: number;

  constructor(code: number, words: string) {
    super(words);
    this.responseCode = code;
  }
}

const NOT_COLLECTED: Record<NotCollected['why'], Reply> = {
  'too-large': new Reply(552, '5.3.4 The mail is larger than is taken here, or than its SIZE said'),
  'too-slow': new Reply(451, '4.4.2 The mail did not arrive in time. Try again later'),
  'cut-off': new Reply(451, '4.4.2 The mail did not arrive whole'),
};

/** What the client is told; but for a mail that is too large it keeps the mail and tries again. */
function replyTo(error: unknown, warn: Listening['warn']): Reply {
  if (error instanceof Held) return new Reply(451, `4.7.1 ${error.message}`);
  if (error instanceof NotCollected) return NOT_COLLECTED[error.why];
  warn(error);
  return new Reply(451, `4.3.0 ${toProblem(error).message} Try again later`);
}

const declaredSize = ({ envelope }: SMTPServerSession): number =>
  envelope.mailFrom ? Number((envelope.mailFrom.args as Record<string, string>)['SIZE'] ?? 0) : 0;

/** By LMTP the local mail server hands over what others brought it: its own address says nothing of them. */
const clientOf = (session: SMTPServerSession, { protocol }: Listening) =>
  protocol === 'lmtp'
    ? {}
    : { clientAddress: session.remoteAddress, clientHelo: session.hostNameAppearsAs || null };

async function takeData(
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  listening: Listening,
): Promise<string> {
  const { raw, release } = await collect(stream, declaredSize(session), listening.limits);
  try {
    const { mailFrom, rcptTo } = session.envelope;
    const kept = await listening.intake.take({
      raw,
      way: listening.protocol,
      envelopeSender: mailFrom ? mailFrom.address : '',
      envelopeRecipients: rcptTo.map(({ address }) => address),
      ...clientOf(session, listening),
    });
    return `2.0.0 ${kept.known ? 'Known' : 'Stored'} as ${kept.id}`;
  } finally {
    release();
  }
}

/** Ends connections that last too long, whatever they do; and lets no host take all of them. */
function boundSessions(server: SMTPServer, isLocal: boolean): void {
  const open = new Map<string, number>();
  server.server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? '';
    const number = (open.get(from) ?? 0) + 1;
    open.set(from, number);
    const longest = setTimeout(() => socket.destroy(), LONGEST_SESSION_MS).unref();
    socket.once('close', () => {
      clearTimeout(longest);
      const left = (open.get(from) ?? 1) - 1;
      if (left > 0) open.set(from, left);
      else open.delete(from);
    });
    if (!isLocal && number > MOST_FROM_ONE) socket.destroy();
  });
}

/**
 * A server that takes mail by LMTP (RFC 2033) or SMTP (RFC 5321) and stores it before it says so. It relays nothing, and
 * the end of a mail is CR LF . CR LF only: a mail with other line ends around a dot is one mail (CVE-2023-51764).
 */
export function mailListener(listening: Listening): SMTPServer {
  const { protocol, intakeAddresses, limits, warn } = listening;
  const server = new SMTPServer({
    lmtp: protocol === 'lmtp',
    name: hostname() || 'localhost',
    banner: 'Delist Desk',
    size: limits.max,
    rejectOversized: true,
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    hideSTARTTLS: true,
    disableReverseLookup: true,
    logger: false,
    maxClients: MOST_CLIENTS,
    maxRecipients: MOST_RECIPIENTS,
    socketTimeout: IDLE_MS,
    closeTimeout: 5000,
    onRcptTo({ address }, _session, done) {
      done(
        isTaken(address, intakeAddresses, protocol === 'lmtp')
          ? null
          : new Reply(550, '5.1.1 No mail is taken for this address here'),
      );
    },
    onData(stream, session, done) {
      takeData(stream, session, listening).then(
        (words) => done(null, words),
        (error) => done(replyTo(error, warn)),
      );
    },
  });
  // What a client breaks concerns nobody else.
  server.on('error', () => undefined);
  boundSessions(server, protocol === 'lmtp');
  return server;
}
