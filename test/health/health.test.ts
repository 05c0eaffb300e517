import { sql } from 'kysely';
import t from 'tap';
import { openDatabase } from '../../src/database/open.ts';
import {
  backupRow,
  databaseRows,
  diskRow,
  feedRows,
  type Mark,
  mailInRows,
  mailOutRows,
  migrationRow,
  queueRows,
  resolverRow,
  workerRows,
  worst,
} from '../../src/health/judge.ts';
import { lookAtHealth } from '../../src/health/look.ts';
import { readQueues } from '../../src/health/queues.ts';
import { tookTurn } from '../../src/metrics/turns.ts';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GIB = 1024 ** 3;
const before = (ms: number) => new Date(NOW.getTime() - ms);
const marks = (rows: { mark: Mark }[]) => rows.map(({ mark }) => mark);

t.test('what is good, what needs attention, and what is broken', async (t) => {
  const queue = (oldestMs: number) => queueRows([{ queue: 'letters', length: 3, oldestMs }])[0];
  t.match(queue(0), { mark: 'good', words: '3 waiting', todo: '' });
  t.match(queue(6 * MINUTE), { mark: 'attention', words: '3 waiting, the oldest due for 6 min' });
  t.match(queue(2 * HOUR), { mark: 'bad' });

  const mailbox = {
    name: 'Desk',
    lastGoodAt: before(MINUTE),
    lastLookAt: before(MINUTE),
    problem: '',
    untaken: 0,
  };
  t.strictSame(marks(mailInRows([mailbox], [], NOW)), ['good']);
  t.strictSame(marks(mailInRows([{ ...mailbox, untaken: 2 }], [], NOW)), ['attention']);
  t.strictSame(
    marks(mailInRows([{ ...mailbox, problem: 'refused', lastGoodAt: before(2 * HOUR) }], [], NOW)),
    ['bad'],
  );
  t.strictSame(
    marks(mailInRows([{ ...mailbox, lastGoodAt: before(2 * HOUR) }], [], NOW)),
    ['bad'],
    'silence',
  );
  t.strictSame(
    marks(mailInRows([{ ...mailbox, lastGoodAt: null, lastLookAt: null }], [], NOW)),
    ['attention'],
    'new',
  );
  t.equal(
    mailInRows([{ ...mailbox, lastGoodAt: null, lastLookAt: null }], [], NOW)[0]?.words,
    'never looked at with success yet',
  );
  t.strictSame(marks(mailInRows([], ['127.0.0.1:24'], NOW)), ['good']);
  t.strictSame(marks(mailInRows([], [], NOW)), ['off']);

  t.strictSame(marks(mailOutRows([], 0, NOW)), ['off']);
  t.strictSame(marks(mailOutRows([{ name: 'A', lastSentAt: NOW, problem: '' }], 0, NOW)), ['good']);
  t.strictSame(marks(mailOutRows([{ name: 'A', lastSentAt: NOW, problem: '535' }], 1, NOW)), [
    'bad',
    'attention',
  ]);

  const feed = { kind: 'data' as const, lastFetchedAt: before(HOUR), failures: 0, problem: '' };
  t.strictSame(marks(feedRows([feed, { ...feed, failures: 2, problem: '403' }], NOW)), ['good', 'attention']);
  t.strictSame(marks(feedRows([{ ...feed, failures: 2, lastFetchedAt: before(100 * HOUR) }], NOW)), ['bad']);
  t.strictSame(
    marks(feedRows([{ ...feed, lastFetchedAt: null }], NOW)),
    ['attention'],
    'nothing came is no good news',
  );

  t.equal(resolverRow({ failure: '', ms: 12 }).mark, 'good');
  t.equal(resolverRow({ failure: '', ms: 1200 }).mark, 'attention');
  t.match(resolverRow({ failure: 'no answer within 2 seconds', ms: 2000 }), {
    mark: 'bad',
    todo: /DNS_SERVERS/,
  });

  const database = { version: '17.2', bytes: 3 * GIB, answerMs: 2, clockMs: 3 };
  t.strictSame(marks(databaseRows(database, false)), ['good', 'good']);
  t.match(databaseRows(database, false)[0]?.words, 'PostgreSQL 17.2, 3.0 GB, answers in 2 ms');
  t.match(databaseRows({ ...database, clockMs: -5000 }, false)[1], {
    mark: 'attention',
    words: 'the database is 5 s behind',
  });
  t.match(databaseRows({ ...database, clockMs: 90_000 }, true)[1], { mark: 'bad', words: /1 min.* ahead/ });
  t.equal(migrationRow({ missing: 1, last: '0033-scale' }).mark, 'bad');

  t.equal(diskRow({ free: 50 * GIB, all: 100 * GIB }, true).mark, 'good');
  t.equal(diskRow({ free: 8 * GIB, all: 100 * GIB }, true).mark, 'attention');
  t.equal(diskRow({ free: GIB / 4, all: 100 * GIB }, true).mark, 'bad');
  t.equal(diskRow(undefined, true).mark, 'attention', 'what cannot be looked at is no good news');

  t.match(backupRow(undefined, NOW), { mark: 'attention', words: 'no backup was made yet' });
  t.strictSame(
    [HOUR, 30 * HOUR, 200 * HOUR].map((ms) => backupRow(before(ms), NOW).mark),
    ['good', 'attention', 'bad'],
  );
  t.strictSame(
    marks(
      workerRows([
        ['mail out', 1000],
        ['mail out', 10 * MINUTE],
        ['mail out', HOUR],
      ]),
    ),
    ['good', 'attention', 'bad'],
  );
  const rows = (...all: Mark[]) => all.map((mark) => ({ key: '', title: '', mark, words: '', todo: '' }));
  t.equal(worst(rows('good', 'off')), 'good');
  t.equal(worst(rows('good', 'bad', 'attention')), 'bad');
});

t.test('queues: how much is in them, and how long the oldest is overdue', async (t) => {
  const { api, db } = await testDesk(t);
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', { report: REFUSAL });
  await sql`update checks set asked_at = now() - interval '20 minutes'`.execute(db);
  const queues = new Map((await readQueues(db)).map((one) => [one.queue, one]));
  t.strictSame([...queues.keys()].sort(), [
    'arrivals',
    'checks',
    'events',
    'imports',
    'letters',
    'links',
    'notices',
    'reports',
    'webhooks',
  ]);
  t.equal(queues.get('checks')?.length, 1);
  t.ok(Math.abs((queues.get('checks')?.oldestMs ?? 0) - 20 * MINUTE) < MINUTE);
  t.strictSame(queues.get('letters'), { queue: 'letters', length: 0, oldestMs: 0 });
});

t.test('the page and its API, for administrators only', async (t) => {
  const desk = await testDesk(t, { DNS_SERVERS: '127.0.0.1:9' });
  tookTurn('mail out');
  const admin = await signedIn(desk, 'admin');
  const page = await admin.get('/settings/health');
  t.equal(page.statusCode, 200);
  for (const words of ['no backup was made yet', 'PostgreSQL 1', 'no resolver answers', 'Mail out', 'free'])
    t.match(page.body, words);
  t.match((await admin.get('/settings')).body, 'href="/settings/health"');
  const operator = await signedIn(desk, 'operator');
  t.equal((await operator.get('/settings/health')).statusCode, 403);
  t.notMatch((await operator.get('/settings')).body, '/settings/health');
  const { status, body } = await desk.api('GET', '/health');
  t.equal(status, 200);
  t.equal(body.status, 'bad', 'as the resolver does not answer');
  const rows = body.sections.flatMap((section: { rows: object[] }) => section.rows);
  t.ok(rows.length > 15);
  t.equal(
    new Set(rows.map(({ key }: { key: string }) => key)).size,
    rows.length,
    'each has a key of its own',
  );
  for (const path of ['/healthz', '/readyz'])
    t.strictSame(Object.keys((await desk.app.inject(path)).json()), ['status'], `${path} gives no detail`);
});

t.test('a database that is away is the first thing to see, and nothing else is claimed of it', async (t) => {
  const { desk } = await testDesk(t);
  const { db } = await openDatabase({ databaseUrl: 'postgres://nobody@127.0.0.1:9/none', dataDir: '' });
  const health = await lookAtHealth({ ...desk, db }, async () => ({ failure: '', ms: 5 }), NOW);
  t.equal(health.status, 'bad');
  t.strictSame(
    health.sections.flatMap(({ rows }) => rows.filter(({ mark }) => mark === 'bad').map(({ key }) => key)),
    ['database'],
  );
  t.notOk(health.sections.some(({ title }) => title === 'Queues'));
});
