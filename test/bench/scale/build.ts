import { type Kysely, sql } from 'kysely';
import type { Db } from '../../../src/database/open.ts';
import { KINDS } from '../../../src/evidence/kinds.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import type { Bar } from './bar.ts';
import { scaleProviders } from './providers.ts';
import { DELIVERY_STEPS } from './rows/deliveries.ts';
import { DERIVED_STEPS } from './rows/derived.ts';
import { EVIDENCE_STEPS } from './rows/evidence.ts';
import { FILE_STEPS } from './rows/files.ts';
import { INCIDENT_STEPS } from './rows/incidents.ts';
import { MAIL_STEPS } from './rows/mail.ts';
import { PEOPLE_STEPS } from './rows/people.ts';
import { FUNCTIONS, PLAN_STEPS } from './rows/plan.ts';
import { SEARCH_STEPS } from './rows/search.ts';
import { TIMELINE_STEPS } from './rows/timeline.ts';
import { catchUp } from './schema.ts';
import { countsOf, type Size } from './size.ts';
import type { Plan, Step } from './step.ts';

const STEPS: Step[] = [
  ...PLAN_STEPS,
  ...PEOPLE_STEPS,
  ...INCIDENT_STEPS,
  ...MAIL_STEPS,
  ...TIMELINE_STEPS,
  ...DELIVERY_STEPS,
  ...EVIDENCE_STEPS,
  ...FILE_STEPS,
  ...DERIVED_STEPS,
];
/** Made of rows that are there, which are found by their indexes. */
const AFTER_INDEXES: Step[] = SEARCH_STEPS;
/** Of what those steps make: a text put into them one by one takes as long as all the rest of it. */
const LAST_INDEXES = ['search_texts_words_idx', 'search_texts_title_idx'];
/** Their indexes are made after their rows. */
const LARGE = [
  'messages',
  'timeline_entries',
  'letters',
  'rejections',
  'snapshots',
  'observed_hours',
  'observed_minutes',
  'complaints',
  'search_texts',
];

const run = (db: Kysely<unknown>, statement: string) => sql.raw(statement).execute(db);

/** For this connection alone: rows are made as they should be, so that neither triggers nor foreign keys look at each. */
const SETTINGS = [
  'set statement_timeout = 0',
  'set session_replication_role = replica',
  'set synchronous_commit = off',
  `set maintenance_work_mem = '400MB'`,
  `set work_mem = '128MB'`,
  'set jit = off',
  `set time zone 'UTC'`,
];

/** The data that are there must be the ones that are wanted: what was begun with others is not gone on with. */
async function begin(db: Kysely<unknown>, size: Size, until: Date): Promise<void> {
  for (const statement of FUNCTIONS(size.seed)) await run(db, statement);
  const wanted = JSON.stringify(size);
  await run(
    db,
    'create table if not exists scale.build (made_of jsonb not null, until timestamptz not null)',
  );
  const { rows } = await sql<{ made_of: Size }>`select made_of from scale.build`.execute(db);
  const [built] = rows;
  if (!built) {
    await sql`insert into scale.build values (${wanted}::jsonb, date_trunc('day', ${until}::timestamptz, 'UTC'))`.execute(
      db,
    );
  } else if (JSON.stringify(sorted(built.made_of)) !== JSON.stringify(sorted(size))) {
    throw new Error(
      `The database holds ${JSON.stringify(built.made_of)}, not ${wanted}: drop it, or name another.`,
    );
  }
}
const sorted = ({ size, seed, open }: Size) => ({ size, seed, open: open ?? null });

async function progressOf(db: Kysely<unknown>): Promise<Map<string, number>> {
  const { rows } = await sql<{
    step: string;
    done: number;
  }>`select step, done::integer as done from scale.progress`.execute(db);
  return new Map(rows.map(({ step, done }) => [step, done]));
}

/** Runs in one transaction, by the connection that has the settings. */
async function together(db: Kysely<unknown>, work: () => Promise<void>): Promise<void> {
  await run(db, 'begin');
  try {
    await work();
    await run(db, 'commit');
  } catch (error) {
    await run(db, 'rollback');
    throw error;
  }
}

const note = (db: Kysely<unknown>, step: string, done: number) =>
  sql`insert into scale.progress values (${step}, ${done})
    on conflict (step) do update set done = excluded.done`.execute(db);

async function dropIndexes(db: Kysely<unknown>): Promise<void> {
  await together(db, async () => {
    const { rows } = await sql<{ name: string; made_by: string }>`
      select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made_by from pg_index i
      where i.indrelid in (select to_regclass(t)::oid from unnest(${LARGE}::text[]) t)
        and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`.execute(db);
    for (const { name, made_by } of rows) {
      await sql`insert into scale.dropped_indexes values (${name}, ${made_by})`.execute(db);
      await run(db, `drop index ${name}`);
    }
    await note(db, 'indexes dropped', 1);
  });
}

/** Every identity goes on behind the rows that are there. */
async function moveIdentities(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ table: string; column: string }>`
    select attrelid::regclass::text as table, attname as column from pg_attribute
    where attidentity <> '' and attrelid::regclass::text !~ '[.]'`.execute(db);
  for (const { table, column } of rows)
    await run(
      db,
      `select setval(pg_get_serial_sequence('${table}', '${column}'), (select coalesce(max(${column}), 0) + 1 from ${table}), false)`,
    );
}

async function makeIndexes(
  db: Kysely<unknown>,
  butFor: string[],
  told: (name: string, ms: number) => void,
): Promise<void> {
  const { rows } = await sql<{
    name: string;
    made_by: string;
  }>`select * from scale.dropped_indexes where name <> all(${butFor}::text[]) order by name`.execute(db);
  for (const { name, made_by } of rows) {
    const started = performance.now();
    await together(db, async () => {
      await run(db, made_by);
      await sql`delete from scale.dropped_indexes where name = ${name}`.execute(db);
    });
    told(`index ${name}`, performance.now() - started);
  }
}

/** The share of all work that a step is, by what it took when it was measured; the others take next to nothing. */
const WORK: Record<string, number> = {
  messages: 30,
  'timeline entries': 30,
  letters: 6,
  'deliveries by hour': 8,
  rejections: 4,
  indexes: 15,
  'search texts: messages': 60,
  'search texts: letters': 12,
  'search texts: incidents': 12,
};
const workOf = (name: string) => WORK[name] ?? 1;

/** All work together, in the same measure as each step's. */
export const ALL_WORK = [...STEPS, ...AFTER_INDEXES].reduce(
  (sum, step) => sum + workOf(step.name),
  workOf('indexes'),
);

async function fill(db: Kysely<unknown>, plan: Plan, options: BuildOptions): Promise<void> {
  await begin(db, plan.size, options.until);
  const done = await progressOf(db);
  if (done.has('finished') && STEPS.every((step) => done.get(step.name) === step.of(plan))) return;
  const { bar } = options;
  for (const statement of SETTINGS) await run(db, statement);
  if (!done.has('indexes dropped')) await dropIndexes(db);
  let worked = 0;
  const runAll = async (steps: Step[]) => {
    for (const step of steps) {
      const units = step.of(plan);
      const part = Math.ceil(step.part * Math.min(1, plan.size.size * 10));
      const started = performance.now();
      for (let from = (done.get(step.name) ?? 0) + 1; from <= units; from += part) {
        const to = Math.min(units, from + part - 1);
        await together(db, async () => {
          await step.make(from, to, plan).execute(db);
          await note(db, step.name, to);
        });
        bar.at(worked + (workOf(step.name) * to) / units, step.name);
      }
      worked += workOf(step.name);
      if ((done.get(step.name) ?? 0) < units) bar.finished(worked, step.name, performance.now() - started);
    }
  };
  await runAll(STEPS);
  const madeIndex = (name: string, ms: number) => bar.finished(worked, name, ms);
  await makeIndexes(db, LAST_INDEXES, madeIndex);
  // What comes next looks things up, and without statistics each look-up may read an index whole.
  await run(db, 'analyze');
  // A function plans its statements once, here while the table of texts is empty, and would read it whole ever after.
  await run(db, 'set enable_seqscan = off');
  await runAll(AFTER_INDEXES);
  await run(db, 'reset enable_seqscan');
  await makeIndexes(db, [], madeIndex);
  await moveIdentities(db);
  // Outside a transaction, for the visibility map that index-only scans go by.
  await run(db, 'vacuum analyze');
  await note(db, 'finished', 1);
  bar.end();
}

export type BuildOptions = {
  /** The newest moment of the data. */
  until: Date;
  /** Is told how far it is. */
  bar: Bar;
};

/** Brings a database to the tree's schema and fills it, going on where an earlier build was stopped. */
export async function buildScale(db: Db, size: Size, options: BuildOptions): Promise<void> {
  const providers = scaleProviders(readCatalogue());
  const kinds = KINDS.map(({ key, of }) => ({ key, of }));
  const plan: Plan = { size, counts: countsOf(size), providers, kinds };
  await db.connection().execute(async (one) => {
    // A step over years of data takes as long as it takes.
    await sql`set statement_timeout = 0`.execute(one);
    await catchUp(one as never);
    await fill(one as never, plan, options);
  });
}
