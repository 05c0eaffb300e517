import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import type { IncidentState, LetterState } from '../database/tables.ts';
import type { Verdict } from '../providers/schema.ts';
import { markWords, type Piece, piecesOf, SIGNS } from './marks.ts';
import type { Kind } from './operators.ts';
import { lexemesIn, type Plan } from './plan.ts';

/** Something that was found, with what tells it from others. */
export type Hit = {
  id: number;
  kind: Kind;
  sourceId: number;
  at: Date;
  /** Title, subject or reference; empty for notes. */
  title: Piece[];
  /** Where the words stand in its text. */
  snippet: Piece[];
  incident: { number: number; title: string; state: IncidentState; provider: string } | null;
  /** Of a message. */
  direction: 'in' | 'out' | null;
  verdict: Verdict | null;
  /** Whether it counts: false for what is not proven to be from them. */
  applied: boolean;
  /** Who wrote: of a message its sender, of a note its author, of a letter whoever drafted it. */
  by: string | null;
  letterState: LetterState | null;
  /** Of an address, as it is named in links. */
  network: string | null;
};

/** Words are looked for up to here, and marked around the first place: to mark all of a text takes long. */
const SEARCHED = 20_000;
const BEFORE = 200;
const AROUND = 700;
const options = (more: string) => `StartSel=${SIGNS.from}, StopSel=${SIGNS.to}, ${more}`;
const SNIPPET = options('MaxFragments=2, MaxWords=22, MinWords=10, ShortWord=2, FragmentDelimiter=" … "');

const CONFIG = sql`(case s.language when 'en' then 'english' when 'de' then 'german' when 'fr' then 'french'
  when 'it' then 'italian' when 'es' then 'spanish' when 'nl' then 'dutch' else 'simple' end)::regconfig`;

const clean = (text: ReturnType<typeof sql>) => sql`translate(${text}, ${SIGNS.from + SIGNS.to}, '')`;

const START = sql`${SEARCHED}::int`;
/** Of each kind what is shown, by a question of its own: one join of all tables takes longer to plan than to do. */
const OWN = sql`case s.source
  when 'message' then (select jsonb_build_object('text', left(m.text, ${START}), 'direction', m.direction,
    'verdict', m.verdict, 'applied', m.applied, 'by', left(m.from_address, 500)) from messages m where m.id = s.source_id)
  when 'letter' then (select jsonb_build_object('text', left(l.body, ${START}), 'state', l.state, 'by', l.created_by_name)
    from letters l where l.id = s.source_id)
  when 'note' then (select jsonb_build_object('text', left(e.detail ->> 'text', ${START}), 'by', e.actor_name)
    from timeline_entries e where e.id = s.source_id)
  when 'ticket' then (select jsonb_build_object('text', t.address) from tickets t where t.id = s.source_id)
  when 'address' then (select jsonb_build_object('text', concat_ws(E'\\n', a.purpose, a.notes), 'network', a.network::text)
    from addresses a where a.id = s.source_id)
  when 'incident' then jsonb_build_object('text', concat_ws(E'\\n', nullif(i.affected, ''), (
    select string_agg(r.text, E'\\n') from (
      select left(text, 1000) as text from rejections where incident_number = i.number order by id limit 5
    ) r)))
  end`;

/** What is shown of texts, in the order of their ids. */
export async function readHits(db: Db, plan: Plan, ids: number[]): Promise<Hit[]> {
  if (ids.length === 0) return [];
  const query = sql`${plan.shown}::tsquery`;
  const needles = lexemesIn(plan.shown).slice(0, 40);
  const { rows } = await sql<{
    id: number;
    source: Kind;
    source_id: number;
    at: Date;
    title: string;
    snippet: string;
    number: number | null;
    incident_title: string;
    state: IncidentState;
    provider: string;
    direction: 'in' | 'out' | null;
    verdict: Verdict | null;
    applied: boolean | null;
    by_name: string | null;
    letter_state: LetterState | null;
    network: string | null;
  }>`
    select s.id, s.source, s.source_id, s.at, s.incident_number as number, i.title as incident_title, i.state, i.provider,
      own.of ->> 'direction' as direction, own.of ->> 'verdict' as verdict, (own.of ->> 'applied')::boolean as applied,
      own.of ->> 'by' as by_name, own.of ->> 'state' as letter_state, own.of ->> 'network' as network,
      case when s.source = 'incident' then i.title else s.title end as title,
      ts_headline(${CONFIG}, ${clean(sql`part.text`)}, ${query}, ${SNIPPET}) as snippet
    from unnest(${ids}::bigint[]) with ordinality wanted (id, place)
    join search_texts s on s.id = wanted.id
    left join incidents i on i.number = s.incident_number
    cross join lateral (select ${OWN} offset 0) own (of)
    cross join lateral (select coalesce(own.of ->> 'text', '')) whole (text)
    cross join lateral (select coalesce((
      select strpos(lower(whole.text), needle) from unnest(${needles}::text[]) needle
      where strpos(lower(whole.text), needle) > 0 order by length(needle) desc limit 1), 1)) near (place)
    cross join lateral (select case when near.place <= ${BEFORE} then left(whole.text, ${AROUND})
      else regexp_replace(substr(whole.text, near.place - ${BEFORE}, ${AROUND}), '^\\S+\\s+', '') end) part (text)
    order by wanted.place`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    kind: row.source,
    sourceId: row.source_id,
    at: row.at,
    title: piecesOf(markWords(row.title, [...needles, ...plan.fragments])),
    snippet: piecesOf(row.snippet),
    incident:
      row.number === null
        ? null
        : { number: row.number, title: row.incident_title, state: row.state, provider: row.provider },
    direction: row.direction,
    verdict: row.verdict,
    applied: row.applied ?? true,
    by: row.by_name,
    letterState: row.letter_state,
    network: row.network === null ? null : networkText(row.network),
  }));
}

export type Facet = { of: 'kind' | 'provider' | 'state' | 'year'; value: string; n: number };

/** How what was found divides, by kind, provider, state and year. */
export async function countFacets(db: Db, ids: number[], timeZone: string): Promise<Facet[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<Facet>`
    select v.of, v.value, count(*) as n
    from search_texts s left join incidents i on i.number = s.incident_number
    cross join lateral (values
      ('kind', s.source), ('provider', i.provider), ('state', i.state),
      ('year', extract(year from s.at at time zone ${timeZone})::text)
    ) v (of, value)
    where s.id = any(${ids}::bigint[]) and v.value is not null
    group by v.of, v.value order by v.of, n desc, v.value`.execute(db);
  return rows;
}
