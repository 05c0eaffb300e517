import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What was said against the evidence stands as the letter went out; a letter that was withdrawn is a draft again.
  `create function letter_overrides_freeze() returns trigger language plpgsql as $$
    begin
      -- Waits for whoever is sending the letter just now.
      perform from letters
        where id in (
          case when tg_op <> 'DELETE' then new.letter_id end,
          case when tg_op <> 'INSERT' then old.letter_id end)
        and state = 'sent' for share;
      if found then
        raise exception 'a sent letter is never changed' using errcode = 'DD002';
      end if;
      return coalesce(new, old);
    end $$`,
  `create trigger letter_overrides_freeze before insert or update or delete on letter_overrides
    for each row execute function letter_overrides_freeze()`,
  `create function letter_overrides_freeze_all() returns trigger language plpgsql as $$
    begin
      if exists (select from letter_overrides o join letters l on l.id = o.letter_id where l.state = 'sent') then
        raise exception 'a sent letter is never changed' using errcode = 'DD002';
      end if;
      return null;
    end $$`,
  `create trigger letter_overrides_freeze_all before truncate on letter_overrides
    for each statement execute function letter_overrides_freeze_all()`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
