import { type Kysely, sql } from 'kysely';

const STATEMENTS = [
  // What a person wants of pages: keys that act by themselves can be turned off, and whose incidents the desk shows.
  `alter table users
    add column single_keys boolean not null default true,
    add column desk_whose text not null default 'everybody'
      constraint users_desk_whose_known check (desk_whose in ('mine', 'everybody'))`,

  // The desk is sorted by what is due. The judgement of the next step writes it; what changed since the last one has the
  // moment of that change, so that nothing new stands behind what is long overdue.
  // To the millisecond, as a cursor holds it.
  'alter table incidents add column due_at timestamptz(3)',
  `update incidents i set due_at = coalesce(
      (select s.due_at from step_judgements s where s.incident_number = i.number),
      i.next_action_due_at,
      case i.state when 'awaiting-provider' then i.follow_up_due_at else i.state_since end)
    where i.state <> 'closed'`,
  'alter table incidents alter column due_at set default now()',
  `create index incidents_due_idx on incidents (state, coalesce(due_at, 'infinity'), number) include (due_at)
    where state <> 'closed'`,
  `create index incidents_own_due_idx on incidents (assignee_id, state, coalesce(due_at, 'infinity'), number)
    include (due_at) where state <> 'closed'`,

  // Blocks of one network by one provider are found together: a /24, for IPv6 a /64.
  'alter table incident_addresses add column provider text, add column nearby cidr',
  `create function incident_address_nearby() returns trigger language plpgsql as $$
    begin
      select provider into new.provider from incidents where number = new.incident_number;
      select set_masklen(network, least(masklen(network), case family(network) when 4 then 24 else 64 end))
        into new.nearby from addresses where id = new.address_id;
      return new;
    end $$`,
  `create trigger incident_address_nearby before insert or update on incident_addresses
    for each row execute function incident_address_nearby()`,
  'update incident_addresses set address_id = address_id',
  `create index incident_addresses_nearby_idx on incident_addresses (nearby, provider, incident_number desc)`,

  // Which transaction wrote an entry: what became visible between two snapshots is then one range of an index. Ids would
  // not do, since they do not become visible in their order. Entries from before have none, and are never news.
  'alter table timeline_entries add column xact xid8',
  'alter table timeline_entries alter column xact set default pg_current_xact_id()',
  'create index timeline_entries_xact_idx on timeline_entries (xact) where xact is not null',
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
