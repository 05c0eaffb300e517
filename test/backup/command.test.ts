import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { pino } from 'pino';
import t from 'tap';
import { answerCommands } from '../../src/backup/answering.ts';
import { askServer, socketPath } from '../../src/backup/asking.ts';
import { writeWhole } from '../../src/backup/file.ts';
import { lastBackup } from '../../src/backup/store.ts';
import { backupCommand } from '../../src/cli/backup.ts';
import { moveCommand } from '../../src/cli/move.ts';
import { restoreCommand } from '../../src/cli/restore.ts';
import { takeLock } from '../../src/database/lock.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { seal } from '../../src/secrets/seal.ts';
import { emptyDatabase } from '../database.ts';
import { folderOf } from './backup.fixture.ts';

type Command = (args: string[], io: Parameters<typeof backupCommand>[1]) => Promise<number>;

/** A command as it is typed, in an environment of its own. */
async function run(command: Command, args: string[], environment: Record<string, string>, typed = '') {
  const kept = { ...process.env };
  for (const name of ['DATABASE_URL', 'SECRET_KEY', 'SECRET_KEY_FILE']) delete process.env[name];
  Object.assign(process.env, environment);
  let [out, errors] = ['', ''];
  try {
    const code = await command(args, {
      stdin: Readable.from([Buffer.from(typed)]),
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: (text: string) => (errors += text) },
    });
    return { code, out, errors };
  } finally {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, kept);
  }
}

const KEY = Buffer.alloc(32, 5);

/** A folder with an embedded database that has a sealed password and many rows. */
async function fillFolder(): Promise<string> {
  const folder = folderOf(t);
  const open = await openDatabase({ databaseUrl: undefined, dataDir: folder });
  await migrate(open.db as never);
  await sql`insert into told_events (key) select 'event ' || n from generate_series(1, 2000) n`.execute(
    open.db,
  );
  await sql`insert into sending_accounts (name, host, port, security, auth, user_name, secret, from_address)
    values ('Desk', '127.0.0.1', 9, 'none', 'password', 'desk',
      ${seal(KEY, 'sending_accounts.secret', 'canary')}, 'desk@example.com')`.execute(open.db);
  await open.close();
  writeFileSync(join(folder, 'secret.key'), `${KEY.toString('base64')}\n`);
  return folder;
}

let filled: Promise<string> | undefined;
/** Made once: it takes longer than what is tried on it. */
const filledFolder = () => {
  filled ??= fillFolder();
  return filled;
};

/** Kills a process once it says that it is in the middle. */
async function killInTheMiddle(args: string[], environment: Record<string, string> = {}): Promise<void> {
  const file = fileURLToPath(new URL('./killed.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

t.test('threat 40: backup and restore on the command line, with the key and without', async (t) => {
  const from = await filledFolder();
  const kept = folderOf(t);
  const file = join(kept, 'b.gz');
  const made = await run(backupCommand, ['--with-key', file], { DATA_DIR: from }, 'correct horse battery\n');
  t.match(made, { code: 0, out: /2\d{3} rows of \d+ tables/, errors: '' });
  t.match(await run(backupCommand, ['--with-key', file], { DATA_DIR: from }, 'short'), { code: 2 });
  t.notMatch(readFileSync(file).toString('latin1'), KEY.toString('base64'));

  const checked = await run(restoreCommand, ['--check', file], { DATA_DIR: join(kept, 'none') });
  t.match(checked, { code: 0, out: /a whole backup .*\n.*sealed with the key [0-9a-f]{8}/ });
  t.notOk(existsSync(join(kept, 'none')), 'a check makes nothing');

  const wrong = join(kept, 'wrong');
  mkdirSync(wrong);
  writeFileSync(join(wrong, 'secret.key'), `${Buffer.alloc(32, 6).toString('base64')}\n`);
  const refused = await run(restoreCommand, ['--with-key', file], { DATA_DIR: wrong }, 'wrong horse battery');
  t.match(refused, { code: 1, errors: /passphrase does not open/ });
  t.notOk(existsSync(join(wrong, 'db')), 'refused before anything is written');
  const restored = await run(
    restoreCommand,
    ['--with-key', file],
    { DATA_DIR: wrong },
    'correct horse battery',
  );
  t.match(restored, { code: 0, out: /counts and hashes of all tables/ });
  t.match(readFileSync(join(wrong, 'secret.key'), 'utf8').trim().split('\n'), [
    /^BgYG/,
    KEY.toString('base64'),
  ]);
  t.match(await run(restoreCommand, [file], { DATA_DIR: wrong }), {
    code: 1,
    errors: /There is a desk already/,
  });

  t.match(await run(backupCommand, ['--keep', '1', kept], { DATA_DIR: wrong }), { code: 0 });
  t.equal(readdirSync(kept).filter((name) => name.startsWith('delist-desk-')).length, 1);
  t.match(await run(backupCommand, ['--keep', '1', file], { DATA_DIR: from }), {
    code: 2,
    errors: /no folder/,
  });
});

t.test(
  'threat 40: while a server has the embedded database, it makes the backup, and says when the last was',
  async (t) => {
    const folder = await filledFolder();
    const open = await openDatabase({ databaseUrl: undefined, dataDir: folder });
    const end = await answerCommands({ ...open, dataDir: folder }, pino({ level: 'silent' }));
    t.teardown(async () => {
      await end();
      await open.close();
    });
    let [going, rows] = [true, 0];
    const writing = (async () => {
      while (going) await sql`insert into told_events (key) values (${`later ${rows++}`})`.execute(open.db);
    })();
    const file = join(folderOf(t), 'b.gz');
    const made = await run(backupCommand, [file], { DATA_DIR: folder });
    going = false;
    await writing;
    t.match(made, { code: 0, out: /read again and whole/ });
    t.ok(rows > 2, `${rows} rows were written meanwhile`);
    t.match(await run(restoreCommand, ['--check', file], { DATA_DIR: folder }), { code: 0 });
    const last = await lastBackup(open.db);
    t.match(last, { way: 'command' });
    t.ok(Date.now() - (last?.made_at.getTime() ?? 0) < 60_000);
    t.strictSame(
      readdirSync(folder).filter((name) => name.startsWith('copy-')),
      [],
      'its copy is gone',
    );
  },
);

t.test('a backup counts however long its reader takes to look at it', async (t) => {
  const folder = await filledFolder();
  const open = await openDatabase({ databaseUrl: undefined, dataDir: folder });
  const quiet = pino({ level: 'silent' });
  const end = await answerCommands({ ...open, dataDir: folder }, quiet, { silentMs: 5000 });
  t.teardown(async () => {
    await end();
    await open.close();
  });
  const asked = await askServer(folder, { ask: 'backup' });
  for await (const part of asked?.octets ?? []) t.ok(part);
  await setTimeout(6000);
  await asked?.kept();
  for (let tries = 0; tries < 50 && !(await lastBackup(open.db)); tries++) await setTimeout(100);
  t.match(await lastBackup(open.db), { way: 'command' });
});

t.test('whoever took a backup and never says that it was kept is not waited for without end', async (t) => {
  const folder = await filledFolder();
  const open = await openDatabase({ databaseUrl: undefined, dataDir: folder });
  const end = await answerCommands({ ...open, dataDir: folder }, pino({ level: 'silent' }), {
    readAgainMs: 1000,
  });
  const before = await lastBackup(open.db);
  t.teardown(async () => {
    await end();
    await open.close();
  });
  const asked = await askServer(folder, { ask: 'backup' });
  for await (const part of asked?.octets ?? []) t.ok(part);
  const socket = asked?.octets;
  if (!socket) throw new Error('no server answers');
  // Its end was read before; that the server has let go shows when something is sent.
  for (let tries = 0; tries < 10 && !socket.destroyed; tries++) {
    await setTimeout(1500);
    socket.write('\n');
  }
  t.ok(socket.destroyed);
  t.strictSame(await lastBackup(open.db), before, 'and it counts as none');
});

t.test(
  'threat 40: killed in the middle of a backup, the last one stands; of a restore, nothing does',
  async (t) => {
    const folder = folderOf(t);
    const file = join(folder, 'b.gz');
    writeFileSync(file, 'the last one');
    await killInTheMiddle(['write', file]);
    t.equal(readFileSync(file, 'utf8'), 'the last one');
    t.equal(readdirSync(folder).length, 2, 'half a file lies beside it');
    await writeWhole(join(folder, 'next.gz'), Readable.from(['x']));
    t.strictSame(readdirSync(folder).sort(), ['b.gz', 'next.gz'], 'until the next backup');
    writeFileSync(join(folder, `.earlier.gz.${process.pid}.part`), 'of an earlier container');
    await writeWhole(join(folder, 'next.gz'), Readable.from(['x']), async () => {
      await writeWhole(join(folder, 'b.gz'), Readable.from(['y']));
    });
    t.strictSame(readdirSync(folder).sort(), ['b.gz', 'next.gz'], 'also where it had our number');

    t.match(await run(backupCommand, [file], { DATA_DIR: await filledFolder() }), { code: 0 });
    const { url } = await emptyDatabase(t);
    const to = folderOf(t);
    await killInTheMiddle(['load', file, to], url ? { TO_URL: url } : {});
    const place = url ? { DATABASE_URL: url, DATA_DIR: to } : { DATA_DIR: to };
    // PostgreSQL needs a moment to notice that the process is gone; until then it counts as a server that works there.
    let again = await run(restoreCommand, [file], place);
    for (let tries = 0; tries < 50 && /A server uses/.test(again.errors); tries++) {
      await setTimeout(200);
      again = await run(restoreCommand, [file], place);
    }
    t.match(again, { code: 0, out: /which is not in/ }, 'the place is empty again');
  },
);

t.test(
  'threat 40: a server that ends in the middle of a backup takes the last one from nobody',
  async (t) => {
    const folder = folderOf(t);
    mkdirSync(join(folder, 'db'));
    const release = takeLock(folder);
    t.teardown(release);
    const file = join(folderOf(t), 'b.gz');
    await run(backupCommand, [file], { DATA_DIR: await filledFolder() });
    const whole = readFileSync(file);
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write('{"ok":true}\n');
        socket.end(whole.subarray(0, whole.length / 2));
      });
    }).listen(socketPath(folder));
    t.teardown(() => server.close());
    await t.rejects(run(backupCommand, [file], { DATA_DIR: folder }), {
      message: /b\.gz: This file is cut off/,
    });
    t.ok(readFileSync(file).equals(whole), 'the last one stands');
  },
);

t.test('threat 40: a move is refused where it would lose or overwrite something', async (t) => {
  const folder = await filledFolder();
  t.match(await run(moveCommand, [folder], { DATA_DIR: folder }), { code: 1, errors: /move from/ });
  t.match(await run(moveCommand, ['postgres://'], { DATA_DIR: folderOf(t) }), { code: 1 });
  t.match(await run(moveCommand, [folder], { DATA_DIR: folderOf(t) }), {
    code: 1,
    errors: /nothing to move/,
  });
  t.match(await run(moveCommand, [], { DATA_DIR: folder }), { code: 2, errors: /Use: move/ });
  const { url } = await emptyDatabase(t);
  if (!url) return;
  t.match(await run(moveCommand, [url], { DATA_DIR: folder }), { code: 0, out: /the same in both/ });
  t.match(await run(moveCommand, [url], { DATA_DIR: folder }), {
    code: 1,
    errors: /There is a desk already/,
  });
});
