import { type Kysely, sql } from 'kysely';

/**
 * One table of all that can be searched, kept by triggers, so that no way of changing a source can forget it.
 * Words are lexemes of the text, exactly and by stem. Facts are lexemes with a `=`, which no text has: `kind=note`,
 * `provider=gmail`. Those of an incident are on every text of it, so that one index answers all at once.
 */

/** By language of letters; other languages are found exactly only. A language is told by its commonest words. */
const LANGUAGES: Record<string, { config: string; words: string }> = {
  en: {
    config: 'english',
    words: 'the and of to is that for it with was are this we you your have our not from be has by will been',
  },
  de: {
    config: 'german',
    words:
      'der die und das den von zu ist nicht mit des dem im ein eine sie wir ihre auf für bitte haben wird sind',
  },
  fr: {
    config: 'french',
    words:
      'le les des et du une est dans pour que vous nous votre nos avec sur pas ce cette par au aux sont ont',
  },
  it: {
    config: 'italian',
    words:
      'il di che per un del della gli sono con non dei vostro alla nostri nel delle questo anche è dal i si',
  },
  es: {
    config: 'spanish',
    words:
      'el los las que del para por con su sus se nuestro está este hemos como más sin han al es y una lo',
  },
  nl: {
    config: 'dutch',
    words:
      'het een van de en niet voor uw wij dat zijn met op te worden onze bij deze aan heeft door dit u ook',
  },
};
const LANGUAGE_LIST = Object.entries(LANGUAGES);

const config = `case language ${LANGUAGE_LIST.map(
  ([code, { config }]) => `when '${code}' then '${config}'::regconfig`,
).join(' ')} else 'simple'::regconfig end`;

const FUNCTIONS = [
  `create function search_language(given text) returns text language plpgsql immutable parallel safe as $$
    declare
      found tsvector := to_tsvector('simple', left(given, 600));
      left_over integer[] := array[${LANGUAGE_LIST.map(
        ([, { words }]) => `length(ts_delete(found, '{${words.split(' ').join(',')}}'::text[]))`,
      ).join(', ')}];
      fewest integer := (select min(n) from unnest(left_over) n);
    begin
      if fewest < length(found) then
        return ('{${LANGUAGE_LIST.map(([code]) => code).join(',')}}'::text[])[array_position(left_over, fewest)];
      end if;
      -- A short one may have none of them: the language that joins or leaves out most of its words.
      return (select code from (values ${LANGUAGE_LIST.map(
        ([code, { config }], place) => `('${code}', '${config}'::regconfig, ${place})`,
      ).join(', ')}) known (code, config, place)
        order by length(to_tsvector(config, left(given, 200))), place limit 1);
    end $$`,

  `create function search_lexemes(language text, title text, body text) returns tsvector
    language sql immutable parallel safe as $$
    select setweight(to_tsvector('simple', t), 'A') || to_tsvector('simple', b)
      || strip(to_tsvector(${config}, t || ' ' || b))
    from (select translate(title, '/\\', '  '), translate(left(body, 100000), '/\\', '  ')) given (t, b) $$`,

  // mail.example.com is found as itself and as example.com.
  `create function search_domains(names text[]) returns text[] language sql immutable parallel safe as $$
    select coalesce(array_agg(distinct 'domain=' || array_to_string(parts[first:], '.')), '{}')
    from unnest(names[:200]) name
    cross join lateral (select string_to_array(lower(left(name, 253)), '.')) split (parts)
    cross join lateral generate_series(1, greatest(1, least(cardinality(parts), 10) - 1)) first
    where name ~ '^[A-Za-z0-9._-]+$' $$`,

  `create function search_mail_domains(addresses text) returns text[] language sql immutable parallel safe as $$
    select search_domains(array(
      select match[1] from regexp_matches(left(addresses, 2000), '@([A-Za-z0-9._-]+)', 'g') match)) $$`,

  // The bits of a network as far as they are fixed: a range is the beginning of all that lies in it.
  `create function search_bits(network cidr) returns text language sql immutable parallel safe as $$
    select case family(network)
      when 4 then '4=' || left((('x' || octets)::bit(32))::text, masklen(network))
      else '6=' || left((('x' || octets)::bit(128))::text, masklen(network)) end
    from (select encode(substring(inet_send(network) from 5), 'hex')) given (octets) $$`,

  `create function search_put(
    put_source text, put_id bigint, incident integer, put_at timestamptz, put_title text, put_language text, body text,
    own_facts text[], incident_facts text[] default null
  ) returns void language plpgsql as $$
    declare
      of_incident text[] := incident_facts;
    begin
      if of_incident is null then
        select facts into of_incident from search_texts where source = 'incident' and source_id = incident;
      end if;
      insert into search_texts (source, source_id, incident_number, at, title, language, facts, words)
      values (put_source, put_id, incident, date_trunc('milliseconds', put_at), left(put_title, 600), put_language,
        coalesce(incident_facts, '{}'),
        search_lexemes(put_language, put_title, coalesce(body, '')) || array_to_tsvector(array_remove(
          array_append(own_facts, 'kind=' || put_source) || coalesce(of_incident, '{}'), null)))
      on conflict on constraint search_texts_source_key do update
        set incident_number = excluded.incident_number, at = excluded.at, title = excluded.title,
          language = excluded.language, facts = excluded.facts, words = excluded.words,
          written_in = excluded.written_in;
    end $$`,

  `create function search_drop(gone_source text, gone_id bigint) returns void language sql as $$
    delete from search_texts where source = gone_source and source_id = gone_id $$`,

  // The first rejections stand for all: those that follow say the same again.
  `create function search_incident(number_given integer) returns void language plpgsql as $$
    declare
      i incidents;
      new_facts text[];
      old_facts text[];
      said text;
    begin
      select * into i from incidents where number = number_given;
      if not found then return; end if;
      select array_agg(distinct fact order by fact) into new_facts from (
        select 'provider=' || i.provider
        union all select 'reason=' || i.reason where i.reason is not null
        union all select 'code=' || lower(code) from unnest(i.block_codes[:200]) code where code <> ''
        union all select 'code=' || lower(code) from (
          select r.reply_code, r.enhanced_code, r.block_code from rejections r
          where r.incident_number = i.number order by r.id limit 200) r
          cross join lateral unnest(array[r.reply_code, r.enhanced_code, r.block_code]) code where code <> ''
        union all select 'of' || search_bits(a.network)
          from (select address_id from incident_addresses where incident_number = i.number limit 300) ia
          join addresses a on a.id = ia.address_id
      ) facts (fact);
      select string_agg(r.text, E'\\n') into said from (
        select left(text, 2000) as text from rejections where incident_number = i.number order by id limit 20) r;
      select facts into old_facts from search_texts where source = 'incident' and source_id = i.number;
      -- Its codes stand with the title, where fragments of them are found.
      perform search_put('incident', i.number, i.number, i.opened_at,
        concat_ws(' ', i.title, nullif(array_to_string(i.block_codes[:20], ' '), '')), search_language(i.title || ' ' || i.affected),
        concat_ws(E'\\n', i.affected, replace(i.provider, '-', ' '), array_to_string(i.block_codes[:200], ' '),
          array_to_string(i.recipient_domains[:200], ' '),
          (select string_agg(reference, ' ') from (
            select reference from tickets where incident_number = i.number order by id limit 50) t), said),
        array_append(search_domains(i.recipient_domains), 'number=' || i.number)
          || array(select 'ip' || substr(fact, 3) from unnest(new_facts) fact where fact like 'of_=%'),
        new_facts);
      if old_facts is distinct from new_facts then
        update search_texts set words = ts_delete(words, coalesce(old_facts, '{}')) || array_to_tsvector(new_facts)
          where incident_number = i.number and source <> 'incident';
      end if;
    end $$`,

  `create function search_letter(id_given bigint) returns void language plpgsql as $$
    declare
      l letters;
      sent_to text;
    begin
      select * into l from letters where id = id_given;
      if not found or l.state = 'discarded' then
        perform search_drop('letter', id_given);
        return;
      end if;
      select string_agg(m.to_address, ' ') into sent_to from messages m where m.letter_id = l.id and m.direction = 'out';
      perform search_put('letter', l.id, l.incident_number, coalesce(l.sent_at, l.created_at), l.subject, l.language,
        concat_ws(E'\\n', l.body, left(sent_to, 2000)),
        search_mail_domains(sent_to) || array['is=' || l.state,
          (select 'ticket=' || lower(t.reference) from messages m join tickets t on t.id = m.ticket_id
            where m.letter_id = l.id limit 1)]);
    end $$`,

  // A letter that was sent is found as letter, not once more as its message.
  `create function search_message(id_given bigint) returns void language plpgsql as $$
    declare
      m record;
    begin
      select id, incident_number, ticket_id, letter_id, direction, at, from_address, to_address, subject, text, verdict
        into m from messages where id = id_given;
      if not found then
        perform search_drop('message', id_given);
      elsif m.direction = 'out' and m.letter_id is not null then
        perform search_drop('message', id_given);
        perform search_letter(m.letter_id);
      else
        perform search_put('message', m.id, m.incident_number, m.at, m.subject,
          search_language(m.subject || ' ' || left(m.text, 600)),
          concat_ws(E'\\n', left(m.from_address, 2000), left(m.to_address, 2000), m.text),
          search_mail_domains(left(m.from_address, 1000) || ' ' || left(m.to_address, 1000))
            || array['verdict=' || m.verdict, 'is=' || m.direction,
              (select 'ticket=' || lower(reference) from tickets where id = m.ticket_id),
              case when m.incident_number is null then 'is=unfiled' end]);
      end if;
    end $$`,

  `create function search_ticket(id_given bigint) returns void language plpgsql as $$
    declare
      t tickets;
    begin
      select * into t from tickets where id = id_given;
      if not found then
        perform search_drop('ticket', id_given);
      else
        perform search_put('ticket', t.id, t.incident_number, t.opened_at, t.reference, '', t.address,
          array_append(search_mail_domains(t.address), 'ticket=' || lower(t.reference)));
      end if;
    end $$`,

  `create function search_address(id_given integer) returns void language plpgsql as $$
    declare
      a addresses;
    begin
      select * into a from addresses where id = id_given;
      if not found then
        perform search_drop('address', id_given);
      else
        perform search_put('address', a.id, null, a.created_at,
          concat_ws(' ', case when masklen(a.network) = case family(a.network) when 4 then 32 else 128 end
            then host(a.network) else a.network::text end, nullif(a.hostname, ''), nullif(a.label, '')),
          search_language(a.purpose || ' ' || left(a.notes, 600)), concat_ws(E'\\n', a.purpose, a.notes),
          search_domains(array[a.hostname]) || array['ip' || search_bits(a.network), 'of' || search_bits(a.network)]);
      end if;
    end $$`,
];

/** Triggers by table; each `do` is done for the row. */
const rowTrigger = (table: string, name: string, when: string, does: string) => [
  `create function ${name}() returns trigger language plpgsql as $$ begin ${does} return null; end $$`,
  `create trigger ${name} after ${when} on ${table} for each row execute function ${name}()`,
];

/** At the end of the transaction: what is logged is many rows, and its text is made of all of them once. */
const incidentTrigger = (table: string, name: string, when: string, columns: string[]) => [
  `create function ${name}() returns trigger language plpgsql as $$ begin ${columns
    .map((column) => `perform search_incident_once(${column});`)
    .join(' ')} return null; end $$`,
  `create constraint trigger ${name} after ${when} on ${table} deferrable initially deferred
    for each row execute function ${name}()`,
];

const TRIGGERS = [
  `create function search_incident_once(number_given integer) returns void language plpgsql as $$
    begin
      if not exists (select from search_texts where source = 'incident' and source_id = number_given
        and written_in = pg_current_xact_id()) then perform search_incident(number_given); end if;
    end $$`,
  ...incidentTrigger(
    'incidents',
    'search_incidents_write',
    'insert or update of title, provider, affected, reason, block_codes, recipient_domains, opened_at',
    ['new.number'],
  ),
  ...incidentTrigger('rejections', 'search_rejections_insert', 'insert', ['new.incident_number']),
  ...incidentTrigger('rejections', 'search_rejections_move', 'update of incident_number', [
    'old.incident_number',
    'new.incident_number',
  ]),
  ...incidentTrigger('incident_addresses', 'search_incident_addresses_insert', 'insert', [
    'new.incident_number',
  ]),
  ...incidentTrigger('incident_addresses', 'search_incident_addresses_move', 'update', [
    'old.incident_number',
    'new.incident_number',
  ]),
  ...incidentTrigger('incident_addresses', 'search_incident_addresses_delete', 'delete', [
    'old.incident_number',
  ]),
  ...incidentTrigger(
    'tickets',
    'search_tickets_of_incident',
    'insert or update of incident_number, reference',
    ['new.incident_number'],
  ),
  ...rowTrigger(
    'messages',
    'search_messages_write',
    `insert or update of incident_number, ticket_id, letter_id, direction, at, from_address, to_address, subject, text, verdict`,
    'perform search_message(new.id);',
  ),
  ...rowTrigger('messages', 'search_messages_delete', 'delete', `perform search_drop('message', old.id);`),
  ...rowTrigger(
    'letters',
    'search_letters_write',
    'insert or update of incident_number, subject, body, state, language, sent_at',
    'perform search_letter(new.id);',
  ),
  ...rowTrigger('letters', 'search_letters_delete', 'delete', `perform search_drop('letter', old.id);`),
  // Messages are found by the references of their tickets.
  ...rowTrigger(
    'tickets',
    'search_tickets_write',
    'insert or update of incident_number, reference, address, state, opened_at',
    `perform search_ticket(new.id);
    if tg_op = 'UPDATE' and (old.reference, old.incident_number) is distinct from (new.reference, new.incident_number) then
      perform search_message(m.id) from messages m
        where m.incident_number in (old.incident_number, new.incident_number) and m.ticket_id = new.id;
    end if;`,
  ),
  ...incidentTrigger('tickets', 'search_tickets_leave', 'delete or update of incident_number', [
    'old.incident_number',
  ]),
  ...rowTrigger('tickets', 'search_tickets_delete', 'delete', `perform search_drop('ticket', old.id);`),
  // A note that was corrected is found by its new words only.
  `create function search_note(id_given bigint, incident integer, at timestamptz, said text) returns void
    language sql as $$
    select search_put('note', id_given, incident, at, '', search_language(said), said, '{}') $$`,
  `create function search_notes_insert() returns trigger language plpgsql as $$
    begin
      if new.corrects is not null then perform search_drop('note', new.corrects); end if;
      perform search_note(new.id, new.incident_number, new.occurred_at, new.detail ->> 'text');
      return null;
    end $$`,
  `create trigger search_notes_insert after insert on timeline_entries for each row
    when (new.kind in ('note-added', 'note-corrected')) execute function search_notes_insert()`,
  ...rowTrigger(
    'addresses',
    'search_addresses_write',
    'insert or update of network, hostname, label, purpose, notes',
    'perform search_address(new.id);',
  ),
  ...rowTrigger('addresses', 'search_addresses_delete', 'delete', `perform search_drop('address', old.id);`),
  ...rowTrigger(
    'users',
    'search_users_write',
    'insert or update of name',
    `perform search_put('person', new.id, null, new.created_at, new.name, '', '', '{}');`,
  ),
  ...rowTrigger('users', 'search_users_delete', 'delete', `perform search_drop('person', old.id);`),
];

/** What is there already. Incidents first: the other texts take their facts. */
const FILL = [
  'select search_incident(number) from incidents order by number',
  'select search_message(id) from messages order by id',
  'select search_letter(id) from letters order by id',
  'select search_ticket(id) from tickets order by id',
  `select search_note(e.id, e.incident_number, e.occurred_at, e.detail ->> 'text') from timeline_entries e
    where e.kind in ('note-added', 'note-corrected')
      and not exists (select from timeline_entries c where c.corrects = e.id) order by e.id`,
  'select search_address(id) from addresses order by id',
  `select search_put('person', id, null, created_at, name, '', '', '{}') from users order by id`,
];

const TABLE = `create table search_texts (
  id bigint generated always as identity constraint search_texts_pkey primary key,
  source text not null constraint search_texts_source_known
    check (source in ('incident', 'message', 'letter', 'note', 'ticket', 'address', 'person')),
  source_id bigint not null,
  incident_number integer constraint search_texts_incident_fkey references incidents (number) on delete cascade,
  at timestamptz not null,
  -- Short: fragments are found in it.
  title text not null constraint search_texts_title_length check (length(title) <= 600),
  -- By whose stems its words are found.
  language text not null,
  -- An incident's, which its other texts have among their words.
  facts text[] not null default '{}',
  words tsvector not null,
  written_in xid8 not null default pg_current_xact_id(),
  constraint search_texts_source_key unique (source, source_id)
)`;

/** An incident’s facts go to its other texts by it, from the first on. */
const BY_INCIDENT =
  'create index search_texts_incident_idx on search_texts (incident_number, at desc, id desc)';

const INDEXES = [
  // The way to look follows from how common a word is: of many words that is to be known.
  'alter table search_texts alter column words set statistics 500',
  'create index search_texts_words_idx on search_texts using gin (words) with (gin_pending_list_limit = 512)',
  'create index search_texts_title_idx on search_texts using gin (title gin_trgm_ops)',
  'create index search_texts_at_idx on search_texts (at desc, id desc)',
];

/** What incidents were searched by before. */
const GONE = ['alter table incidents drop column search', 'drop index incidents_block_codes_idx'];

/** Trigrams come with PostgreSQL, but in a package of their own on some systems. */
async function needTrigrams(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql`select from pg_available_extensions where name = 'pg_trgm'`.execute(db);
  if (rows.length === 0)
    throw new Error(
      'the PostgreSQL server lacks the extension pg_trgm; install its package of extensions (postgresql-contrib)',
    );
  await sql`create extension if not exists pg_trgm`.execute(db);
}

export async function up(db: Kysely<unknown>): Promise<void> {
  await needTrigrams(db);
  for (const statement of [TABLE, BY_INCIDENT, ...FUNCTIONS, ...TRIGGERS, ...FILL, ...INDEXES, ...GONE])
    await sql.raw(statement).execute(db);
}
