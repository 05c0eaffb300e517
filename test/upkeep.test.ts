import { sql } from 'kysely';
import t from 'tap';
import { startUpkeep } from '../src/upkeep.ts';
import { testDesk } from './desk.ts';
import { addIncidents } from './next-step/incidents.fixture.ts';

type Log = Parameters<typeof startUpkeep>[1];

t.test('a step of upkeep that fails is told of, and keeps none of the others from their turn', async (t) => {
  const { db, desk } = await testDesk(t);
  await addIncidents(db, 1);
  await sql`update incidents set state = 'awaiting-provider', last_request_at = now() - interval '5 days',
    follow_up_due_at = now() - interval '1 hour'`.execute(db);
  await sql`insert into told_events (key, told_at) values ('long ago', now() - interval '2 years')`.execute(
    db,
  );
  await sql`insert into idempotency_keys (actor, key, fingerprint, created_at)
    values ('a', 'b', 'c', now() - interval '1 year')`.execute(db);
  await sql`create function broken() returns trigger language plpgsql as $$ begin
    raise exception 'a row is broken'; end $$`.execute(db);
  await sql`create trigger broken before delete on idempotency_keys for each row execute function broken()`.execute(
    db,
  );
  const playbooks = Object.create(desk.playbooks, {
    refresh: { value: () => Promise.reject(new Error('a playbook is broken')) },
  });
  const told: string[] = [];
  const log = {
    info: () => {},
    debug: () => {},
    warn: ({ err }: { err: Error }) => told.push(err.message),
  } as unknown as Log;
  // Its first round is run at once, and to its end.
  await startUpkeep({ ...desk, playbooks }, log)();
  t.strictSame(told, ['a playbook is broken', 'a row is broken']);
  t.match(await db.selectFrom('incidents').select('state').execute(), [{ state: 'action-needed' }]);
  t.strictSame(
    await db.selectFrom('told_events').select('key').execute(),
    [],
    'what is over is cleared away',
  );
  t.equal((await db.selectFrom('idempotency_keys').select('key').execute()).length, 1);
});
