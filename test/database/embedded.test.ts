import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import t from 'tap';
import { EmbeddedClient } from '../../src/database/embedded-client.ts';
import { json } from '../../src/database/json.ts';
import { openDatabase } from '../../src/database/open.ts';

const SCRIPT = fileURLToPath(new URL('./embedded-process.fixture.ts', import.meta.url));
const ROOT = t.testdir({});

/** A data directory with a closed database in it, which is copied for each test: making one anew takes seconds. */
const MADE = join(ROOT, 'made');
mkdirSync(MADE);
const maker = new EmbeddedClient(join(MADE, 'db'));
await maker.query('create table kept (value integer constraint kept_pkey primary key)');
await maker.query('insert into kept values (1)');
await maker.close();

let copies = 0;
function copyOfMade(): string {
  const folder = join(ROOT, `copy-${++copies}`);
  cpSync(MADE, folder, { recursive: true });
  return folder;
}

const client = new EmbeddedClient(join(copyOfMade(), 'db'));
t.teardown(() => client.close());
const valueFrom = async (query: string, parameters: unknown[] = []) =>
  (await client.query(query, parameters)).rows[0]?.['value'];
const keptBy = async (by: EmbeddedClient) =>
  (await by.query('select value from kept order by value')).rows.map((row) => row['value']);

const EVERY_OCTET = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
/** Type, what is given, what comes back where that differs. */
const VALUES: [type: string, given: unknown, back?: unknown][] = [
  ['inet', '203.0.113.7'],
  ['inet', '203.0.113.7/24'],
  ['inet', '2001:DB8:0:0::7', '2001:db8::7'],
  ['cidr', '203.0.113.0/24'],
  ['cidr', '203.0.113.7', '203.0.113.7/32'],
  ['cidr', '2001:db8::/32'],
  ['timestamptz', new Date('2026-03-10T09:12:07.123Z')],
  ['timestamptz', new Date('2026-03-29T01:00:00.001Z')],
  ['timestamptz', new Date('1969-12-31T23:59:59.999Z')],
  ['timestamptz', '2026-03-10T10:12:07.123+01:00', new Date('2026-03-10T09:12:07.123Z')],
  ['timestamptz', 'infinity', Number.POSITIVE_INFINITY],
  ['timestamptz', '-infinity', Number.NEGATIVE_INFINITY],
  ['date', '2026-03-10'],
  ['interval', '1 day 02:03:04'],
  ['bytea', EVERY_OCTET],
  ['bytea', Buffer.alloc(0)],
  ['bytea', Buffer.alloc(1_000_000, EVERY_OCTET)],
  [
    'jsonb',
    json({ a: [1, 'two', null, { b: true }], 'ü"\\': ' ' }),
    { a: [1, 'two', null, { b: true }], 'ü"\\': ' ' },
  ],
  ['jsonb', json([]), []],
  ['jsonb', json('text'), 'text'],
  ['jsonb', json(null), null],
  ['bigint', Number.MAX_SAFE_INTEGER],
  ['bigint', Number.MIN_SAFE_INTEGER],
  ['integer', -2_147_483_648],
  ['real', 0.5],
  ['boolean', false],
  ['text', ''],
  ['text', 'ü € 😀 \t\n\\ \' " ; -- $1'],
  ['text', 'x'.repeat(1_000_000)],
  ['text[]', []],
  ['text[]', ['a', '', 'NULL', 'b,"c"', '{d}', '\\', ' e ', 'ü']],
  ['text[]', ['a', null]],
  ['integer[]', [1, 2, 3]],
  ...['text', 'bytea', 'jsonb', 'inet', 'timestamptz', 'bigint', 'boolean', 'text[]'].map(
    (type): [string, null] => [type, null],
  ),
];

t.test('a moment is the same in whatever zone the server writes it', async (t) => {
  const { db, close } = await openDatabase({
    databaseUrl: process.env['TEST_DATABASE_URL'],
    dataDir: copyOfMade(),
  });
  t.teardown(close);
  await db.connection().execute(async (connection) => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Europe/Amsterdam'])
      for (const moment of [
        '2026-11-27T01:02:03.456Z',
        '2026-03-29T01:00:00.000Z',
        '0987-06-05T04:03:02.001Z',
      ]) {
        await sql`select set_config('timezone', ${zone}, false)`.execute(connection);
        const { rows } = await sql<{ value: Date }>`select ${moment}::timestamptz as value`.execute(
          connection,
        );
        const value = rows[0]?.value;
        // Before there were time zones clocks went by the sun, to the second, of which V8 knows the minutes.
        const near = Math.abs((value?.getTime() ?? 0) - Date.parse(moment));
        t.ok(near < (moment.startsWith('0') ? 60_000 : 1), `${moment} ${zone}`);
      }
    await sql`reset timezone`.execute(connection);
  });
});

t.test('what is written comes back, of every type that we keep, alike on both databases', async (t) => {
  const { db, close } = await openDatabase({
    databaseUrl: process.env['TEST_DATABASE_URL'],
    dataDir: copyOfMade(),
  });
  t.teardown(close);
  await db.connection().execute(async (connection) => {
    for (const [index, [type, given, back = given]] of VALUES.entries()) {
      const table = sql.id(`round_trip_${index}`);
      await sql`create temporary table ${table} (value ${sql.raw(type)})`.execute(connection);
      await sql`insert into ${table} values (${given})`.execute(connection);
      const { rows } = await sql<{ value: unknown }>`select value from ${table}`.execute(connection);
      const value = rows[0]?.value;
      const words = `${type} ${String(JSON.stringify(back)).slice(0, 60)}`;
      if (Buffer.isBuffer(back)) t.ok(Buffer.isBuffer(value) && value.equals(back), words);
      else t.strictSame(value, back, words);
    }
    const { rows } = await sql`select count(*) as n, sum(2) as sum from pg_class where false`.execute(
      connection,
    );
    t.strictSame(rows, [{ n: 0, sum: null }], 'a count is a number');
    await t.rejects(
      sql`select 9007199254740993::bigint`.execute(connection),
      { message: 'int8 out of the safe range: 9007199254740993' },
      'a number that would not be exact is no number',
    );
  });
});

t.test('an error carries what PostgreSQL says of it: code, constraint, table, detail', async (t) => {
  await t.rejects(client.query('insert into kept values ($1)', [1]), {
    code: '23505',
    constraint: 'kept_pkey',
    table: 'kept',
    detail: 'Key (value)=(1) already exists.',
    message: 'duplicate key value violates unique constraint "kept_pkey"',
  });
  const broken: [string, string][] = [
    ['selec 1', '42601'],
    ['select 1 / 0', '22012'],
    ['select * from nowhere', '42P01'],
    ['select $1::integer', '08P01'],
    [`select 'x'::inet`, '22P02'],
    ['commit; select 1', '42601'],
    [`do $$ begin raise exception 'ours' using errcode = 'DD001'; end $$`, 'DD001'],
  ];
  for (const [statement, code] of broken) {
    await t.rejects(client.query(statement), { code }, statement);
    t.equal(await valueFrom('select 7 as value'), 7, 'and the next statement is answered');
  }
  await t.rejects(client.query('select $1', [() => 1]), { name: 'DataCloneError' }, 'a value that is none');
  await t.rejects(client.query('select $1::text', ['a\0b']), { code: '22021' });
  t.equal(await valueFrom('select 7 as value'), 7);
  t.strictSame(await keptBy(client), [1]);
});

t.test('a transaction is kept whole or not at all', async (t) => {
  const count = () => valueFrom('select count(*) as value from kept');
  const result = await client.transaction(async (trx) => {
    await trx.query('insert into kept values (2)');
    return 'what the work answers';
  });
  t.equal(result, 'what the work answers');
  t.equal(await count(), 2);

  const thrown = new Error('changed its mind');
  await t.rejects(
    client.transaction(async (trx) => {
      await trx.query('insert into kept values (3)');
      throw thrown;
    }),
    thrown,
  );
  t.equal(await count(), 2, 'thrown: nothing is kept');

  await t.rejects(
    client.transaction(async (trx) => {
      await trx.query('insert into kept values (4)');
      await trx.query('insert into kept values (1)');
    }),
    { code: '23505' },
  );
  t.equal(await count(), 2, 'refused: nothing is kept');

  await t.rejects(
    client.transaction(async (trx) => {
      await trx.query('insert into kept values (5)');
      await trx.query(
        'create temporary table later (value integer references kept deferrable initially deferred)',
      );
    }),
    { code: '42P16' },
  );
  await client.query('create table later (value integer references kept deferrable initially deferred)');
  await t.rejects(
    client.transaction((trx) => trx.query('insert into later values (99)')),
    { code: '23503' },
    'refused only by the commit',
  );
  t.equal(await valueFrom('select count(*) as value from later'), 0);
  t.equal(await count(), 2);
  await client.query('delete from kept where value > 1');
});

t.test('questions asked at once are answered in their order; a transaction shares with nobody', async (t) => {
  const answered: unknown[] = [];
  const ask = (index: number) =>
    client
      .query(
        index % 7 === 3
          ? 'select 1 / 0'
          : `select ${index} as value from generate_series(1, ${index % 5 ? 1 : 20_000}) limit 1`,
      )
      .then(
        ({ rows }) => answered.push(rows[0]?.['value']),
        () => answered.push('failed'),
      );
  const numbers = Array.from({ length: 40 }, (_, index) => index);
  await Promise.all(numbers.map(ask));
  t.strictSame(
    answered,
    numbers.map((index) => (index % 7 === 3 ? 'failed' : index)),
  );

  const order: string[] = [];
  const note = (words: string) => (value: unknown) => {
    order.push(words);
    return value;
  };
  const transaction = client.transaction(async (trx) => {
    await trx.query('insert into kept values (2)').then(note('inside: written'));
    await wait(20);
    await trx.query('select 1').then(note('inside: read'));
    throw new Error('taken back');
  });
  const outside = client.query('select count(*) as value from kept').then((answer) => {
    note('outside')(answer);
    return answer.rows[0]?.['value'];
  });
  const second = client.transaction((trx) => trx.query('select 1').then(note('second transaction')));
  await t.rejects(transaction, { message: 'taken back' });
  t.equal(await outside, 1, 'nobody sees what was taken back');
  await second;
  t.strictSame(order, ['inside: written', 'inside: read', 'outside', 'second transaction']);
});

t.test('a long query holds up nothing else of the process', async (t) => {
  const long = client.query(
    'select sum(length(md5(n::text))) as value from generate_series(1, 2000000) as n',
  );
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await wait(1);
    return 'twenty turns of the event loop';
  };
  t.equal(await Promise.race([long, turns()]), 'twenty turns of the event loop');
  t.match(await long, { rows: [{ value: 64_000_000 }] });
});

t.test('close waits for what was asked, ends the thread and keeps everything', async (t) => {
  const folder = copyOfMade();
  const child = spawn(process.execPath, [SCRIPT, join(folder, 'db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  t.strictSame(await once(child, 'close'), [0, null]);
  t.equal(said, 'The embedded database has stopped. Start Delist Desk again.', 'whoever asks later is told');
  const again = new EmbeddedClient(join(folder, 'db'));
  t.strictSame(await keptBy(again), [1, 2, 3]);
  await again.close();
  t.equal(again.closed, true);
});

/** What may have happened to the files of a database, and what is said of it. */
const DAMAGES: [name: string, damage: (db: string) => void, why: RegExp][] = [
  [
    'no folder but a file',
    (db) => {
      rmSync(db, { recursive: true });
      writeFileSync(db, 'x');
    },
    /it is damaged, or no database/,
  ],
  [
    'half a control file',
    (db) => truncateSync(join(db, 'global/pg_control'), 100),
    /it is damaged, or no database/,
  ],
  ['no control file', (db) => rmSync(join(db, 'global/pg_control')), /it is damaged, or no database/],
  [
    'another control file',
    (db) => writeFileSync(join(db, 'global/pg_control'), Buffer.alloc(8192, 7)),
    /PGlite failed/,
  ],
  ['no write-ahead log', (db) => rmSync(join(db, 'pg_wal'), { recursive: true }), /PGlite failed/],
  [
    'an empty write-ahead log',
    (db) => {
      rmSync(join(db, 'pg_wal'), { recursive: true });
      mkdirSync(join(db, 'pg_wal'));
    },
    /it is damaged, or no database/,
  ],
  ['no tables', (db) => rmSync(join(db, 'base'), { recursive: true }), /PGlite failed/],
  [
    'emptied tables',
    (db) => {
      for (const base of readdirSync(join(db, 'base')))
        for (const file of readdirSync(join(db, 'base', base))) truncateSync(join(db, 'base', base, file), 0);
    },
    /PGlite failed/,
  ],
];

t.test('a damaged folder cannot be opened: the message names it and what to do', async (t) => {
  for (const [name, damage, why] of DAMAGES) {
    const dataDir = copyOfMade();
    const folder = join(dataDir, 'db');
    damage(folder);
    const { db, close } = await openDatabase({ databaseUrl: undefined, dataDir });
    const question = sql`select 1`.execute(db);
    const words = new RegExp(
      `^${folder} cannot be opened: .*${why.source}.*\\. Restore a backup, or set DATA_DIR to an empty folder\\.$`,
    );
    await t.rejects(question, { name: 'CannotOpenDatabase', message: words }, name);
    await t.rejects(
      sql`select 1`.execute(db),
      { name: 'CannotOpenDatabase' },
      'whoever asks next is told too',
    );
    await close();
    t.notOk(existsSync(join(dataDir, 'lock')), 'closed, it is locked no more');
  }
});

t.test('a folder below a file', async (t) => {
  const file = join(ROOT, 'a-file');
  writeFileSync(file, '');
  const below = new EmbeddedClient(join(file, 'db'));
  await t.rejects(below.waitReady, {
    name: 'CannotOpenDatabase',
    message: /a-file\/db cannot be opened: ENOTDIR/,
  });
  await t.rejects(
    below.transaction(async () => 1),
    { name: 'CannotOpenDatabase' },
  );
  await below.close();
});

t.test('overwritten-database: a folder that lost its PG_VERSION is refused, not made anew', async (t) => {
  const dataDir = copyOfMade();
  rmSync(join(dataDir, 'db', 'PG_VERSION'));
  await t.rejects(openDatabase({ databaseUrl: undefined, dataDir }), {
    name: 'CannotOpenDatabase',
    message: `${dataDir}/db cannot be opened: its file PG_VERSION is missing. Restore a backup, or set DATA_DIR to an empty folder.`,
  });
  t.notOk(existsSync(join(dataDir, 'lock')));
  cpSync(join(MADE, 'db', 'PG_VERSION'), join(dataDir, 'db', 'PG_VERSION'));
  const restored = new EmbeddedClient(join(dataDir, 'db'));
  t.strictSame(await keptBy(restored), [1], 'with the file back, so is everything');
  await restored.close();
});

t.test('a first start that was cut short is begun again', async (t) => {
  const dataDir = join(ROOT, 'cut-short');
  mkdirSync(join(dataDir, 'db', 'pg_wal'), { recursive: true });
  mkdirSync(join(dataDir, 'db', 'global'));
  cpSync(join(MADE, 'db', 'global', 'pg_control'), join(dataDir, 'db', 'global', 'pg_control'));
  const { db, close } = await openDatabase({ databaseUrl: undefined, dataDir });
  t.match(await sql`select 1 as value`.execute(db), { rows: [{ value: 1 }] });
  await close();
});

t.test('a folder of another PostgreSQL is refused with its version and what to do', async (t) => {
  for (const [version, words] of [
    ['17\n', 'PostgreSQL 17;'],
    ['', 'PostgreSQL ;'],
  ] as const) {
    const dataDir = copyOfMade();
    writeFileSync(join(dataDir, 'db', 'PG_VERSION'), version);
    await t.rejects(openDatabase({ databaseUrl: undefined, dataDir }), {
      name: 'WrongDatabaseVersion',
      message: new RegExp(`^${dataDir}/db was written by ${words} this release has 18 and cannot open it\\.`),
    });
    t.notOk(existsSync(join(dataDir, 'lock')));
  }
});
