import { type KyselyPlugin, type QueryId, sql } from 'kysely';
import t from 'tap';
import { discardDraft } from '../../src/letters/draft-store.ts';
import { type Judged, KeptSteps, STAMP } from '../../src/next-step/kept-steps.ts';
import { readSteps } from '../../src/next-step/store.ts';
import { CATALOGUE, PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { watched } from '../paging/queries.fixture.ts';

const MINUTE = 60_000;

async function twoIncidents(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents', { report: REFUSAL.replace('113.7', '113.8') });
  return desk;
}

const rowsOf = ({ db }: TestDesk): Promise<Judged[]> =>
  db.selectFrom('incidents as i').selectAll('i').select(STAMP.as('stamp')).orderBy('i.number').execute();

const ASKS_FOR_STEPS = /from "step_answers"/;

/** A reader that tells which incidents it judged, beside their steps. */
async function reader(t: Parameters<typeof testDesk>[0], desk: TestDesk) {
  const { queriesOf, watchedDb } = await watched(t, desk);
  const steps = new KeptSteps(watchedDb, CATALOGUE);
  const read = async (now = new Date()) => {
    await steps.catchUp();
    const rows = await rowsOf(desk);
    let said: string[] = [];
    const queries = await queriesOf(async () => {
      const stepOf = await steps.read(rows, now);
      said = rows.map((row) => stepOf(row).id);
    });
    const judged = queries.find((query) => ASKS_FOR_STEPS.test(query.sql))?.parameters ?? [];
    return { judged, said };
  };
  return { steps, read };
}

t.test('a step is judged again when something is new in its incident, and only then', async (t) => {
  const desk = await twoIncidents(t);
  const { api } = desk;
  const { read } = await reader(t, desk);
  const first = await read();
  t.strictSame(first.judged, [1, 2]);
  t.strictSame(await read(), { ...first, judged: [] }, 'what was judged a moment ago is not judged again');

  await api('POST', '/incidents/2/notes', { text: 'Called the hoster.' });
  t.strictSame(await read(), { ...first, judged: [2] }, 'a note');

  await api('POST', '/incidents/1/messages', {
    direction: 'in',
    body: 'Your IP 203.0.113.7 does not qualify for mitigation.',
    sentAt: new Date().toISOString(),
  });
  const answered = await read();
  t.strictSame(answered.judged, [1], 'an answer');
  t.not(answered.said[0], first.said[0]);

  await t.test('also where no timeline tells it', async (t) => {
    const { body } = await api('POST', '/incidents/2/letters', {});
    t.strictSame((await read()).judged, [2], 'a draft begun');
    await desk.db.transaction().execute((trx) => discardDraft(trx, 2, body.id));
    t.strictSame((await read()).judged, [2], 'a draft discarded');
    await sql`update addresses set jmrp_since = '2026-01-01' where network = '203.0.113.8'`.execute(desk.db);
    t.strictSame((await read()).judged, [2], 'an address enrolled');
    await api('PUT', '/profile', { ...PROFILE, name: 'Quay Hosting' });
    t.strictSame((await read()).judged, [1, 2], 'the profile');
  });

  t.strictSame((await read(new Date(Date.now() + 2 * MINUTE))).judged, [1, 2], 'after a minute');
});

/** The database, whose answers can be held back. */
function slowed(db: TestDesk['db']) {
  const held = new WeakMap<QueryId, Promise<void>>();
  let until: Promise<void> | undefined;
  let asked = 0;
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      asked++;
      if (until) held.set(queryId, until);
      return node;
    },
    async transformResult({ result, queryId }) {
      await held.get(queryId);
      return result;
    },
  };
  return {
    db: db.withPlugin(plugin),
    /** How many queries there were. */
    asked: () => asked,
    /** Holds back the answers to what `ask` asks at once; called, the result lets them through. */
    hold(ask: () => void): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      until = promise;
      ask();
      until = undefined;
      return resolve;
    },
  };
}

t.test('what was read before something came is not kept after it', async (t) => {
  const desk = await twoIncidents(t);
  const { db, hold, asked } = slowed(desk.db);
  const steps = new KeptSteps(db, CATALOGUE);
  await steps.catchUp();
  const rows = await rowsOf(desk);
  let reading: Promise<unknown> | undefined;
  const letThrough = hold(() => {
    reading = steps.read(rows, new Date());
  });
  await desk.api('POST', '/incidents/1/notes', { text: 'Meanwhile.' });
  // Another page is told of the note before this one has read all that it judges by.
  await steps.catchUp();
  letThrough();
  await reading;
  const before = asked();
  await steps.read(rows, new Date());
  t.ok(asked() > before, 'it is judged again');
});

t.test('the steps are those that are worked out anew', async (t) => {
  const desk = await twoIncidents(t);
  const { read } = await reader(t, desk);
  await read();
  const rows = await rowsOf(desk);
  const anew = await readSteps(desk.db, rows, CATALOGUE, new Date());
  t.strictSame(
    (await read()).said,
    rows.map((row) => anew.get(row.number)?.step.id),
  );
});
