import { type Kysely, sql } from 'kysely';

/**
 * Which database this is: numbers of transactions, by which programs that keep a copy say up to where they have read,
 * mean nothing in another one. The row stays with the database: a backup has it not, and makes it anew where it is
 * brought in. It is never written again, so that its own transaction tells a copy of its values from it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table database_identity (
    one boolean not null default true constraint database_identity_pkey primary key
      constraint database_identity_one check (one),
    id uuid not null default gen_random_uuid()
  )`.execute(db);
  await sql`insert into database_identity default values`.execute(db);
}
