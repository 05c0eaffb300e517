import { sql } from 'kysely';
import t from 'tap';
import { mailDesk } from './mail-out.fixture.ts';

t.test('a mail whose loss cannot be noted holds up none of the others', async (t) => {
  const desk = await mailDesk(t);
  const lost = await desk.send();
  await sql`update dispatches set state = 'sending', attempts = 1, lease_until = now() - interval '1 minute'`.execute(
    desk.db,
  );
  await sql`create function broken() returns trigger language plpgsql as $$ begin
    raise exception 'broken'; end $$`.execute(desk.db);
  await sql`create trigger broken before update on dispatches for each row when (old.message_id = ${sql.lit(lost.message)})
    execute function broken()`.execute(desk.db);
  const { message } = await desk.send();
  t.equal(await desk.work(), 1);
  t.match(await desk.dispatch(message), { state: 'sent' });
  t.match(await desk.dispatch(lost.message), { state: 'sending' });
});
