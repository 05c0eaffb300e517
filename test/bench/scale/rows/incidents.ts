import { sql } from 'kysely';
import { int, type Step, u, whole } from '../step.ts';

const planned = (from: number, to: number) => sql`
  scale.plan p join scale.providers v on v.no = p.provider_no join addresses a on a.id = p.address_id
  where p.number between ${int(from)} and ${int(to)}`;
const incidentsOf: Pick<Step, 'of'> = { of: ({ counts }) => counts.incidents };
/** From then on it has happened; before, it has not. */
const once = (column: string, states: string) =>
  sql.raw(`case when p.state in (${states}) then p.${column} end`);
const LIFTED = `'mitigated', 'recovered', 'closed'`;
const ASKED = `'awaiting-provider', 'action-needed', ${LIFTED}`;
const ANSWERED = `'action-needed', ${LIFTED}`;

const incidents: Step = {
  ...incidentsOf,
  name: 'incidents',
  part: 10_000,
  make: (from, to) => sql`
    insert into incidents (number, title, provider, state, reason, severity, round, assignee_id, affected, block_codes,
      recipient_domains, rejection_count, first_rejection_at, last_rejection_at, opened_at, state_since, first_request_at,
      last_request_at, first_answer_at, last_answer_at, last_verdict, mitigated_at, recovered_at, closed_at, relapses,
      next_action, next_action_due_at, follow_up_due_at, updated_at, due_at)
    overriding system value
    select p.number, left(v.name || ' blocks ' || case when masklen(a.network) in (32, 128) then host(a.network) else a.network::text end, 300),
      v.key, p.state, (array['ip-reputation', 'rate-limit', 'policy', 'missing-ptr', 'content'])[1 + floor(5 * power(${u('p.number', 40)}, 3))::integer],
      (array['normal', 'normal', 'normal', 'high', 'low', 'critical'])[1 + floor(6 * ${u('p.number', 41)})::integer],
      case when p.state = 'open' then 0 else p.letters end,
      case when ${u('p.number', 42)} < 0.8 then 1 + floor(12 * ${u('p.number', 43)})::integer end,
      case when p.number % 3 = 0 then 'Shop ' || initcap(scale.word(p.number * 31::bigint % 343000)) else '' end,
      case when v.block_code = '' then '{}'::text[] else array[v.block_code] end, array[v.domain], p.rejections * 3,
      p.at - interval '2 hours', p.at - interval '5 minutes', p.at,
      case p.state when 'open' then p.at when 'awaiting-provider' then p.request_at when 'action-needed' then p.answer_at
        when 'mitigated' then p.mitigated_at when 'recovered' then p.recovered_at else p.closed_at end,
      ${once('request_at', ASKED)}, ${once('request_at', ASKED)}, ${once('answer_at', ANSWERED)}, ${once('mitigated_at', ANSWERED)},
      case when p.state in (${sql.raw(LIFTED)}) then p.verdict when p.state = 'action-needed' then 'denied' end,
      ${once('mitigated_at', LIFTED)}, ${once('recovered_at', `'recovered', 'closed'`)}, ${once('closed_at', `'closed'`)},
      case when p.number % 20 = 0 then 1 else 0 end,
      case when p.state <> 'closed' and p.number % 4 = 0 then 'Ask the shop for its list' else '' end,
      case when p.state <> 'closed' and p.number % 4 = 0 then p.until + (${u('p.number', 44)} - 0.2) * interval '20 days' end,
      -- What is due is due after the bench.
      case when p.state = 'awaiting-provider' then p.until + (30 + 300 * ${u('p.number', 45)}) * interval '1 day' end, p.ended_at,
      case when p.state <> 'closed' then p.until + (${u('p.number', 46)} - 0.3) * interval '30 days' end
    from ${planned(from, to)} order by p.number`,
};

const addresses: Step = {
  ...incidentsOf,
  name: 'addresses of incidents',
  part: 50_000,
  make: (from, to) => sql`
    insert into incident_addresses (incident_number, address_id, provider, nearby)
    select p.number, a.id, v.key, set_masklen(a.network, least(masklen(a.network), case family(a.network) when 4 then 24 else 64 end))
    from scale.plan p join scale.providers v on v.no = p.provider_no
    join addresses a on a.id in (p.address_id, p.second_address_id)
    where p.number between ${int(from)} and ${int(to)} order by 1, 2`,
};

const links = whole(
  'links',
  () => sql`
  insert into incident_links (incident_number, linked_number, kind, created_at)
  select number, earlier, 'same-address', at
  from (select number, at, lag(number) over (partition by address_id order by number) as earlier from scale.plan) l
  where earlier is not null
  union all select number, number - 40, 'by-hand', at from scale.plan where number % 25 = 3 and number > 100
  on conflict do nothing`,
);

const reports: Step = {
  ...incidentsOf,
  name: 'reports',
  part: 10_000,
  make: (from, to) => sql`
    with made as (
      select p.number, p.at, convert_to((
        select string_agg(to_char(p.at - line * interval '7 minutes', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00 mail postfix/smtp[2' || line
          || '40]: 4DF1A2C0' || to_hex(p.number + line) || ': to=<' || scale.word(p.number * 13::bigint + line) || '@' || v.domain || '>, relay=' || v.mx
          || '[192.0.2.200]:25, delay=1.9, dsn=5.7.1, status=bounced (host ' || v.mx || '[192.0.2.200] said: '
          || replace(v.refusal, '{ip}', host(a.network)) || ')', E'\n')
        from generate_series(1, p.rejections) line), 'UTF8') as raw
      from ${planned(from, to)}
    ), kept as (
      insert into reports (id, raw, sha256, byte_length, source, received_at) overriding system value
      select number, raw, sha256(raw), length(raw), 'page', at from made order by number
    )
    insert into incident_reports (incident_number, report_id) select number, number from made order by number`,
};

const rejections: Step = {
  ...incidentsOf,
  name: 'rejections',
  part: 10_000,
  make: (from, to) => sql`
    insert into rejections (id, incident_number, report_id, line, provider, rule, ip, reply_code, enhanced_code, block_code,
      reason, temporary, recipient, recipient_domain, mx, occurred_at, recorded_at, seen, text) overriding system value
    select p.rejections_before + line, p.number, p.number, line, v.key, null, host(a.network)::inet, v.reply_code, v.enhanced_code,
      nullif(v.block_code, ''), 'ip-reputation', left(v.reply_code, 1) = '4', scale.word(p.number * 13::bigint + line) || '@' || v.domain,
      v.domain, v.mx, p.at - line * interval '7 minutes', p.at, 3, replace(v.refusal, '{ip}', host(a.network))
    from scale.plan p join scale.providers v on v.no = p.provider_no join addresses a on a.id = p.address_id
    cross join lateral generate_series(1, p.rejections) line
    where p.number between ${int(from)} and ${int(to)} order by 1`,
};

const tickets: Step = {
  ...incidentsOf,
  name: 'tickets',
  part: 20_000,
  make: (from, to) => sql`
    insert into tickets (id, incident_number, reference, channel, state, opened_at, closed_at, recorded_at) overriding system value
    select p.number, p.number, replace(v.reference, '{n}', lpad(p.number::text, 6, '0')), 'form',
      case when p.state = 'closed' then 'closed' else 'open' end, p.request_at, ${once('closed_at', `'closed'`)}, p.request_at
    from ${planned(from, to)} and p.state <> 'open' order by p.number`,
};

const causes = whole(
  'causes',
  () => sql`
  insert into incident_causes (incident_number, class, found, fixed, found_at, fixed_at, recorded_by_name)
  select number, 'web-form', 'A contact form of ' || scale.word(number * 17::bigint % 343000) || ' was abused.', 'Closed it, added a limit.',
    answer_at, answer_at, 'Person ' || (1 + number % 12) from scale.plan where number % 5 = 0 order by number`,
);

/** Judged already, to be judged again after the bench: what is measured is not the first night after a move. */
const judgements = whole(
  'judgements',
  () => sql`
  insert into step_judgements (incident_number, version, step, look_at)
  select number, 1, 'wait', until + interval '1 year' from scale.plan where state <> 'closed' order by number`,
);

export const INCIDENT_STEPS: Step[] = [
  incidents,
  addresses,
  links,
  reports,
  rejections,
  tickets,
  causes,
  judgements,
];
