import { sql } from 'kysely';
import t from 'tap';
import type { Db } from '../../src/database/open.ts';
import { testDatabase } from '../database.ts';
import { BAD } from './bad-rows.fixture.ts';
import { GOOD, HASH, type Row } from './good-rows.fixture.ts';

const insert = (db: Db, table: string, row: Row) =>
  sql
    .raw(
      Object.keys(row).length === 0
        ? `insert into ${table} default values`
        : `insert into ${table} (${Object.keys(row)}) values (${Object.values(row)})`,
    )
    .execute(db);

const run = (db: Db, statement: string) => sql.raw(statement).execute(db);

/** The name of the rule that refused it. */
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing refused it',
    (error) => (/^23(503|505|514)$/.test(error.code) ? error.constraint : error),
  );

/** A database with two incidents and one row of everything else. */
async function filled(t: Parameters<typeof testDatabase>[0]): Promise<Db> {
  const db = await testDatabase(t);
  await insert(db, 'incidents', GOOD['incidents'] ?? {});
  for (const [table, row] of Object.entries(GOOD)) await insert(db, table, row);
  return db;
}

async function countsOf(db: Db): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of Object.keys(GOOD)) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db);
    counts[table] = rows[0]?.n ?? 0;
  }
  return counts;
}

t.test('the database itself refuses what must not be in it, by the name of the rule', async (t) => {
  const db = await filled(t);
  const before = await countsOf(db);
  for (const [table, cases] of Object.entries(BAD))
    for (const [constraint, instead] of cases)
      t.equal(
        await refusal(insert(db, table, { ...GOOD[table], ...instead })),
        constraint,
        `${table} ${JSON.stringify(instead)}`,
      );
  t.strictSame(await countsOf(db), before);

  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_index join pg_class on oid = indexrelid
      where indisunique and relnamespace = 'public'::regnamespace
    union select conname from pg_constraint
      where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u')
    except select conname from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where contype = 'p' and attidentity = 'a'
    order by name`.execute(db);
  const rules = rows.map((row) => row.name).filter((name) => !name.startsWith('kysely_'));
  // Tried below: they need more than one good row.
  const tried = new Set([
    'snapshots_standing_domain_key',
    'dispatches_account_fkey',
    'evidence_files_reading_key',
    'incidents_merged_elsewhere',
    ...Object.values(BAD).flatMap((cases) => cases.map(([constraint]) => constraint)),
  ]);
  t.strictSame(
    rules,
    rules.filter((name) => tried.has(name)),
    'every rule of the database is tried',
  );
});

t.test('host bits in a network, and numbers that the database gives out, are refused as well', async (t) => {
  const db = await filled(t);
  await t.rejects(insert(db, 'addresses', { network: `'203.0.113.7/24'` }), { code: '22P02' });
  const chosen = { ...GOOD['timeline_entries'], id: '7' };
  await t.rejects(insert(db, 'timeline_entries', chosen), { code: '428C9' });
});

t.test('an incident is no part of itself', async (t) => {
  const db = await filled(t);
  const merge = (into: number) => run(db, `update incidents set merged_into = ${into} where number = 2`);
  t.equal(await refusal(merge(2)), 'incidents_merged_elsewhere');
  await merge(1);
});

t.test('a sent letter goes to another incident with a merge, and back, and no other way', async (t) => {
  const db = await filled(t);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  await run(db, 'update letters set incident_number = 1');
  const tries = [
    'update letters set incident_number = 3',
    `update letters set incident_number = 2, body = 'x'`,
  ];
  await insert(db, 'incidents', GOOD['incidents'] ?? {});
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  await run(db, 'update letters set incident_number = 2');
  await run(db, `update incident_merges set undone_at = now(), undone_by_name = 'A B'`);
  await t.rejects(run(db, 'update letters set incident_number = 1'), { code: 'DD002' });
});

t.test('a mail leaves through an account that is there', async (t) => {
  const db = await filled(t);
  await insert(db, 'messages', { ...GOOD['messages'], sha256: HASH('z'), arrival_id: 'null' });
  const dispatch = { ...GOOD['dispatches'], message_id: '(select max(id) from messages)' };
  t.equal(
    await refusal(insert(db, 'dispatches', { ...dispatch, account_id: '99' })),
    'dispatches_account_fkey',
  );
  await insert(db, 'dispatches', dispatch);
});

t.test('what something refers to cannot be deleted', async (t) => {
  const db = await filled(t);
  const entry = { ...GOOD['timeline_entries'], actor_token_id: '1', corrects: '1' };
  await insert(db, 'timeline_entries', entry);
  const used = ['users', 'api_tokens', 'addresses', 'incidents', 'reports', 'tickets', 'letters', 'messages'];
  for (const table of used) await t.rejects(run(db, `delete from ${table}`), { code: '23503' }, table);
  await run(db, 'update api_tokens set created_by = null');
  await run(db, 'delete from users');
  t.match(
    await countsOf(db),
    { users: 0, sessions: 0, notices: 0 },
    'what is a person’s alone goes with them',
  );
});

t.test(
  'append-only: a timeline entry is never changed or deleted, in whatever way it is tried',
  async (t) => {
    const db = await filled(t);
    const entries = async () => (await sql`select * from timeline_entries order by id`.execute(db)).rows;
    const before = await entries();
    t.equal(before.length, 1);
    const tries = [
      `update timeline_entries set detail = '{}'`,
      'update timeline_entries set occurred_at = now() where id = 1',
      'update timeline_entries set id = default',
      'delete from timeline_entries',
      'delete from timeline_entries where id = 1',
      'truncate timeline_entries',
      'truncate incidents cascade',
      'truncate letters cascade',
      `with gone as (delete from timeline_entries returning *) insert into incidents (title, provider, state, opened_at, state_since)
       select 'moved', 'gmail', 'open', now(), now() from gone`,
      `insert into timeline_entries (id, incident_number, kind, actor_name) overriding system value
       values (1, 2, 'other', 'C') on conflict (id) do update set kind = 'other'`,
      `merge into timeline_entries using (values (1)) as v (id) on timeline_entries.id = v.id when matched then delete`,
      'delete from timeline_entries where id = 99',
    ];
    for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
    t.strictSame(await entries(), before);
    await t.rejects(
      db.transaction().execute(async (trx) => {
        await insert(trx, 'timeline_entries', GOOD['timeline_entries'] ?? {});
        await run(trx, 'delete from timeline_entries where id = 2');
      }),
      { code: 'DD001' },
      'nor one that was written a moment ago',
    );
    t.strictSame(await entries(), before);
  },
);

t.test('an entry of the audit log is never changed or deleted', async (t) => {
  const db = await filled(t);
  for (const statement of [
    `update audit_entries set actor_name = 'C'`,
    'delete from audit_entries where id = 99',
    'truncate audit_entries',
    'truncate users cascade',
  ])
    await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test('a version of a letter template is never changed or deleted', async (t) => {
  const db = await filled(t);
  const tries = [
    `update letter_template_versions set body = 'better'`,
    'update letter_template_versions set at = now() where id = 99',
    'delete from letter_template_versions',
    'truncate letter_template_versions cascade',
  ];
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test('a change of a playbook is never changed or deleted', async (t) => {
  const db = await filled(t);
  for (const statement of [
    `update playbook_changes set path = ''`,
    'delete from playbook_changes',
    'truncate playbook_changes',
  ])
    await t.rejects(run(db, statement), { code: 'DD001' }, statement);
});

t.test(
  'what a snapshot saw is never changed; that it was seen again, and that another took its place, is',
  async (t) => {
    const db = await filled(t);
    const tries = [
      `update snapshots set summary = 'better'`,
      `update snapshots set facts = '[1]'`,
      `update snapshots set outcome = 'bad'`,
      "update snapshots set first_seen_at = last_seen_at - interval '1 day'",
      'delete from snapshots',
      'truncate snapshots',
    ];
    for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD001' }, statement);
    await run(db, "update snapshots set last_seen_at = last_seen_at + interval '1 hour'");
    await run(db, 'update snapshots set superseded_at = last_seen_at');
    await insert(db, 'snapshots', GOOD['snapshots'] ?? {});
    const domain = { ...GOOD['snapshots'], address: 'null', domain: `'example.com'` };
    await insert(db, 'snapshots', domain);
    t.equal(await refusal(insert(db, 'snapshots', domain)), 'snapshots_standing_domain_key');
  },
);

t.test('a reading has each of its screenshots once', async (t) => {
  const db = await filled(t);
  const file = { ...GOOD['evidence_files'], evidence_id: 'null', reading_id: '1' };
  await insert(db, 'evidence_files', file);
  t.equal(await refusal(insert(db, 'evidence_files', file)), 'evidence_files_reading_key');
});

t.test('what was said against the evidence can be changed until the letter is sent', async (t) => {
  const db = await filled(t);
  const overrides = async () => (await sql`select * from letter_overrides`.execute(db)).rows;
  await run(db, `update letter_overrides set reason = 'seen again'`);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  const sent = await overrides();
  t.match(sent, [{ reason: 'seen again' }]);
  for (const statement of [
    `update letter_overrides set reason = 'better'`,
    'update letter_overrides set reason = reason',
    'delete from letter_overrides',
    'truncate letter_overrides',
    `insert into letter_overrides (letter_id, kind, key, about, reason, by_name) values (1, 'claim', 'spf-pass', '', 'late', 'A B')`,
  ])
    await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  t.strictSame(await overrides(), sent);
});

t.test('a draft can be changed; once it is sent, never again', async (t) => {
  const db = await filled(t);
  const letter = async () => (await sql`select * from letters`.execute(db)).rows;
  await run(db, `update letters set body = 'Dear postmaster', version = version + 1`);
  await run(db, `update letters set state = 'sent', sent_at = now(), channel = 'form'`);
  const sent = await letter();
  t.match(sent, [{ state: 'sent', body: 'Dear postmaster' }]);
  const tries = [
    `update letters set body = 'Something else'`,
    `update letters set state = 'draft', sent_at = null, channel = null`,
    `update letters set state = 'discarded', sent_at = null`,
    'update letters set sent_at = now()',
    'update letters set body = body',
    'update letters set incident_number = 3',
    'delete from letters',
  ];
  for (const statement of tries) await t.rejects(run(db, statement), { code: 'DD002' }, statement);
  t.strictSame(await letter(), sent);

  await run(
    db,
    `insert into letters (incident_number, template, language, round, subject, body, base_subject, base_body, created_by_name)
    select incident_number, template, language, round, 'another', body, base_subject, base_body, created_by_name from letters`,
  );
  await run(db, `update letters set state = 'discarded' where state = 'draft'`);
  await run(db, `delete from letters where state = 'discarded'`);
  t.strictSame(await letter(), sent, 'its neighbours are free');
});
