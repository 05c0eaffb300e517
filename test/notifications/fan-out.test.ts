import { sql } from 'kysely';
import t from 'tap';
import type { Db, Trx } from '../../src/database/open.ts';
import type { DeskEvent, Subscriber } from '../../src/notifications/event.ts';
import { fanOut, startFanOut, tellAll } from '../../src/notifications/fan-out.ts';
import { publish } from '../../src/notifications/outbox.ts';
import { addNote } from '../../src/timeline/notes.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, testDesk } from '../desk.ts';

const SILENT = { info: () => {}, warn: () => {} } as never;

/** Somebody who writes down what they are told, in a table of the test's own. */
async function listenerOf(db: Db): Promise<{ hear: Subscriber; heard: () => Promise<number[]> }> {
  await sql`create table heard (position bigint generated always as identity, event_id bigint)`.execute(db);
  return {
    async hear(trx, events) {
      for (const { id } of events) await sql`insert into heard (event_id) values (${id})`.execute(trx);
    },
    async heard() {
      const { rows } = await sql<{ event_id: number }>`select event_id from heard order by position`.execute(
        db,
      );
      return rows.map(({ event_id: id }) => id);
    },
  };
}

const waiting = async (db: Db) =>
  (await db.selectFrom('event_outbox').select('id').orderBy('id').execute()).map(({ id }) => id);

const note = (trx: Trx, text: string) => addNote(trx, SYSTEM, 1, text);

t.test('an entry is told once, with all that is said of it, and not without its commit', async (t) => {
  const { db, api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const told: DeskEvent[] = [];
  const hear: Subscriber = async (_trx, events) => void told.push(...events);
  await fanOut(db, [hear]);
  t.strictSame(
    told.map(({ kind }) => kind),
    ['rejection-recorded', 'incident-logged'],
  );
  t.match(told[1], {
    incident: { number: 1, provider: 'outlook-com', severity: 'normal', assigneeId: null },
    entry: { kind: 'incident-logged', incidentNumber: 1 },
    actor: 'bootstrap token',
    actorUserId: null,
    words: /^Logged, Outlook\.com/,
    link: /^\/incidents\/1#e\d+$/,
  });
  t.equal(await fanOut(db, [hear]), 0, 'once');

  const undone = db.transaction().execute(async (trx) => {
    await note(trx, 'never written');
    throw new Error('undone');
  });
  await t.rejects(undone, { message: 'undone' });
  t.strictSame(await waiting(db), []);
});

t.test('something outside of a timeline is told under its name once', async (t) => {
  const { db } = await testDesk(t);
  const event = {
    kind: 'reminder-due',
    words: 'Renew the link',
    link: '/reminders',
    once: 'snds:1 2026-12-01',
  } as const;
  const tell = () => db.transaction().execute((trx) => publish(trx, event));
  t.strictSame(await Promise.all([tell(), tell(), tell()]).then((all) => all.sort()), [false, false, true]);
  const told: DeskEvent[] = [];
  await fanOut(db, [async (_trx, events) => void told.push(...events)]);
  t.match(told, [
    { kind: 'reminder-due', entry: null, incident: null, words: 'Renew the link', link: '/reminders' },
  ]);
  t.equal(told.length, 1);
});

t.test('several at a time tell each event once, in its order', async (t) => {
  const { db, api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  const { hear, heard } = await listenerOf(db);
  const expected: number[] = [];
  const write = async () => {
    for (let index = 0; index < 30; index++) {
      await db.transaction().execute((trx) => note(trx, `note ${index}`));
      expected.push(...(await waiting(db)));
    }
  };
  let isWritten = false;
  const tell = async () => {
    while (!isWritten || (await waiting(db)).length > 0) await fanOut(db, [hear], 7);
  };
  await Promise.all([write().then(() => (isWritten = true)), tell(), tell(), tell()]);
  const told = await heard();
  t.strictSame(
    told,
    [...new Set(told)].sort((a, b) => a - b),
    'each once, in order',
  );
  t.equal(told.length, 32, 'two of logging, thirty notes');
  t.ok(expected.every((id) => told.includes(id)));
});

t.test('who fails keeps nothing, and holds up no other event', async (t) => {
  const { db, api } = await testDesk(t);
  await api('POST', '/incidents', { report: REFUSAL });
  await db.transaction().execute((trx) => note(trx, 'poison'));
  await db.transaction().execute((trx) => note(trx, 'good'));
  const { hear, heard } = await listenerOf(db);
  const fails: Subscriber = async (_trx, events) => {
    if (events.some(({ entry }) => entry?.kind === 'note-added' && entry.detail.text === 'poison'))
      throw new Error('cannot');
  };
  const before = await waiting(db);
  await t.rejects(fanOut(db, [hear, fails]), { message: 'the events could not be told' });
  t.strictSame(await heard(), [], 'what the first wrote is undone');
  t.strictSame(await waiting(db), before);
  let failures = 0;
  t.equal(await tellAll(db, [hear, fails], () => failures++), 3);
  t.equal(failures, 2, 'the batch, then the one');
  t.strictSame(await waiting(db), [before[2]], 'it waits');
  t.equal(await fanOut(db, [hear]), 0, 'for a while');
  await db
    .updateTable('event_outbox')
    .set({ look_at: new Date(0) })
    .execute();
  t.equal(await fanOut(db, [hear]), 1, 'and is told when it can be');
});

t.test('what is written is told by itself', async (t) => {
  const { db, api } = await testDesk(t);
  let told = 0;
  let all: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    all = resolve;
  });
  const stop = startFanOut(
    { db },
    [
      async (_trx, events) => {
        told += events.length;
        if (told >= 2) all();
      },
    ],
    SILENT,
  );
  await api('POST', '/incidents', { report: REFUSAL });
  await done;
  await stop();
  t.equal(told, 2);
});
