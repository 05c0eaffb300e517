import { type Kysely, sql } from 'kysely';

/** An import brings a letter as it was sent, and after it what was overridden before that: the letter stays as it went out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create or replace function letter_overrides_freeze() returns trigger language plpgsql as $$
    begin
      if tg_op = 'INSERT' and exists (
        select from letters l
          join imports i on true
          join import_records r on r.import_id = i.id and r.kind = 'letters' and r.target_id = l.id::text and r.made
          where l.id = new.letter_id and new.at <= l.sent_at)
      then
        return new;
      end if;
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
    )
    .execute(db);
}
