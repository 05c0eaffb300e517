import { sql } from 'kysely';
import type { Db } from '../src/database/open.ts';
import type { EntryDetails, EntryKind } from '../src/timeline/entries.ts';

/** Rows by the thousand, written by the database itself, for tests and benches of lists. */

type Sample<Kind extends EntryKind = EntryKind> = {
  [One in Kind]: { kind: One; detail: EntryDetails[One] };
}[Kind];

/** One entry of each kind that a long incident is made of; entry `i` is the one at `i % length`. */
export const SAMPLES: Sample[] = [
  {
    kind: 'rejection-recorded',
    detail: {
      text: "550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
      codes: '550 5.7.1 S3150',
      recipientDomain: 'outlook.com',
      mx: 'outlook-com.olc.protection.outlook.com',
      seen: 3,
      first: false,
    },
  },
  { kind: 'note-added', detail: { text: 'Called the shop: 40 orders wait for a confirmation.' } },
  {
    kind: 'message-received',
    detail: {
      from: 'Support <support@example.com>',
      subject: 'Your case',
      channel: 'email',
      verdict: 'denied',
      confidence: 0.93,
      quote: 'Not qualified for mitigation.',
      reference: 'SRX1234567890ID',
      excerpt: 'We have completed reviewing the IPs you submitted.',
    },
  },
  {
    kind: 'letter-sent',
    detail: {
      title: 'Outlook.com, second review',
      number: 2,
      round: 'second-review',
      channel: 'form',
      reference: 'SRX1234567890ID',
      subject: 'Second review of 203.0.113.7',
      excerpt: 'The cause is found and stopped.',
    },
  },
  {
    kind: 'state-changed',
    detail: { from: 'open', to: 'awaiting-provider', reason: 'letter sent', byHand: false },
  },
  {
    kind: 'evidence-recorded',
    detail: {
      claim: 'no-public-listing',
      about: 'On no public block list',
      result: 'supports',
      words: '0 of 42 lists',
      source: 'looked up by hand',
      address: '203.0.113.7',
    },
  },
  { kind: 'ticket-opened', detail: { reference: 'SRX1234567890ID', channel: 'form', address: '' } },
  {
    kind: 'incident-edited',
    detail: { changes: [{ field: 'severity', from: 'normal', to: 'high' }] },
  },
];

/** Every tenth incident is in each unfinished state and in `recovered`; the other half is closed. */
const STATES = ['open', 'awaiting-provider', 'action-needed', 'mitigated', 'recovered'];
const PROVIDERS = ['outlook-com', 'gmail', 'yahoo', 't-online', 'spamhaus'];

/** Addresses of both families from the ranges for documentation: single ones, and every tenth a range. */
export async function insertAddresses(db: Db, n: number): Promise<void> {
  await sql`
    insert into addresses (network, hostname, label)
    select
      case
        when i % 10 = 0 then network(set_masklen(('2001:db8:' || to_hex(i) || '::')::inet, 48))::cidr
        when i % 2 = 0 and i <= 500 then ('203.0.113.' || (i / 2))::cidr
        else ('2001:db8:ffff::' || to_hex(i))::cidr
      end,
      'mx' || i || '.harbour.example.com',
      case when i % 3 = 0 then 'shop' else 'news' end || i
    from generate_series(1, ${n}::integer) i order by i`.execute(db);
}

/** Incidents of all states and providers, each of one or two of the addresses that are there. */
export async function insertIncidents(db: Db, n: number): Promise<void> {
  await sql`
    with made as (
      insert into incidents (title, provider, state, reason, block_codes, recipient_domains, affected, opened_at,
        state_since, first_rejection_at, last_rejection_at, first_request_at, last_request_at, first_answer_at,
        last_answer_at, last_verdict, mitigated_at, closed_at, round, rejection_count)
      select 'Block ' || i || ' of the ' || case when i / 7 % 2 = 0 then 'harbour' else 'lighthouse' end,
        (${PROVIDERS}::text[])[i % 5 + 1], state, 'ip-reputation',
        array['S' || (3000 + i % 200)], array['outlook.com'], 'order confirmations', at, at, at - interval '1 hour',
        at, at + interval '1 hour', at + interval '1 hour', at + interval '9 hours', at + interval '9 hours', 'denied',
        case when state in ('mitigated', 'recovered', 'closed') then at + interval '30 hours' end,
        case when state = 'closed' then at + interval '50 hours' end, 1, 3
      from (
        select i, coalesce((${STATES}::text[])[i % 10 + 1], 'closed') as state,
          date_trunc('milliseconds', now()) - (${n}::integer - i) * interval '20 minutes' as at
        from generate_series(1, ${n}::integer) i
      ) rows order by i
      returning number
    )
    insert into incident_addresses (incident_number, address_id)
    select number, a.id from made join (
      select id, row_number() over (order by id) - 1 as position, count(*) over () as n from addresses
    ) a on a.position = number % a.n or (number % 3 = 0 and a.position = (number + 1) % a.n)
    on conflict do nothing`.execute(db);
}

/**
 * Entries spread over incidents in turn; every `together` entries after each other happened at the same moment.
 * Of several incidents, entry `i` belongs to the one at `i % length`.
 */
export async function insertEntries(
  db: Db,
  incidents: number[],
  n: number,
  { together = 1, from = '2026-01-05T08:00:00Z' } = {},
): Promise<void> {
  await sql`
    insert into timeline_entries (incident_number, kind, actor_name, occurred_at, recorded_at, detail)
    select (${incidents}::integer[])[(i - 1) % ${incidents.length}::integer + 1],
      sample ->> 'kind', 'Jonas Weber', at, at, sample -> 'detail'
    from (
      select i, cast(${JSON.stringify(SAMPLES)} as jsonb) -> ((i - 1) / ${incidents.length}::integer % ${SAMPLES.length}::integer) as sample,
        ${from}::timestamptz + ((i - 1) / ${together}::integer) * interval '1 minute' as at
      from generate_series(1, ${n}::integer) i
    ) rows order by i`.execute(db);
}

/** Answers and letters in turn; every `together` of them at the same moment. */
export async function insertMessages(
  db: Db,
  incident: number,
  n: number,
  { together = 1, from = '2026-01-05T08:00:00Z' } = {},
): Promise<void> {
  await sql`
    insert into messages (incident_number, direction, at, from_address, to_address, subject, text, raw, raw_type, sha256, verdict)
    select ${incident}::integer, case when i % 2 = 0 then 'in' else 'out' end,
      ${from}::timestamptz + ((i - 1) / ${together}::integer) * interval '1 minute',
      'support@example.com', 'postmaster@harbour.example.com', 'Case ' || i, 'Text ' || i, convert_to('Text ' || i, 'UTF8'),
      'text/plain', sha256(convert_to(${from}::text || i, 'UTF8')), case when i % 2 = 0 then 'denied' end
    from generate_series(1, ${n}::integer) i order by i`.execute(db);
}

/** What stands beside an incident's timeline: tickets, sent letters, rejections, evidence and links to older incidents. */
export async function insertBeside(db: Db, incident: number, n: number): Promise<void> {
  await sql`
    insert into tickets (incident_number, reference, channel, opened_at)
    select ${incident}::integer, 'SRX' || ${incident}::text || '-' || i, 'form', now() from generate_series(1, ${n}::integer) i order by i`.execute(
    db,
  );
  await sql`
    insert into letters (incident_number, template, language, round, state, subject, body, base_subject, base_body,
      created_by_name, sent_at, channel)
    select ${incident}::integer, 'outlook-com/first', 'en', 'first', 'sent', 'Letter ' || i, 'Text', 'Letter', 'Text', 'Jonas Weber',
      now() - interval '3 days' + i * interval '1 second', 'form' from generate_series(1, ${n}::integer) i order by i`.execute(
    db,
  );
  await sql`
    insert into rejections (incident_number, line, provider, rule, reply_code, enhanced_code, block_code, reason, temporary, occurred_at, text)
    select ${incident}::integer, i, 'outlook-com', 'outlook-com/block-list-part', '550', '5.7.1', 'S3150', 'ip-reputation', false, now(),
      '550 5.7.1 refused ' || i from generate_series(1, ${n}::integer) i order by i`.execute(db);
  await sql`
    insert into evidence (incident_number, claim, result, words, source, observed_at, recorded_by_name)
    select ${incident}::integer, case when i % 2 = 0 then 'no-public-listing' else 'fcrdns-ok' end, 'supports',
      'seen ' || i, 'by hand', now(), 'Jonas Weber' from generate_series(1, ${n}::integer) i order by i`.execute(
    db,
  );
  await sql`
    insert into incident_links (incident_number, linked_number, kind)
    select ${incident}::integer, number, 'same-provider' from incidents where number < ${incident}::integer
    order by number desc limit ${n}::integer`.execute(db);
}

export async function insertReports(db: Db, incident: number, n: number): Promise<void> {
  await sql`
    with made as (
      insert into reports (raw, sha256, byte_length, source)
      select convert_to('Report ' || i, 'UTF8'), sha256(convert_to('Report ' || i, 'UTF8')), 7 + length(i::text), 'api'
      from generate_series(1, ${n}::integer) i order by i returning id
    )
    insert into incident_reports (incident_number, report_id) select ${incident}::integer, id from made`.execute(
    db,
  );
}

/** A screenshot of each fact that was recorded for an incident. */
export async function insertScreenshots(db: Db, incident: number): Promise<void> {
  await sql`
    insert into evidence_files (evidence_id, position, file_name, content_type, byte_length, sha256, bytes)
    select id, 1, 'seen-' || id || '.png', 'image/png', 3, sha256('png'), 'png'
    from evidence where incident_number = ${incident}::integer order by id`.execute(db);
}

export async function insertTokens(db: Db, n: number): Promise<void> {
  await sql`
    insert into api_tokens (name, token_hash, hint, scope, revoked_at)
    select 'script ' || i, sha256(convert_to('token' || i, 'UTF8')), 'dd_' || i, 'read', case when i % 3 = 0 then now() end
    from generate_series(1, ${n}::integer) i order by i`.execute(db);
}

export async function insertUsers(db: Db, n: number): Promise<void> {
  await sql`
    insert into users (email, name, role, password_hash)
    select 'person' || i || '@example.com', 'Person ' || lpad(i::text, 5, '0'), 'viewer', repeat('x', 40)
    from generate_series(1, ${n}::integer) i order by i`.execute(db);
}
