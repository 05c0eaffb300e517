import { sql } from 'kysely';
import t from 'tap';
import { REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { nothingWritten, refusedJson, refusedPage } from './bad-input.fixture.ts';

/** What PostgreSQL raises where it cannot extend a file, from the table on. */
async function fillUp({ db }: TestDesk, table: string): Promise<() => Promise<unknown>> {
  await sql`
    create or replace function no_room() returns trigger language plpgsql as $$
    begin
      raise exception 'could not extend file "base/16384/16501": No space left on device' using errcode = '53100';
    end $$`.execute(db);
  await sql`create trigger no_room before insert or update on ${sql.table(table)} for each row execute function no_room()`.execute(
    db,
  );
  return () => sql`drop trigger no_room on ${sql.table(table)}`.execute(db);
}

for (const table of ['reports', 'incidents', 'rejections', 'timeline_entries'])
  t.test(`a disk that is full at ${table}: nothing stays of it, and it works again afterwards`, async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: REFUSAL, provider: 'gmail' });
    const browser = await signedIn(desk);
    await browser.get('/log');
    const makeRoom = await fillUp(desk, table);
    const form = { report: REFUSAL, _once: crypto.randomUUID() };
    const page = await nothingWritten(t, desk.db, table, () => browser.post('/log', form));
    refusedPage(t, page, {
      status: 507,
      says: /The disk is full.*Nothing was stored\. Make room where the database lives, then try again/,
      what: table,
    });
    t.notMatch(page.body, 'base/16384', 'no path of the server');
    const answer = await nothingWritten(t, desk.db, table, () =>
      desk.api('POST', '/incidents', { report: REFUSAL }),
    );
    refusedJson(t, answer, { status: 507, says: /no room left/, what: table });
    t.equal((await browser.get('/incidents/1')).statusCode, 200, 'what is there can be read');
    await makeRoom();
    t.equal((await browser.post('/log', form)).statusCode, 303, 'and then it is taken');
  });
