import { chmodSync, mkdtempSync, rmSync } from 'node:fs';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Db } from '../../src/database/open.ts';
import { Intake } from '../../src/mail-in/intake.ts';
import { addMailbox, findMailbox, type MailboxSettings } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { watchMailboxes } from '../../src/mail-in/mailboxes/watch-mailboxes.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { freePort } from '../free-port.ts';
import { Dovecot, MAIL_PASSWORD } from '../trial/dovecot.ts';

export const SECRETS = openSecrets({
  dataDir: '',
  secretKey: Buffer.alloc(32, 7).toString('base64'),
  secretKeyFile: undefined,
});

/** A running Dovecot, which goes with the test. */
export async function dovecot(t: Test, options: { tls?: boolean } = {}): Promise<Dovecot> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-dovecot-'));
  chmodSync(folder, 0o755);
  const server = new Dovecot(folder, await freePort(), options);
  t.teardown(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}

export const settings = (port: number, more: Partial<MailboxSettings> = {}): MailboxSettings => ({
  name: 'Desk',
  host: '127.0.0.1',
  port,
  security: 'none',
  auth: 'password',
  userName: 'desk',
  secret: MAIL_PASSWORD,
  clientId: '',
  clientSecret: '',
  tokenUrl: '',
  folder: 'INBOX',
  afterTaking: 'leave',
  moveTo: '',
  authservId: '',
  ...more,
});

/** A new mailbox as its form sends it; nobody answers there. */
export const MAILBOX_FORM = {
  name: 'Desk',
  host: '127.0.0.1',
  port: '1',
  security: 'none',
  auth: 'password',
  userName: 'desk',
  secret: MAIL_PASSWORD,
  folder: 'INBOX',
  afterTaking: 'leave',
};

export const addTo = (db: Db, given: MailboxSettings): Promise<number> =>
  db.transaction().execute((trx) => addMailbox(trx, SECRETS, given, SYSTEM));

/** Looks at the mailboxes as a server does, until it is stopped or the test ends. */
export function watching(t: Test, db: Db, mailMaxBytes = 30_000_000): () => Promise<void> {
  const by = {
    db,
    secrets: SECRETS,
    mailMaxBytes,
    intake: new Intake(db),
    warn: (error: unknown) => t.comment(error),
  };
  const stop = watchMailboxes(by);
  t.teardown(stop);
  return stop;
}

export const mailbox = (db: Db, id: number) => findMailbox(db, id);

/** Waits until something holds. */
export async function until(
  t: Test,
  what: string,
  holds: () => Promise<boolean>,
  seconds = 60,
): Promise<void> {
  for (const from = performance.now(); !(await holds()); ) {
    if (performance.now() - from > seconds * 1000) return t.fail(`not within ${seconds} s: ${what}`) as never;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  t.pass(what);
}

export const countArrivals = async (db: Db): Promise<number> =>
  (await db.selectFrom('arrivals').select('id').execute()).length;
