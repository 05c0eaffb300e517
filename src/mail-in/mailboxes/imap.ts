import { ImapFlow } from 'imapflow';
import type { Db } from '../../database/open.ts';
import type { MailboxRow } from '../../database/tables.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import { accessToken } from './access-token.ts';
import { type Credentials, credentialsOf, keepRefreshToken } from './mailboxes.ts';

const MB = 1024 * 1024;
/** The UIDs of about a million messages. */
const LONGEST_LINE = 8 * MB;
/** For one command with all that it brings, in ms. */
export const COMMAND_MS = 600_000;

export type MailServer = { db: Db; secrets: Secrets; mailMaxBytes: number };

async function authOf(row: MailboxRow, { secret, clientSecret }: Credentials, { db, secrets }: MailServer) {
  if (row.auth === 'password') return { user: row.user_name, pass: secret };
  const granted = await accessToken({
    tokenUrl: row.oauth_token_url,
    clientId: row.oauth_client_id,
    clientSecret,
    refreshToken: secret,
  });
  if (granted.refreshToken && granted.refreshToken !== secret)
    await keepRefreshToken(db, secrets, row, granted.refreshToken);
  return { user: row.user_name, accessToken: granted.accessToken };
}

/** Connects to a mailbox and signs in. What a server may send, and how long it may take, is bounded. */
export async function connectTo(row: MailboxRow, server: MailServer): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: row.host,
    port: row.port,
    secure: row.security === 'tls',
    doSTARTTLS: row.security === 'starttls',
    tls: { minVersion: 'TLSv1.2' },
    auth: await authOf(row, credentialsOf(server.secrets, row), server),
    clientInfo: { name: 'Delist Desk' },
    logger: false,
    disableAutoIdle: true,
    disableCompression: true,
    connectionTimeout: 30_000,
    greetingTimeout: 15_000,
    socketTimeout: 180_000,
    maxIdleTime: 120_000,
    maxLineLength: LONGEST_LINE,
    maxLiteralSize: server.mailMaxBytes + MB,
    maxResponseSize: server.mailMaxBytes + LONGEST_LINE + 2 * MB,
    maxResponseTokens: 100_000,
  });
  // What a command throws then is only that the connection has ended.
  client.on('error', (error) => {
    client.context = error;
  });
  await inTime(client, client.connect(), 60_000).catch((error) => {
    throw client.context ?? error;
  });
  return client;
}

/** Ends a connection whose server takes too long, however much it says meanwhile. */
export async function inTime<T>(client: ImapFlow, wanted: Promise<T>, ms = COMMAND_MS): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error('The server takes too long.'), { code: 'ETIMEOUT' }));
    client.close();
  }, ms);
  try {
    return await Promise.race([wanted, late]);
  } finally {
    clearTimeout(timer);
    wanted.catch(() => undefined);
  }
}

/** Says goodbye, and waits no longer for it than a moment. */
export async function leave(client: ImapFlow): Promise<void> {
  if (client.usable) await inTime(client, client.logout(), 3000).catch(() => undefined);
  client.close();
}
