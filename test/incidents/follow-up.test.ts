import { sql } from 'kysely';
import t from 'tap';
import { raiseDueFollowUps } from '../../src/incidents/follow-up.ts';
import { CATALOGUE, REFUSAL, testDesk } from '../desk.ts';
import { addIncidents } from '../next-step/incidents.fixture.ts';

t.test(
  'silence past the usual time brings an incident back once, and one that breaks holds up no other',
  async (t) => {
    const { db, api } = await testDesk(t);
    await api('POST', '/incidents', { report: REFUSAL });
    await addIncidents(db, 2);
    await sql`update incidents set state = 'awaiting-provider', last_request_at = now() - interval '5 days',
    follow_up_due_at = now() - interval '1 hour' + number * interval '1 minute'`.execute(db);
    await sql`create function broken() returns trigger language plpgsql as $$ begin
    if new.number = 1 then raise exception 'broken'; end if; return new; end $$`.execute(db);
    await sql`create trigger broken before update on incidents for each row execute function broken()`.execute(
      db,
    );
    const broke: unknown[] = [];
    const raise = () => raiseDueFollowUps(db, CATALOGUE, new Date(), (error) => broke.push(error));
    const [first, second] = await Promise.all([raise(), raise()]);
    t.equal(first + second, 2);
    t.ok(broke.length > 0);
    t.strictSame(
      (await db.selectFrom('incidents').select('state').orderBy('number').execute()).map(
        ({ state }) => state,
      ),
      ['awaiting-provider', 'action-needed', 'action-needed'],
    );
    const told = await db
      .selectFrom('timeline_entries')
      .select('incident_number')
      .where('kind', '=', 'follow-up-due')
      .execute();
    t.strictSame(told.map((one) => one.incident_number).sort(), [2, 3]);
  },
);
