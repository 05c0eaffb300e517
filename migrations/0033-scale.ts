import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What a provider has open now is asked with every block that is logged, and is little beside all that it ever had.
  `create index incidents_provider_unfinished_idx on incidents (provider, number desc) where state <> 'closed'`,
  // Tokens are random, so that a fast hash will do; with this in it, it means nothing in any other database.
  `create table api_token_secret (
    id boolean not null default true constraint api_token_secret_pkey primary key
      constraint api_token_secret_one_row check (id),
    secret bytea not null constraint api_token_secret_length check (length(secret) = 32)
  )`,
  `insert into api_token_secret (secret)
    select decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')`,
  // A token's hash was that of the token alone; now that is hashed again, with the secret before it.
  'update api_tokens set token_hash = sha256((select secret from api_token_secret) || token_hash)',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
