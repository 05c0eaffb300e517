import { sql } from 'kysely';
import { int, type Step, u, whole } from '../step.ts';

const incidentsOf: Pick<Step, 'of'> = { of: ({ counts }) => counts.incidents };

/** The `k`th message of an incident: when, and which way. Every third goes out, the first among them. */
const AT = sql.raw(
  `(p.at + (p.ended_at - p.at) * power(ceil(k * p.entries / p.messages::double precision) / p.entries, 2))`,
);
const IS_OUT = sql.raw('(k % 3 = 1)');
/** An outgoing one is the letter of its turn, as long as there are letters. */
const LETTER = sql.raw(
  'case when k % 3 = 1 and (k + 2) / 3 <= p.letters then p.letters_before + (k + 2) / 3 end',
);
const REFERENCE = sql.raw(`replace(v.reference, '{n}', lpad(p.number::text, 6, '0'))`);
const ADDRESS = sql.raw('host(a.network)');

/** Ten sentences out of twenty thousand, words that are rarer than those, the reference and the code: about a kilobyte. */
const BODY = sql.raw(`
  lateral (
    select (array['Hello', 'Dear Harbour Hosting', 'Guten Tag', 'Bonjour', 'Hi'])[1 + m.id % 5] || E',\\n\\n'
      || string_agg(s.text, case when g % 4 = 0 then E'\\n\\n' else ' ' end order by g)
      || E'\\n\\nOur reference: ' || m.reference || ', address ' || m.address || case when m.code = '' then '' else ', code ' || m.code end
      || E'.\\n' || scale.word(floor(power(343000, scale.u(m.id, 51)))::bigint) || ' '
      || scale.word(floor(power(343000, scale.u(m.id, 52)))::bigint) || ' ' || scale.word(floor(343000 * scale.u(m.id, 53))::bigint)
      || case when m.id % 32258 = 77 then ' zanzibar' else '' end || E'\\n\\nKind regards\\n' || m.sender as text
    from generate_series(1, 10) g join scale.sentences s on s.no = 1 + floor(20000 * scale.u(m.id * 16 + g, 50))::integer
  ) b`);

const letters: Step = {
  ...incidentsOf,
  name: 'letters',
  part: 5000,
  make: (from, to) => sql`
    insert into letters (id, incident_number, template, language, round, state, subject, body, base_subject, base_body, claims,
      fields, missing, created_at, updated_at, created_by_name, sent_at, channel) overriding system value
    select p.letters_before + l, p.number, t ->> 'template', t ->> 'language', t ->> 'round',
      case when p.state = 'open' then 'draft' else 'sent' end, 'Request about ' || ${ADDRESS} || ', ' || ${REFERENCE}, text, 'Request', text,
      claims.list, '[]', '[]', w.at, w.at, 'Person ' || (1 + p.number % 12), case when p.state <> 'open' then w.at end,
      case when p.state <> 'open' then 'form' end
    from scale.plan p join scale.providers v on v.no = p.provider_no join addresses a on a.id = p.address_id
    cross join lateral generate_series(1, p.letters) l
    cross join lateral (select v.letters -> (l - 1) as t) t
    cross join lateral (select 3 * l - 2 as k) k
    cross join lateral (select date_trunc('milliseconds', ${AT}) as at) w
    cross join lateral (
      select string_agg(s.text, ' ' order by g) as text from generate_series(1, 12) g
      join scale.sentences s on s.no = 1 + floor(20000 * scale.u((p.letters_before + l) * 16 + g, 54))::integer
    ) b
    cross join (
      select jsonb_agg(jsonb_build_object('key', key, 'text', key, 'status', 'supported', 'evidence', 'looked up by us', 'words', '0 of 42 lists',
        'observedAt', null, 'whenUnknown', 'omit', 'stated', 'fact', 'said', '[]'::jsonb, 'basis', '[]'::jsonb, 'more', '[]'::jsonb,
        'fails', '[]'::jsonb)) as list
      from unnest(array['no-public-listing', 'fcrdns-ok', 'spf-pass', 'low-volume']) key
    ) claims
    where p.number between ${int(from)} and ${int(to)} order by 1`,
};

const messages: Step = {
  ...incidentsOf,
  name: 'messages',
  part: 1000,
  make: (from, to) => sql`
    insert into messages (id, incident_number, ticket_id, letter_id, direction, channel, at, recorded_at, from_address, to_address,
      subject, text, html, raw, raw_type, sha256, message_id, verdict, machine_verdict, confidence, quote, proven, filed_by, authenticity)
    overriding system value
    select m.id, m.number, m.ticket_id, m.letter_id, case when m.is_out then 'out' else 'in' end, case when m.is_out and m.letter_id is not null then 'form' else 'email' end,
      m.at, m.at, case when m.is_out then 'postmaster@harbour.example.com' else m.sender || ' <support@' || m.domain || '>' end,
      case when m.is_out then 'support@' || m.domain else 'postmaster@harbour.example.com' end, m.subject, b.text,
      case when not m.is_out and m.id % 10 = 0 then '<p>' || replace(b.text, E'\n\n', '</p><p>') || '</p>' end, r.raw,
      case when m.is_out then 'text/plain' else 'message/rfc822' end, sha256(r.raw), '<' || m.id || '@' || m.domain || '>', m.verdict, m.verdict,
      case when not m.is_out then 0.9 end, case when not m.is_out then left(b.text, 80) end, case when not m.is_out then true end,
      case when not m.is_out then 'the reference in the subject' end,
      case when not m.is_out then jsonb_build_object('fromDomain', m.domain, 'provenBy', m.domain, 'unknown', '', 'results',
        jsonb_build_array(jsonb_build_object('method', 'dkim', 'result', 'pass', 'domain', m.domain, 'words', 'dkim=pass'))) end
    from (
      select p.messages_before + k as id, p.number, case when p.state <> 'open' then p.number end as ticket_id,
        case when p.state <> 'open' then ${LETTER} end as letter_id, ${IS_OUT} as is_out,
        date_trunc('milliseconds', ${AT}) + k * interval '1 millisecond' as at, v.mail_from as sender, v.domain, ${REFERENCE} as reference,
        ${ADDRESS} as address, v.block_code as code, case when ${IS_OUT} then 'Request about ' else 'RE: ' || ${REFERENCE} || ' ' end || ${ADDRESS} as subject,
        case when ${IS_OUT} then null when k % 3 = 2 then 'acknowledged' when k + 3 > p.messages then p.verdict else 'denied' end as verdict
      from scale.plan p join scale.providers v on v.no = p.provider_no join addresses a on a.id = p.address_id
      cross join lateral generate_series(1, p.messages) k
      where p.number between ${int(from)} and ${int(to)}
    ) m
    cross join ${BODY}
    cross join lateral (
      select convert_to(case when m.is_out then b.text else E'Received: from mx.' || m.domain || E' by mail.harbour.example.com; ' || m.at || E'\r\nFrom: '
        || m.sender || ' <support@' || m.domain || E'>\r\nTo: postmaster@harbour.example.com\r\nSubject: ' || m.subject || E'\r\nMessage-ID: <' || m.id || '@'
        || m.domain || E'>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n' || b.text end, 'UTF8') as raw
    ) r
    order by m.id`,
};

/** Mails that nobody has filed, as they came in. */
const unfiled = whole(
  'unfiled mail',
  ({ counts }) => sql`
  with made as (
    select ${int(counts.messages)} + i as id, i, b.until - i * interval '20 minutes' as at, s.text,
      convert_to('Subject: Question ' || i || E'\r\n\r\n' || s.text, 'UTF8') as raw
    from generate_series(1, ${int(counts.unfiled)}) i cross join scale.build b join scale.sentences s on s.no = 1 + i % 20000
  ), arrived as (
    insert into arrivals (id, once_key, sha256, byte_length, way, sender, received_at, state) overriding system value
    select i, sha256(raw || convert_to(i::text, 'UTF8')), sha256(raw), length(raw), 'lmtp', 'support@example.com', at, 'read' from made order by i
  )
  insert into messages (id, direction, at, recorded_at, from_address, to_address, subject, text, raw, raw_type, sha256, message_id, verdict,
    machine_verdict, confidence, arrival_id, proven, applied, suggestions) overriding system value
  select id, 'in', at, at, 'support@example.com', 'postmaster@harbour.example.com', 'Question ' || i, text, raw, 'message/rfc822', sha256(raw),
    '<unfiled' || i || '@example.com>', 'other', 'other', 0.5, i, false, false,
    jsonb_build_array(jsonb_build_object('incident', 1 + i % ${int(counts.incidents)}, 'score', 0.4, 'why', 'the same address'))
  from made order by i`,
);

/** What became of letters, and its sums, as the product keeps them. */
const outcomes = whole(
  'outcomes',
  () => sql`
  insert into letter_outcomes (letter_id, incident_number, provider, template, language, round, wording, claims, sent_at, verdict,
    answer_step, mitigation_step)
  select l.id, l.incident_number, v.key, l.template, l.language, l.round, 0, array['no-public-listing', 'fcrdns-ok', 'spf-pass', 'low-volume'],
    l.sent_at, case when l.id = p.letters_before + p.letters then p.verdict else 'denied' end, 30 + floor(30 * ${u('l.id', 55)})::integer,
    case when l.id = p.letters_before + p.letters and p.verdict like '%mitigated' then 35 + floor(30 * ${u('l.id', 55)})::integer end
  from letters l join scale.plan p on p.number = l.incident_number join scale.providers v on v.no = p.provider_no
  where l.state = 'sent' and l.round <> 'ask-cause' order by l.id`,
);

const steps = (column: string) =>
  sql.raw(`(
  select array_agg(coalesce(n, 0) order by step) from generate_series(1, 92) step
  left join (select value, count(*)::integer as n from unnest(array_agg(o.${column})) value group by value) h on h.value = step)`);
const sums = whole(
  'sums of outcomes',
  () => sql`
  insert into outcome_sums (provider, template, language, round, wording, claim, sent, answered, mitigated, conditional, denied, other,
    answer_steps, mitigation_steps)
  select provider, template, language, round, wording, claim, count(*), count(verdict), count(*) filter (where verdict = 'mitigated'),
    count(*) filter (where verdict = 'conditionally-mitigated'), count(*) filter (where verdict = 'denied'),
    count(*) filter (where verdict = 'not-blocked'), ${steps('answer_step')}, ${steps('mitigation_step')}
  from letter_outcomes o cross join lateral unnest(claims || ''::text) claim group by 1, 2, 3, 4, 5, 6`,
);

export const MAIL_STEPS: Step[] = [letters, messages, unfiled, outcomes, sums];
