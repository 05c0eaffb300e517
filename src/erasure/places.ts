import { sql } from 'kysely';
import type { Trx } from '../database/open.ts';

/** Tables that say how the desk works, or who works in it: what stands in them is changed where it was set, but for who did it. */
export const SETTINGS = [
  'account_mails',
  'api_tokens',
  'backups',
  'calendar_links',
  'custom_fields',
  'erased_addresses',
  'erasures',
  'mailboxes',
  'known_clients',
  'notice_settings',
  'oidc_providers',
  'own_providers',
  'passkeys',
  'playbook_facts',
  'profile',
  'report_addresses',
  'retention',
  'sending_accounts',
  'sign_in_rules',
  'snds_feeds',
  'transports',
  'users',
  'watch_rules',
  'webhook_targets',
];
/** Counted by who it is about: the rows go. */
export const BY_PERSON: [table: string, column: string][] = [
  ['floods', 'sender'],
  ['invitations', 'email'],
  ['reset_requests', 'email'],
  ['sign_in_failures', 'email'],
];
/** Made of the others, by triggers or anew. */
const MADE = ['search_texts', 'kysely_migration', 'kysely_migration_lock'];

type Octets = {
  octets: string;
  sha256?: string;
  length?: string;
  /** Of which incidents they are, up to the column of their id; without it, of none. */
  incidents?: string;
};

/** Octets that came from or went to people, with what is kept of them beside. */
export const OCTETS: Record<string, Octets> = {
  messages: {
    octets: 'raw',
    sha256: 'sha256',
    incidents: 'select incident_number as incident from messages where id',
  },
  reports: {
    octets: 'raw',
    sha256: 'sha256',
    length: 'byte_length',
    incidents: 'select incident_number as incident from incident_reports where report_id',
  },
  attachments: {
    octets: 'content',
    sha256: 'sha256',
    length: 'byte_length',
    incidents:
      'select m.incident_number as incident from messages m join attachments a on a.message_id = m.id where a.id',
  },
  arrivals: { octets: 'raw', sha256: 'sha256', length: 'byte_length' },
  complaints: { octets: 'raw' },
  notice_mails: { octets: 'raw' },
  report_mails: { octets: 'raw' },
};

export type Place = {
  table: string;
  columns: { name: string; type: 'text' | 'text[]' | 'jsonb' }[];
  /** Whether its rows belong to an incident each. */
  ofIncident: boolean;
  /** Whether they say which account did what they tell of. */
  ofUser: boolean;
};

/** Every column that can hold words, of every table that is no setting, as the database itself describes them. */
export async function readPlaces(trx: Trx): Promise<Place[]> {
  const { rows } = await sql<{
    table: string;
    name: string;
    type: string;
    ofIncident: boolean;
    ofUser: boolean;
  }>`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      exists (select from pg_attribute i where i.attrelid = c.oid and i.attname = 'incident_number') as "ofIncident",
      exists (select from pg_attribute u where u.attrelid = c.oid and u.attname = 'actor_user_id') as "ofUser"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      and format_type(a.atttypid, a.atttypmod) in ('text', 'text[]', 'jsonb')
      and c.relname not in (${sql.join([...MADE, ...BY_PERSON.map(([table]) => table)])})
      and (c.relname not in (${sql.join(SETTINGS)}) or a.attname like '%by_name' or a.attname = 'paused_by')
    order by c.relname collate "C", a.attnum`.execute(trx);
  return [...Map.groupBy(rows, ({ table }) => table)].map(([table, columns]) => ({
    table,
    ofIncident: columns[0]?.ofIncident ?? false,
    ofUser: columns[0]?.ofUser ?? false,
    columns: columns.map(({ name, type }) => ({ name, type: type as 'text' })),
  }));
}
