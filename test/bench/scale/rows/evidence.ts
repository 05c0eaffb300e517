import { sql } from 'kysely';
import { int, type Plan, type Step, u, whole } from '../step.ts';

const recorded: Step = {
  name: 'evidence',
  of: ({ counts }) => counts.incidents,
  part: 20_000,
  make: (from, to) => sql`
    insert into evidence (id, incident_number, address_id, claim, result, words, source, observed_at, recorded_at, recorded_by_name)
    overriding system value
    select (p.number - 1) * 2 + n, p.number, p.address_id, case n when 1 then 'no-public-listing' else 'no-compromise-found' end, 'supports',
      'seen for incident ' || p.number, 'by hand', p.request_at, p.request_at, 'Person ' || (1 + p.number % 12)
    from scale.plan p cross join generate_series(1, 2) n where p.number between ${int(from)} and ${int(to)} order by 1`,
};

const kindsOf = ({ kinds }: Plan, of: 'address' | 'domain') =>
  sql`(select key, place, place = 1 as is_lists from unnest(${sql.lit(`{${kinds.filter((kind) => kind.of === of).map(({ key }) => key)}}`)}::text[]) with ordinality as k(key, place))`;

/** As large as those of a real look: the lists have a row for each of 42. */
const FACTS = sql.raw(`(
  select jsonb_agg(jsonb_build_object('key', 'row' || f, 'label', 'list' || f || '.example.org', 'outcome', 'good', 'words', 'not listed'))
  from generate_series(1, case when k.is_lists then 42 else 3 end) f)`);
const OUTCOME = (salt: number) =>
  sql`(array['good', 'good', 'good', 'good', 'note', 'unknown', 'bad'])[1 + floor(7 * ${u('a.id * 64::bigint + k.place * 4 + turn', salt)})::integer]`;

/** Of each address every kind as it stands, and two that stood before. */
const snapshots: Step = {
  name: 'snapshots of addresses',
  of: ({ counts }) => counts.addresses,
  part: 1000,
  make: (from, to, plan) => sql`
    insert into snapshots (id, kind, address, outcome, summary, facts, claims, raw, content_hash, first_seen_at, last_seen_at, superseded_at)
    overriding system value
    select a.id * 64::bigint + k.place * 4 + turn, k.key, host(a.network)::inet, ${OUTCOME(80)}, 'seen at look ' || turn, f.facts,
      jsonb_build_array(jsonb_build_object('claim', case when k.is_lists then 'no-public-listing' else 'fcrdns-ok' end, 'result', 'supports', 'words', 'looked up')),
      '{}', sha256(convert_to(a.id || k.key || turn, 'UTF8')), b.until - (4 - turn) * interval '100 days',
      case when turn = 3 then b.until - ${u('a.id', 81)} * interval '20 hours' else b.until - (4 - turn) * interval '100 days' + interval '50 days' end,
      case when turn < 3 then b.until - (3 - turn) * interval '100 days' end
    from addresses a cross join scale.build b cross join ${kindsOf(plan, 'address')} k cross join generate_series(1, 3) turn
    cross join lateral (select ${FACTS} as facts) f
    where a.id between ${int(from)} and ${int(to)} and masklen(a.network) in (32, 128) and (turn = 3 or k.place <= 2) order by 1`,
};

const ofDomains = whole(
  'snapshots of domains',
  (plan) => sql`
  insert into snapshots (id, kind, domain, outcome, summary, facts, claims, raw, content_hash, first_seen_at, last_seen_at)
  overriding system value
  select k.place * 100 + d.no, k.key, d.name, 'good', 'seen', '[]', '[]', '{}', sha256(convert_to(d.name || k.key, 'UTF8')),
    b.until - interval '90 days', b.until - interval '3 hours'
  from ${kindsOf(plan, 'domain')} k cross join (values (0, 'harbour.example.com'), (1, 'tulpe.example.com')) d(no, name) cross join scale.build b
  where k.place * 100 + d.no < 64`,
);

const checks: Step = {
  name: 'checks',
  of: ({ counts }) => counts.incidents,
  part: 50_000,
  make: (from, to) => sql`
    insert into checks (id, incident_number, networks, asked_by_name, asked_at, parts, parts_done, finished_at) overriding system value
    select p.number, p.number, array[a.network], 'Person 1', p.at, 6, 6, p.at + interval '1 minute'
    from scale.plan p join addresses a on a.id = p.address_id where p.number between ${int(from)} and ${int(to)} order by 1`,
};

const sndsImport = whole(
  'SNDS import',
  () => sql`
  insert into snds_imports (id, kind, source, raw, sha256, byte_length, rows, by_name, received_at, seen_at) overriding system value
  select 1, 'data', 'page', '', sha256(''), 0, 0, 'Person 1', until, until from scale.build`,
);

/** Ninety days of every tenth IPv4 address. */
const snds: Step = {
  name: 'days of SNDS',
  of: ({ counts }) => counts.addresses,
  part: 20_000,
  make: (from, to) => sql`
    insert into snds_days (address_id, day, activity, rcpt, data, recipients, filter, complaint_high, complaint_text, trap_hits, import_id)
    select a.id, (b.until - day * interval '1 day')::date, '', 900, 850, 840, (array['green', 'green', 'yellow', 'red'])[1 + floor(4 * ${u('a.id * 128::bigint + day', 82)})::integer],
      0.001, '< 0.1%', 0, 1
    from addresses a cross join scale.build b cross join generate_series(1, 90) day
    where a.id between ${int(from)} and ${int(to)} and masklen(a.network) in (32, 128) and (a.id <= 700 or a.id % 10 = 3) order by 1, 2`,
};

const complaints: Step = {
  name: 'complaints',
  of: ({ counts }) => counts.complaints,
  part: 25_000,
  make: (from, to, { counts }) => sql`
    insert into complaints (id, digest, feedback_type, is_complaint, source_ip, ip_source, reported_at, arrived_at, incidents, reporter,
      reporter_domain, provider, reported_domain, campaign, source, recorded_at) overriding system value
    select i, sha256(convert_to('complaint' || i, 'UTF8')), 'abuse', true, host(a.network)::inet, 'report', w.at, w.at, 1,
      sha256(convert_to('who' || i % 9000, 'UTF8')), v.domain, v.key, 'harbour.example.com', 'campaign-' || i % 300, 'page', w.at
    from generate_series(${int(from)}, ${int(to)}) i cross join scale.build b
    join addresses a on a.id = 1 + floor(${int(counts.addresses)} * power(${u('i', 83)}, 2))::integer
    join scale.providers v on v.no = 1 + i % 7
    cross join lateral (select b.until - (1 - i / ${int(counts.complaints)}::double precision) * interval '3 years' as at) w order by i`,
};

export const EVIDENCE_STEPS: Step[] = [recorded, snapshots, ofDomains, checks, sndsImport, snds, complaints];
