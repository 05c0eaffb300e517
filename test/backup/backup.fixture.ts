import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { writeWhole } from '../../src/backup/file.ts';
import { makeBackup } from '../../src/backup/make.ts';
import { sumTables } from '../../src/backup/read.ts';
import type { Db } from '../../src/database/open.ts';
import { openSnapshot } from '../../src/transfer/export/snapshot.ts';
import { REFUSAL, type TestDesk } from '../desk.ts';

export function folderOf(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'dd-backup-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Octets of every value, as a picture in a mail has them. */
const PICTURE = Buffer.from(Array.from({ length: 2048 }, (_, place) => (place * 7 + (place >> 8)) % 256));
const MAIL = [
  'From: Mia Lüders <mia@provider.example>',
  'To: desk@example.com',
  'Subject: =?utf-8?q?Ihre_Anfrage_=C3=BCber_203=2E0=2E113=2E7?=',
  'Message-ID: <a1@provider.example>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'We have mitigated it. "Quotes", \\ backslashes, \t tabs, ü, \u{1f4ee}.',
  '--b',
  'Content-Type: image/png; name="p.png"',
  'Content-Disposition: attachment; filename="p.png"',
  'Content-Transfer-Encoding: base64',
  '',
  PICTURE.toString('base64').replace(/(.{76})/g, '$1\r\n'),
  '--b--',
  '',
].join('\r\n');

/** An incident with a report, a note, a mail with an attachment, a letter, a ticket and a sealed password. */
export async function fillDesk({ api, app, db, desk }: TestDesk): Promise<void> {
  await api('POST', '/incidents', { report: REFUSAL, note: 'Orders of two shops, “urgent” \\ \t é' });
  await app.inject({
    method: 'POST',
    url: '/api/v1/incidents/1/messages',
    headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': 'message/rfc822' },
    payload: Buffer.from(MAIL),
  });
  await api('POST', '/incidents/1/tickets', { reference: 'SRX1', channel: 'form' });
  await api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
  await db
    .insertInto('sending_accounts')
    .values({
      name: 'Desk',
      host: '127.0.0.1',
      port: 9,
      security: 'none',
      auth: 'password',
      user_name: 'desk',
      secret: desk.secrets.seal('sending_accounts.secret', 'canary'),
      from_address: 'desk@example.com',
    } as never)
    .execute();
  // A gap at the end of the numbers: they are not given out again.
  await db
    .insertInto('addresses')
    .values({ network: '198.51.100.9/32' } as never)
    .execute();
  await db
    .deleteFrom('addresses')
    .where('network', '=', '198.51.100.9/32' as never)
    .execute();
}

export async function sumsOf(db: Db) {
  const trx = await openSnapshot(db);
  const sums = await sumTables(trx);
  await trx.rollback().execute();
  return sums;
}

export async function backupTo(db: Db, file: string): Promise<void> {
  const { stream } = await makeBackup({ db, dataDir: '' });
  await writeWhole(file, stream);
}

export async function attachmentHashes(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('attachments').select(['content', 'sha256']).orderBy('id').execute();
  return rows.map(({ content, sha256 }) => {
    const hash = createHash('sha256').update(content).digest('hex');
    return `${hash} ${hash === sha256.toString('hex')}`;
  });
}
