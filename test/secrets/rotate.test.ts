import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import t from 'tap';
import { addAccount } from '../../src/mail-out/accounts.ts';
import { newKey } from '../../src/secrets/key-file.ts';
import { checkSealed, resealAll } from '../../src/secrets/rotate.ts';
import { open } from '../../src/secrets/seal.ts';
import { SEALED_COLUMNS } from '../../src/secrets/sealed-columns.ts';
import { addFeed, type NewFeed, openFeed, sealClearFeeds } from '../../src/snds/feeds.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { testDatabase } from '../database.ts';
import { SECRETS, testDesk } from '../desk.ts';
import { ACCOUNT, CANARY } from '../mail-out/mail-out.fixture.ts';

const OLD = Buffer.alloc(32, 7);
const LINK = 'https://sendersupport.olc.protection.outlook.com/snds/data.aspx?key=canary-link-5521';

t.test('a change of key takes every secret along, or none', async (t) => {
  const { db } = await testDesk(t);
  const account = await db
    .transaction()
    .execute((trx) => addAccount(trx, SECRETS, { ...ACCOUNT, security: 'tls' }));
  const feed: NewFeed = {
    kind: 'data',
    link: LINK,
    token: 'canary-token',
    renewedOn: '2026-11-01',
    attestedOn: null,
  };
  await db.transaction().execute((trx) => addFeed(trx, SECRETS, feed, SYSTEM));
  const fresh = newKey();
  t.strictSame(await checkSealed(db, [OLD]), { all: 3, byNewest: 3, lost: [] });
  t.strictSame(await checkSealed(db, [fresh]), {
    all: 3,
    byNewest: 0,
    lost: [`sending_accounts ${account}, secret`, 'snds_feeds 1, link_sealed', 'snds_feeds 1, token_sealed'],
  });
  await t.rejects(resealAll(db, [fresh], fresh), { name: 'CannotOpenSecret' });
  t.match(await checkSealed(db, [OLD]), { byNewest: 3 }, 'nothing was changed');
  t.equal(await resealAll(db, [fresh, OLD], fresh), 3);
  t.strictSame(await checkSealed(db, [fresh]), { all: 3, byNewest: 3, lost: [] });
  const { secret } = await db.selectFrom('sending_accounts').select('secret').executeTakeFirstOrThrow();
  t.equal(open([fresh], 'sending_accounts.secret', secret as Buffer), CANARY);
});

const skip = process.env['TEST_DATABASE_URL'] ? false : 'two transactions at once need a server';
t.test('a secret that is being entered meanwhile is taken along', { skip }, async (t) => {
  const { db } = await testDesk(t);
  const fresh = newKey();
  let resealing: Promise<number> | undefined;
  await db.transaction().execute(async (trx) => {
    await addAccount(trx, SECRETS, { ...ACCOUNT, security: 'tls' });
    resealing = resealAll(db, [fresh, OLD], fresh);
    await setTimeout(500);
  });
  t.equal(await resealing, 1);
  t.strictSame(await checkSealed(db, [fresh]), { all: 1, byNewest: 1, lost: [] });
});

t.test(
  'a mail that is settled meanwhile and a change of key wait for each other in one order',
  { skip },
  async (t) => {
    const { db } = await testDesk(t);
    const fresh = newKey();
    let resealing: Promise<number> | undefined;
    await db.transaction().execute(async (trx) => {
      await sql`update account_mails set lease_until = null`.execute(trx);
      resealing = resealAll(db, [fresh, OLD], fresh);
      await setTimeout(300);
      await sql`update sending_accounts set last_problem = ''`.execute(trx);
    });
    t.equal(await resealing, 0);
  },
);

/** Columns of octets that are no secrets, or that open nothing of others: hashes, and what was received. */
const NOT_SEALED = [
  'api_token_secret.secret',
  'api_tokens.token_hash',
  'arrivals.once_key',
  'arrivals.raw',
  'arrivals.sha256',
  'attachments.content',
  'attachments.sha256',
  'calendar_links.token_hash',
  'complaint_secret.secret',
  'complaints.digest',
  'complaints.raw',
  'complaints.reporter',
  'erased_addresses.address_hash',
  'evidence_files.bytes',
  'evidence_files.sha256',
  'idempotency_keys.fingerprint',
  'import_pieces.octets',
  'imports.sha256',
  'invitations.token_hash',
  'messages.raw',
  'messages.sha256',
  'notice_mails.raw',
  'passkey_challenges.challenge_hash',
  'passkeys.credential_id',
  'passkeys.public_key',
  'password_resets.token_hash',
  'pending_sign_ins.token_hash',
  'recovery_codes.code_hash',
  'reply_tag_secret.secret',
  'report_mails.raw',
  'reports.raw',
  'reports.sha256',
  'sessions.token_hash',
  'setup_links.token_hash',
  'shares.token_hash',
  'snapshots.content_hash',
  'snds_feeds.link_hash',
  'snds_imports.raw',
  'snds_imports.sha256',
];

t.test('every sealed column is on the list of a change of key', async (t) => {
  const db = await testDatabase(t);
  const { rows } = await sql<{ name: string }>`
    select table_name || '.' || column_name as name from information_schema.columns
    where table_schema = 'public' and data_type = 'bytea' order by 1`.execute(db);
  const sealed = Object.entries(SEALED_COLUMNS).flatMap(([table, columns]) =>
    columns.map((column) => `${table}.${column}`),
  );
  const others = rows.map((row) => row.name).filter((name) => !sealed.includes(name));
  t.strictSame(
    others.filter((name) => !NOT_SEALED.includes(name)),
    [],
    'a new column of octets is a secret or is not',
  );
  t.strictSame(
    sealed.filter((name) => !rows.some((row) => row.name === name)),
    [],
  );
});

t.test('what an older release left in clear is sealed at the start', async (t) => {
  const { db } = await testDesk(t);
  await db
    .insertInto('snds_feeds')
    .values({ kind: 'data', link: LINK, token: 'canary-token', renewed_on: '2026-11-01' })
    .execute();
  t.equal(await sealClearFeeds(db, SECRETS), 1);
  t.equal(await sealClearFeeds(db, SECRETS), 0);
  const row = await db.selectFrom('snds_feeds').selectAll().executeTakeFirstOrThrow();
  t.match(row, { link: null, token: '' });
  t.notMatch(JSON.stringify(row), /canary/);
  t.strictSame(openFeed(SECRETS, row), { link: LINK, token: 'canary-token' });
});

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

async function key(verb: string, environment: Record<string, string>) {
  const child = spawn(process.execPath, [CLI, 'key', verb], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [status] = (await once(child, 'close')) as [number];
  return { status, said };
}

t.test('key rotate puts a new key into the file; the old one goes when nothing needs it', async (t) => {
  const dataDir = join(t.testdir(), 'data');
  const file = join(dataDir, 'secret.key');
  t.match(await key('check', { DATA_DIR: dataDir }), { status: 0, said: /^0 secrets/ });
  const before = readFileSync(file, 'utf8');
  const rotated = await key('rotate', { DATA_DIR: dataDir });
  t.match(rotated, { status: 0, said: /0 secrets sealed with a new key/ });
  const after = readFileSync(file, 'utf8');
  t.not(after, before);
  t.equal(after.trim().split('\n').length, 1);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.notMatch(rotated.said, after.trim(), 'the key is not said');
  const given = OLD.toString('base64');
  const refused = await key('rotate', { DATA_DIR: dataDir, SECRET_KEY: given });
  t.match(refused, { status: 2, said: /comes from SECRET_KEY, which only you can change/ });
  t.notMatch(refused.said, given);
  t.match(await key('turn', { DATA_DIR: dataDir }), { status: 2, said: /Use: key check/ });
});
