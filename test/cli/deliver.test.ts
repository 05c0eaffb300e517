import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { migrate } from '../../src/database/migrate.ts';
import { keepArrivals } from '../../src/mail-in/arrivals.ts';
import { FLOOD_MAILS } from '../../src/mail-in/flood-count.ts';
import { emptyDatabase } from '../database.ts';
import { BOOTSTRAP, testDesk } from '../desk.ts';
import { mailOf } from '../mail-in/talk.fixture.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
type Environment = Record<string, string>;

/** The command as a mail server runs it. */
async function deliver(args: string[], environment: Environment, input: string | Buffer) {
  const child = spawn(process.execPath, [CLI, 'deliver', ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, words };
}

t.test('through the API: stored before it ends; the From_ line of a pipe is none of the mail', async (t) => {
  const { app, db } = await testDesk(t);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const environment = { DELIST_DESK_URL: url, DELIST_DESK_TOKEN: BOOTSTRAP };
  const mail = mailOf(1).replaceAll('\r', '');
  const args = [
    '--sender',
    'b@provider.example',
    '--recipient',
    'desk@example.com',
    '--recipient',
    'c@example.com',
  ];
  t.strictSame(
    await deliver(args, environment, `From b@provider.example Mon Mar  2 10:00:00 2026\n${mail}`),
    { code: 0, words: '' },
  );
  t.match(await db.selectFrom('arrivals').selectAll().execute(), [
    {
      way: 'pipe',
      envelope_sender: 'b@provider.example',
      envelope_recipients: ['desk@example.com', 'c@example.com'],
    },
  ]);
  t.equal((await db.selectFrom('arrivals').select('raw').executeTakeFirst())?.raw?.toString(), mail);
  t.equal((await deliver([], environment, mail)).code, 0, 'known is stored');

  t.match(await deliver([], environment, ''), { code: 65, words: /there is no mail/ });
  t.match(await deliver([], environment, 'Hello,\n\nworld'), { code: 65 });
  t.match(await deliver([], { ...environment, MAIL_MAX_MB: '1' }, mail + 'x'.repeat(1_100_000)), {
    code: 65,
    words: /larger than 1 MB/,
  });
  t.match(await deliver([], { ...environment, DELIST_DESK_TOKEN: 'not-the-token' }, mail), {
    code: 75,
    words: /refuses the token/,
  });
  t.match(await deliver(['--no-such'], environment, mail), { code: 64 });
  t.match(await deliver([], { DELIST_DESK_URL: url }, mail), { code: 75, words: /Which token/ });
  await app.close();
  t.match(await deliver([], environment, mail), {
    code: 75,
    words: /cannot be reached: nothing listens at its address$/m,
  });
  t.match(await deliver([], { ...environment, PORT: 'x' }, mail), { code: 75, words: /PORT/ });
});

t.test('a flood stays with the mail server', async (t) => {
  const { app } = await testDesk(t);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const send = (n: number) =>
    fetch(`${url}/api/v1/mail`, {
      method: 'POST',
      body: mailOf(n),
      headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'message/rfc822' },
    });
  for (let n = 0; n < FLOOD_MAILS; n++) await send(n);
  const environment = { DELIST_DESK_URL: url, DELIST_DESK_TOKEN: BOOTSTRAP };
  t.match(await deliver([], environment, mailOf('one more')), { code: 75, words: /answers 429/ });
});

t.test('through the database, and no longer when it is away', async (t) => {
  const { db, url } = await emptyDatabase(t);
  if (!url) {
    t.pass('needs a database server: TEST_DATABASE_URL');
    return;
  }
  await migrate(db as never);
  t.match(await deliver([], { DATABASE_URL: url }, mailOf(1)), { code: 0 });
  t.match(await db.selectFrom('arrivals').selectAll().execute(), [{ way: 'pipe' }]);
  await keepArrivals(
    db,
    Array.from({ length: FLOOD_MAILS }, (_, n) => ({
      raw: Buffer.from(mailOf(`f${n}`)),
      way: 'pipe' as const,
    })),
  );
  t.match(await deliver([], { DATABASE_URL: url }, mailOf('more')), { code: 75, words: /More than 200/ });
  t.match(await db.selectFrom('floods').selectAll().execute(), [{ held: 1 }]);
  t.match(await deliver([], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' }, mailOf(1)), { code: 75 });
});

t.test('the embedded database that a running server holds is reached through it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-deliver-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const { app, db } = await testDesk(t);
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  writeFileSync(join(folder, 'lock'), `${process.pid} \n`);
  const held = { DATA_DIR: folder, PORT: port, DELIST_DESK_TOKEN: BOOTSTRAP };
  t.match(await deliver([], held, mailOf(1)), { code: 0, words: '' });
  t.equal((await db.selectFrom('arrivals').select('id').execute()).length, 1);
});
