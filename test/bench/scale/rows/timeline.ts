import { sql } from 'kysely';
import { int, type Step, u } from '../step.ts';

/**
 * Entry `j` of an incident. Its messages are spread evenly over it: entry `j` tells of message `k` where `k` grows at `j`.
 * What is between two messages is evidence, notes, changes and refusals.
 */
const OTHERS =
  sql.raw(`(array['evidence-recorded', 'note-added', 'rejection-recorded', 'evidence-checked', 'state-changed',
  'note-added', 'incident-edited', 'rejection-recorded', 'ticket-opened', 'note-added'])`);

const kind = sql`case when e.j = 1 then 'incident-logged' when e.k is null then ${OTHERS}[1 + floor(10 * ${u('e.id', 60)})::integer]
  when e.k % 3 <> 1 then 'message-received' when (e.k + 2) / 3 <= e.letters and e.state <> 'open' then 'letter-sent' else 'message-sent' end`;

const sentence = (salt: number) =>
  sql`(select text from scale.sentences where no = 1 + floor(20000 * ${u('k.id', salt)})::integer)`;

const detail = sql`case k.kind
  when 'incident-logged' then jsonb_build_object('provider', k.name, 'addresses', jsonb_build_array(k.address), 'source', 'what was pasted')
  when 'message-received' then jsonb_build_object('from', k.mail_from || ' <support@' || k.domain || '>', 'subject', 'RE: ' || k.reference || ' ' || k.address,
    'channel', 'email', 'verdict', case when k.k % 3 = 2 then 'acknowledged' when k.k + 3 > k.messages then k.verdict else 'denied' end, 'confidence', 0.9,
    'quote', null, 'reference', k.reference, 'excerpt', ${sentence(61)})
  when 'letter-sent' then jsonb_build_object('title', k.letter ->> 'title', 'number', k.turn, 'round', k.letter ->> 'round', 'channel', 'form',
    'reference', k.reference, 'subject', 'Request about ' || k.address, 'excerpt', ${sentence(61)})
  when 'message-sent' then jsonb_build_object('to', 'support@' || k.domain, 'subject', 'Request about ' || k.address, 'channel', 'email',
    'reference', k.reference, 'excerpt', ${sentence(61)})
  when 'rejection-recorded' then jsonb_build_object('text', replace(k.refusal, '{ip}', k.address), 'codes', concat_ws(' ', k.reply_code,
    k.enhanced_code, nullif(k.block_code, '')), 'recipientDomain', k.domain, 'mx', k.mx, 'seen', 3, 'first', false)
  when 'note-added' then jsonb_build_object('text', ${sentence(62)} || ' ' || ${sentence(63)})
  when 'evidence-recorded' then jsonb_build_object('claim', 'no-public-listing', 'about', 'On no public block list', 'result', 'supports',
    'words', '0 of 42 lists', 'source', 'looked up by hand', 'address', k.address)
  when 'evidence-checked' then jsonb_build_object('results', jsonb_build_array(
    jsonb_build_object('title', 'Public block lists', 'outcome', 'good', 'summary', 'on none of 42 lists'),
    jsonb_build_object('title', 'Names', 'outcome', 'good', 'summary', 'the name leads back to the address')))
  when 'state-changed' then jsonb_build_object('from', 'open', 'to', 'awaiting-provider', 'reason', 'letter sent', 'byHand', false)
  when 'ticket-opened' then jsonb_build_object('reference', k.reference, 'channel', 'form', 'address', '')
  else jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('field', 'severity', 'from', 'normal', 'to', 'high'))) end`;

const entries: Step = {
  name: 'timeline entries',
  of: ({ counts }) => counts.incidents,
  part: 1000,
  make: (from, to) => sql`
    insert into timeline_entries (id, incident_number, kind, actor_user_id, actor_name, occurred_at, recorded_at, report_id, message_id,
      letter_id, detail, xact) overriding system value
    select k.id, k.number, k.kind, k.person, 'Person ' || k.person, k.at, k.at + interval '1 second',
      case when k.kind = 'incident-logged' then k.number end, k.messages_before + k.k,
      case when k.kind = 'letter-sent' then k.letters_before + k.turn end, ${detail},
      -- None is news.
      null
    from (
      select e.*, ${kind} as kind, (e.k + 2) / 3 as turn, e.letters_list -> ((e.k + 2) / 3 - 1)::integer as letter,
        1 + (e.number % 12) as person
      from (
        select p.entries_before + j as id, p.number, j, p.letters, p.letters_before, p.messages_before, p.messages, p.state, p.verdict,
          case when floor(j * p.messages / p.entries::double precision) > floor((j - 1) * p.messages / p.entries::double precision)
            then floor(j * p.messages / p.entries::double precision)::integer end as k,
          date_trunc('milliseconds', p.at + (p.ended_at - p.at) * power(j / p.entries::double precision, 2)) as at,
          v.name, v.mail_from, v.domain, v.mx, v.refusal, v.reply_code, v.enhanced_code, v.block_code, v.letters as letters_list,
          replace(v.reference, '{n}', lpad(p.number::text, 6, '0')) as reference, host(a.network) as address
        from scale.plan p join scale.providers v on v.no = p.provider_no join addresses a on a.id = p.address_id
        cross join lateral generate_series(1, p.entries) j
        where p.number between ${int(from)} and ${int(to)}
      ) e
    ) k
    order by k.id`,
};

export const TIMELINE_STEPS: Step[] = [entries];
