import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // One idea for whatever a person sends in spite of: a claim that evidence contradicts, a finding that stops a letter.
  `alter table letter_overrides
    add column kind text not null default 'claim'
      constraint letter_overrides_kind_known check (kind in ('claim', 'finding')),
    add column about text not null default ''
      constraint letter_overrides_about_length check (length(about) <= 500)`,
  'alter table letter_overrides rename column claim to key',
  `alter table letter_overrides add constraint letter_overrides_key_length check (length(key) between 1 and 120)`,
  'alter table letter_overrides drop constraint letter_overrides_pkey',
  'alter table letter_overrides add constraint letter_overrides_pkey primary key (letter_id, kind, key)',
  'alter table letter_overrides alter column kind drop default',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
