import { sql } from 'kysely';
import { openShare } from '../size.ts';
import { int, type Plan, type Step, u, whole } from '../step.ts';

/**
 * What follows is decided here, in a schema of the bench's own: of each incident when, who, how it went and how much
 * there is of it. All is made of hashes of its number, so that it is the same each time and in whatever part.
 */

export const FUNCTIONS = (seed: number) => [
  'create schema if not exists scale',
  `create or replace function scale.u(i bigint, salt integer) returns double precision
    language sql immutable parallel safe return
    (hashint8extended(i, salt + ${Math.trunc(seed) * 1000}) & 1073741823)::double precision / 1073741824`,
  // A word that nobody knows, of three syllables out of seventy: 343,000 of them.
  `create or replace function scale.syllable(i bigint) returns text language sql immutable parallel safe return
    substr('bdfghklmnprstv', (i % 14)::integer + 1, 1) || substr('aeiou', (i / 14 % 5)::integer + 1, 1)`,
  `create or replace function scale.word(i bigint) returns text language sql immutable parallel safe return
    scale.syllable(i % 70) || scale.syllable(i / 70 % 70) || scale.syllable(i / 4900 % 70)`,
  'create table if not exists scale.progress (step text primary key, done bigint not null)',
  'create table if not exists scale.dropped_indexes (name text primary key, made_by text not null)',
];

const providers = whole('providers', ({ providers }) => {
  const rows = JSON.stringify(providers);
  return sql`
    create table scale.providers as
    select no, key, name, low, high, mx, domain, refusal, "replyCode" as reply_code, "enhancedCode" as enhanced_code,
      "blockCode" as block_code, "from" as mail_from, reference, letters, jsonb_array_length(letters) as rounds
    from jsonb_to_recordset(${sql.lit(rows)}::jsonb) as given (no integer, key text, name text, low double precision,
      high double precision, mx text, domain text, refusal text, "replyCode" text, "enhancedCode" text,
      "blockCode" text, "from" text, reference text, letters jsonb)`;
});

/** Most incidents are short; one in five thousand has a hundred times as much as others. */
const WEIGHT = sql`0.25 - ln(1 - ${u('i', 1)}) + case when i % 5000 = 151 then 100 else 0 end`;
/** What is not closed is mostly of the last months; a share of it was forgotten. */
const unfinished = (plan: Plan) => {
  const share = openShare(plan.size);
  const newest = sql.raw(String(share > 0.05 ? share : share * 20));
  const older = sql.raw(String(share > 0.05 ? share : share * (0.2 / 0.96)));
  return sql`${u('i', 2)} < case when i > ${int(plan.counts.incidents * 0.96)} then ${newest} else ${older} end`;
};
const hours = (of: ReturnType<typeof sql>) => sql`(${of}) * interval '1 hour'`;

const incidents = whole('plan of incidents', (plan) => {
  const { counts } = plan;
  return sql`
    create table scale.plan as
    with drawn as (
      select i as number,
        base.until - interval '10 years' * (1 - power(i / ${int(counts.incidents)}::double precision, 0.8)) - interval '1 hour' as at,
        base.until, v.no as provider_no, v.rounds,
        1 + floor(${int(counts.addresses)} * power(${u('i', 3)}, 2))::integer as address_id,
        case when ${u('i', 4)} < 0.2 then 1 + floor(${int(counts.addresses)} * ${u('i', 5)})::integer end as second_address_id,
        ${WEIGHT} as weight, ${unfinished(plan)} as is_open, ${u('i', 6)} as state_at, ${u('i', 7)} as verdict_at,
        1 + floor(3 * power(${u('i', 8)}, 2))::integer as asked,
        0.2 + 6 * ${u('i', 9)} as to_request, 2 - 30 * ln(1 - ${u('i', 10)}) as to_answer
      from generate_series(1, ${int(counts.incidents)}::bigint) i
      cross join (select until from scale.build) base
      join scale.providers v on ${u('i', 11)} >= v.low and ${u('i', 11)} < v.high
    ), told as (
      select *, case
          when not is_open then 'closed' when state_at < 0.25 then 'open' when state_at < 0.55 then 'awaiting-provider'
          when state_at < 0.75 then 'action-needed' when state_at < 0.9 then 'mitigated' else 'recovered' end as state,
        least(at + ${hours(sql`to_request`)}, until) as request_at,
        least(at + ${hours(sql`to_request + to_answer`)}, until) as answer_at,
        least(at + ${hours(sql`to_request + to_answer * asked`)}, until) as mitigated_at,
        sum(weight) over (order by number) / sum(weight) over () as share
      from drawn
    ), counted as (
      select *, least(floor(share * ${int(counts.messages)} + 1e-6), ${int(counts.messages)})::bigint as messages_upto,
        least(floor(share * ${int(counts.entries)} + 1e-6), ${int(counts.entries)})::bigint as entries_upto
      from told
    ), beside as (
      select *, coalesce(lag(messages_upto) over w, 0) as messages_before, coalesce(lag(entries_upto) over w, 0) as entries_before
      from counted window w as (order by number)
    ), sized as (
      select *, (messages_upto - messages_before)::integer as messages, (entries_upto - entries_before)::integer as entries
      from beside
    ), lettered as (
      select *, least(ceil(messages / 3.0)::integer, asked, rounds) as letters, 1 + (number % 5)::integer as rejections from sized
    )
    select number::integer, at, until, provider_no, address_id, second_address_id, state, request_at, answer_at, mitigated_at,
      least(mitigated_at + interval '14 hours', until) as recovered_at,
      least(mitigated_at + interval '40 hours', until) as closed_at,
      case when verdict_at < 0.62 then 'mitigated' when verdict_at < 0.75 then 'conditionally-mitigated'
        when verdict_at < 0.9 then 'denied' else 'not-blocked' end as verdict,
      messages_before, messages, entries_before, entries, letters, rejections,
      (sum(letters) over (order by number) - letters)::bigint as letters_before,
      (sum(rejections) over (order by number) - rejections)::bigint as rejections_before,
      case when state = 'closed' then least(mitigated_at + interval '40 hours', until) else until end as ended_at
    from lettered order by number`;
});

/** Of three words in a hundred thousand to every second one (Zipf): word r comes 1/r as often as the first. */
const words = whole(
  'words',
  ({ counts }) => sql`
    create table scale.words as
    select r, coalesce((array['the', 'mail', 'your', 'address', 'we', 'our', 'server', 'and', 'is', 'not', 'block',
      'from', 'support', 'mailbox', 'traffic', 'list', 'customers', 'senders', 'policy', 'reputation', 'complaints',
      'review', 'request', 'removed', 'mitigation', 'ticket', 'queue', 'relay', 'spam', 'abuse', 'network', 'please'])[r],
      scale.word(r * 7919::bigint % 343000)) as word
    from generate_series(1, ${int(counts.words)}) r`,
);

const sentences = whole(
  'sentences',
  ({ counts }) => sql`
    create table scale.sentences as
    select s as no, initcap(scale.word(s * 104729::bigint % 343000)) || ' ' || string_agg(w.word, ' ' order by g) || '.' as text
    from generate_series(1, ${int(counts.sentences)}) s cross join generate_series(1, 11) g
    join scale.words w on w.r = floor(power(${int(counts.words)}, scale.u(s * 16::bigint + g, 20)))::integer
    group by s order by s`,
);

const keys = whole(
  'keys of the plan',
  () => sql`
  alter table scale.plan add primary key (number)`,
);
const sentenceKeys = whole('keys of sentences', () => sql`alter table scale.sentences add primary key (no)`);
const statistics = whole(
  'statistics of the plan',
  () => sql`analyze scale.plan, scale.sentences, scale.providers`,
);

export const PLAN_STEPS: Step[] = [providers, incidents, keys, words, sentences, sentenceKeys, statistics];
