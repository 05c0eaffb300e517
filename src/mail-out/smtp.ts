import { Readable } from 'node:stream';
import type SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';
import type { MailSecurity, SendingAccountRow } from '../database/tables.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { cleanWords, type Refused, type Trouble } from './outcome.ts';

/** A submission server (RFC 6409) and how to log in there, secrets opened. */
export type Server = {
  host: string;
  port: number;
  security: MailSecurity;
  login:
    | { kind: 'none' }
    | { kind: 'password'; user: string; password: string }
    | {
        kind: 'oauth2';
        user: string;
        clientId: string;
        clientSecret: string;
        refreshToken: string;
        tokenUrl: string;
      };
};

/** How long a server may keep us, in milliseconds, whatever it sends meanwhile (RFC 5321 § 4.5.3.2 asks for 10 minutes). */
export type Patience = { connectMs: number; sendMs: number; ca?: string };
export const PATIENCE: Patience = { connectMs: 60_000, sendMs: 600_000 };
const MOST_WORDS = 64 * 1024;

export class SmtpTrouble extends Error implements Trouble {
  override name = 'SmtpTrouble';
  readonly words: string;
  /** The server's reply code; null: it gave none. */
  readonly replyCode: number | null;
  /** Whether any of the message itself was given to the server. */
  readonly isContentBegun: boolean;
  /** What was said of the recipients that were not taken, before it came to the message. */
  readonly refused: Refused[];
  constructor(words: string, replyCode: number | null, isContentBegun: boolean, refused: Refused[] = []) {
    super(words);
    this.refused = refused;
    this.words = words;
    this.replyCode = replyCode;
    this.isContentBegun = isContentBegun;
  }
}

export function serverOf(row: SendingAccountRow, secrets: Secrets): Server {
  const { host, port, security } = row;
  if (row.auth === 'none' || !row.secret) return { host, port, security, login: { kind: 'none' } };
  const secret = secrets.open('sending_accounts.secret', row.secret);
  const user = row.user_name;
  if (row.auth === 'password')
    return { host, port, security, login: { kind: 'password', user, password: secret } };
  const clientSecret = row.oauth_client_secret
    ? secrets.open('sending_accounts.oauth_client_secret', row.oauth_client_secret)
    : '';
  return {
    host,
    port,
    security,
    login: {
      kind: 'oauth2',
      user,
      clientId: row.oauth_client_id,
      clientSecret,
      refreshToken: secret,
      tokenUrl: row.oauth_token_url,
    },
  };
}

/** What must not be in a server's words, should it send our secrets back. */
function secretsOf({ login }: Server): string[] {
  if (login.kind === 'none') return [];
  const plain = login.kind === 'password' ? [login.password] : [login.refreshToken, login.clientSecret];
  const coded = login.kind === 'password' ? [`\0${login.user}\0${login.password}`] : [];
  return [...plain, ...[...plain, ...coded].map((one) => Buffer.from(one).toString('base64'))].filter(
    (one) => one.length >= 4,
  );
}

type Sent = { words: string; refused: Refused[] };
/** A session that has logged in; nothing of a message is said yet. */
export type Session = {
  send: (envelope: { from: string; to: string[] }, raw: Buffer) => Promise<Sent>;
  end: () => void;
};

type LibraryError = SMTPConnection.SMTPError & {
  rejectedErrors?: (SMTPConnection.SMTPError & { recipient?: string })[];
};

/** Runs one step and cuts the connection where it takes longer than it may. */
function bounded<T>(
  connection: SMTPConnection,
  ms: number,
  step: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (error: unknown) => {
      clearTimeout(timer);
      connection.removeListener('error', fail);
      reject(error);
    };
    const timer = setTimeout(() => {
      fail(
        Object.assign(new Error(`The server took longer than ${Math.ceil(ms / 1000)} s.`), {
          code: 'ETIMEDOUT',
        }),
      );
      connection.close();
    }, ms);
    connection.on('error', fail);
    step((value) => {
      clearTimeout(timer);
      connection.removeListener('error', fail);
      resolve(value);
    }, fail);
  });
}

/** What a server says by its SIZE (RFC 1870), before it has to refuse the message. */
const TOO_LARGE = 552;

/** A reply that answers no question of ours is none: its code says nothing about the message. */
function replyCodeOf({ code, responseCode }: LibraryError): number | null {
  if (code === 'EPROTOCOL') return null;
  return responseCode ?? (code === 'EMESSAGE' ? TOO_LARGE : null);
}

type Envelope = Pick<LibraryError, 'rejectedErrors'> & { mailError?: unknown };

/**
 * Answers to recipients, as far as the message got. An error that came behind them does not name them, so they are read
 * where the library keeps them; of a version that keeps them elsewhere, what the error itself names is known. Where the
 * sender was refused, answers to recipients that went along (RFC 2920) say nothing of them.
 */
function answersOf(connection: object, error: unknown): LibraryError['rejectedErrors'] {
  const { rejectedErrors, command } = error as LibraryError;
  const { _envelope: envelope } = connection as { _envelope?: Envelope };
  if (command === 'MAIL FROM' || envelope?.mailError) return [];
  return rejectedErrors ?? envelope?.rejectedErrors;
}

const refusedIn = (errors: LibraryError['rejectedErrors'], server: Server): Refused[] =>
  (errors ?? []).map((one) => ({
    recipient: one.recipient ?? '',
    words: cleanWords(one.response ?? one.message, secretsOf(server)),
    replyCode: replyCodeOf(one as LibraryError),
  }));

/** `recipients`: how many there are; where some were taken, what came afterwards is about them. */
function troubleOf(
  error: unknown,
  server: Server,
  isContentBegun: boolean,
  refused: Refused[] = [],
  recipients = Number.POSITIVE_INFINITY,
): SmtpTrouble {
  const { message, response } = error as LibraryError;
  const ofAll = refused.length < recipients ? [] : refused;
  const each = ofAll.map((one) => `${one.recipient}: ${one.words}`).join('; ');
  const words = cleanWords(each || response || message, secretsOf(server));
  return new SmtpTrouble(words, replyCodeOf(error as LibraryError), isContentBegun, refused);
}

async function logIn(connection: SMTPConnection, server: Server, ms: number): Promise<void> {
  const { login } = server;
  if (login.kind === 'none') return;
  const { default: XOAuth2 } = await import('nodemailer/lib/xoauth2/index.js');
  const credentials =
    login.kind === 'password'
      ? { user: login.user, pass: login.password }
      : {
          user: login.user,
          oauth2: new XOAuth2({
            user: login.user,
            clientId: login.clientId,
            clientSecret: login.clientSecret,
            refreshToken: login.refreshToken,
            accessUrl: login.tokenUrl,
          }),
        };
  await bounded<void>(connection, ms, (resolve, reject) =>
    connection.login(credentials as never, (error) => (error ? reject(error) : resolve())),
  );
}

/**
 * Connects and logs in. Certificates are verified, and no line of the library is logged: it would hold what we
 * say. Throws {@link SmtpTrouble}.
 */
export async function openSession(server: Server, patience: Patience = PATIENCE): Promise<Session> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection/index.js');
  const { connectMs, sendMs, ca } = patience;
  const connection = new Connection({
    host: server.host,
    port: server.port,
    secure: server.security === 'tls',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: { rejectUnauthorized: true, ...(ca ? { ca } : {}) },
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: sendMs,
    socketCloseTimeout: 1000,
    maxResponseSize: MOST_WORDS,
    logger: false,
  } as SMTPConnection.Options);
  // What comes after a step has ended has nobody to be told to.
  connection.on('error', () => {});
  try {
    await bounded<void>(connection, connectMs, (resolve, reject) =>
      connection.connect((error) => (error ? reject(error) : resolve())),
    );
    await logIn(connection, server, connectMs);
  } catch (error) {
    connection.close();
    throw troubleOf(error, server, false);
  }
  return {
    async send({ from, to }, raw) {
      let isContentBegun = false;
      const content = new Readable({
        read() {
          isContentBegun = true;
          this.push(raw);
          this.push(null);
        },
      });
      try {
        const info = await bounded<SMTPConnection.SentMessageInfo>(connection, sendMs, (resolve, reject) =>
          connection.send({ from, to: [...to], size: raw.length }, content, (error, sent) =>
            error ? reject(error) : resolve(sent),
          ),
        );
        return {
          words: cleanWords(info.response, secretsOf(server)),
          refused: refusedIn(info.rejectedErrors as LibraryError['rejectedErrors'], server),
        };
      } catch (error) {
        const refused = refusedIn(answersOf(connection, error), server);
        throw troubleOf(error, server, isContentBegun, refused, to.length);
      }
    },
    end() {
      if (!connection.destroyed) connection.quit();
      // A server that does not answer QUIT keeps nothing open.
      setTimeout(() => connection.close(), 2000).unref();
    },
  };
}
