import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What a provider has open now is asked with every block that is logged, and is little beside all that it ever had.
  `create index incidents_provider_unfinished_idx on incidents (provider, number desc) where state <> 'closed'`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
