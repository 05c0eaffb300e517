import { sql } from 'kysely';
import t from 'tap';
import { remindOfSteps } from '../../src/next-step/remind.ts';
import { CATALOGUE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { addIncidents } from './incidents.fixture.ts';

const HOUR = 3_600_000;
const later = (hours: number) => new Date(Date.now() + hours * HOUR);
const CASES = 60;

async function desk(t: Parameters<typeof testDesk>[0], cases: number): Promise<TestDesk> {
  const given = await testDesk(t);
  await given.api('POST', '/incidents', { report: REFUSAL });
  await addIncidents(given.db, cases - 1);
  return given;
}

const remindersOf = (db: TestDesk['db']) =>
  db
    .selectFrom('timeline_entries')
    .select(['incident_number', sql<string>`detail ->> 'step'`.as('step')])
    .where('kind', '=', 'step-due')
    .orderBy('incident_number')
    .execute();

t.test(
  'each due step is reminded of once, by however many processes, and again only when it is another',
  async (t) => {
    const given = await desk(t, CASES);
    const { db, api } = given;
    t.equal(await remindOfSteps(db, CATALOGUE, new Date()), 0, 'nothing is due yet');
    const sweep = async (now: Date) => {
      const told = await Promise.all([1, 2, 3].map(() => remindOfSteps(db, CATALOGUE, now)));
      return told.reduce((sum, one) => sum + one, 0);
    };
    t.equal(await sweep(later(60)), CASES, 'three workers at once');
    t.equal((await remindersOf(db)).length, CASES);
    t.equal(await sweep(later(61)), 0, 'and after a restart nobody again');

    const { body } = await api('GET', '/incidents/1');
    t.equal(
      (await api('GET', '/incidents/1/timeline?group=state')).body.items
        .at(-1)
        .summary.startsWith('Next step due'),
      true,
    );
    const until = later(70).toISOString();
    await api('POST', '/incidents/1/next-step/snooze', { step: body.nextAction.step, until });
    t.equal(await sweep(later(69)), 0, 'put off');
    t.equal(await sweep(later(71)), 1, 'and told once more when that is over');
    t.equal(await sweep(later(72)), 0);
    await api('PATCH', '/incidents/1', { state: 'closed', reason: 'done' });
    t.equal(await sweep(later(500)), 0, 'what is closed has no next step');
  },
);

t.test('a worker that reads before another has written reminds of nothing twice', async (t) => {
  const { db } = await desk(t, 1);
  await remindOfSteps(db, CATALOGUE, later(60));
  // As it looks to a statement that began before: not reminded of yet, to be judged.
  await db
    .updateTable('step_judgements')
    .set({ look_at: later(-1) })
    .execute();
  t.equal(await remindOfSteps(db, CATALOGUE, later(60)), 0);
  t.equal((await remindersOf(db)).length, 1);
});

t.test('an incident that cannot be judged holds up none of the others', async (t) => {
  const { db } = await desk(t, 55);
  await sql`create function broken() returns trigger language plpgsql as $$ begin
    if new.incident_number = 1 then raise exception 'broken'; end if; return new; end $$`.execute(db);
  await sql`create trigger broken before insert or update on step_judgements for each row execute function broken()`.execute(
    db,
  );
  const broke: unknown[] = [];
  t.equal(await remindOfSteps(db, CATALOGUE, later(60), (error) => broke.push(error)), 54);
  t.equal(broke.length, 1);
});
