import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import type { IncidentState, LetterState } from '../database/tables.ts';
import type { Verdict } from '../providers/schema.ts';
import { type Piece, piecesOf, SIGNS } from './marks.ts';
import type { Kind } from './operators.ts';
import type { Plan } from './plan.ts';

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

/** A text is marked up to here; the whole of a long one would take as long as all others together. */
const MARKED = 20_000;
const options = (more: string) => `StartSel=${SIGNS.from}, StopSel=${SIGNS.to}, ${more}`;
const SNIPPET = options('MaxFragments=2, MaxWords=22, MinWords=10, ShortWord=2, FragmentDelimiter=" … "');
const TITLE = options('HighlightAll=true');

const CONFIG = sql`(case s.language when 'en' then 'english' when 'de' then 'german' when 'fr' then 'french'
  when 'it' then 'italian' when 'es' then 'spanish' when 'nl' then 'dutch' else 'simple' end)::regconfig`;

const clean = (text: ReturnType<typeof sql>) => sql`translate(${text}, ${SIGNS.from + SIGNS.to}, '')`;

const TEXT = sql`case s.source when 'message' then m.text when 'letter' then l.body when 'note' then e.detail ->> 'text'
  when 'ticket' then t.address when 'address' then concat_ws(E'\\n', a.purpose, a.notes)
  when 'incident' then concat_ws(E'\\n', nullif(own.affected, ''), said.text) else '' end`;

/** What is shown of texts, in the order of their ids. */
export async function readHits(db: Db, plan: Plan, ids: number[]): Promise<Hit[]> {
  if (ids.length === 0) return [];
  const query = sql`${plan.shown}::tsquery`;
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
      m.direction, m.verdict, m.applied, coalesce(m.from_address, e.actor_name, l.created_by_name) as by_name,
      l.state as letter_state, a.network::text as network,
      case when to_tsvector('simple', shown.title) @@ ${query} or to_tsvector(${CONFIG}, shown.title) @@ ${query}
        then ts_headline(${CONFIG}, shown.title, ${query}, ${TITLE}) else shown.title end as title,
      ts_headline(${CONFIG}, ${clean(sql`left(${TEXT}, ${MARKED})`)}, ${query}, ${SNIPPET}) as snippet
    from unnest(${ids}::bigint[]) with ordinality wanted (id, place)
    join search_texts s on s.id = wanted.id
    left join incidents i on i.number = s.incident_number
    left join messages m on s.source = 'message' and m.id = s.source_id
    left join letters l on s.source = 'letter' and l.id = s.source_id
    left join timeline_entries e on s.source = 'note' and e.id = s.source_id
    left join tickets t on s.source = 'ticket' and t.id = s.source_id
    left join addresses a on s.source = 'address' and a.id = s.source_id
    left join incidents own on s.source = 'incident' and own.number = s.source_id
    cross join lateral (select ${clean(sql`coalesce(own.title, s.title)`)}) shown (title)
    left join lateral (
      select string_agg(r.text, E'\\n') as text from (
        select left(text, 1000) as text from rejections where incident_number = own.number order by id limit 5
      ) r
    ) said on s.source = 'incident'
    order by wanted.place`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    kind: row.source,
    sourceId: row.source_id,
    at: row.at,
    title: piecesOf(row.title, plan.fragments),
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
