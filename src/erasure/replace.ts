import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../database/open.ts';
import { type OwnName, ownRows } from './own-rows.ts';
import { anyOf, ofOctets, type Pair, wholeOf } from './pairs.ts';
import { BY_PERSON, OCTETS, type Place, readPlaces } from './places.ts';

export type Counts = Record<string, number>;
export type Replaced = { counts: Counts; incidents: number[] };

/** Stands in the place of octets that cannot be changed in part. */
export const REMOVED =
  'The original was removed, with the data of a person in it or after the time that originals are kept.\n';

const FUNCTIONS = { text: 'erased_text', 'text[]': 'erased_texts', jsonb: 'erased_json' };

/** Encoded words and parts hide what stands in them: such a mail is not changed in part. */
const ENCODED = 'content-transfer-encoding:[ \\t]*(?:base64|quoted-printable)|=\\?[a-z0-9_-]+\\?[bq]\\?';

const asText = ({ name, type }: Place['columns'][number]): RawBuilder<unknown> =>
  type === 'text'
    ? sql.ref(name)
    : type === 'jsonb'
      ? sql`${sql.ref(name)}::text`
      : sql`array_to_string(${sql.ref(name)}, E'\\n')`;

type Of = { incident: number | null };

/** Whether a text names somebody. Looking for what is whole takes long, so only where there is something. */
const isNamedIn = (text: RawBuilder<unknown>, pairs: Pair[]): RawBuilder<unknown> =>
  sql`case when ${text} ~* ${anyOf(pairs)} then ${text} ~* ${wholeOf(pairs)} else false end`;

type Sums = { counts: Counts; incidents: Set<number> };

class Replacing {
  readonly trx: Trx;
  readonly pairs: RawBuilder<unknown>;
  readonly any: string;
  readonly pairsOfOctets: RawBuilder<unknown>;
  /** Whether octets or a text name somebody: a mail that hides what stands in it is removed by that. */
  readonly octetsName: (column: RawBuilder<unknown>) => RawBuilder<unknown>;
  readonly textNames: (text: RawBuilder<unknown>) => RawBuilder<unknown>;
  readonly counts: Counts;
  readonly incidents: Set<number>;

  constructor(trx: Trx, pairs: Pair[], { counts, incidents }: Sums) {
    this.counts = counts;
    this.incidents = incidents;
    this.trx = trx;
    this.pairs = sql`${JSON.stringify(pairs)}::jsonb`;
    this.any = anyOf(pairs);
    this.pairsOfOctets = sql`${JSON.stringify(pairs.map(ofOctets))}::jsonb`;
    this.octetsName = (column) => isNamedIn(sql`encode(${column}, 'escape')`, pairs.map(ofOctets));
    this.textNames = (text) => isNamedIn(text, pairs);
  }

  count(table: string, rows: number): void {
    if (rows > 0) this.counts[table] = (this.counts[table] ?? 0) + rows;
  }

  touched(rows: Of[]): void {
    for (const { incident } of rows) if (incident !== null) this.incidents.add(incident);
  }

  /** Messages whose texts name somebody: their octets may do so in a way that cannot be read here. */
  async messagesThatNameThem(): Promise<number[]> {
    const { rows } = await sql<{ id: number }>`
      select id from messages where
        ${this.textNames(sql`concat_ws(E'\\n', from_address, to_address, subject, text, html)`)}
        or ${this.octetsName(sql`raw`)}`.execute(this.trx);
    return rows.map(({ id }) => id);
  }

  async words({ table, columns, ofIncident }: Place, only: RawBuilder<unknown> = sql`true`): Promise<void> {
    const became = columns.map(
      ({ name, type }) => sql`${sql.raw(FUNCTIONS[type])}(${sql.ref(name)}, ${this.pairs})`,
    );
    const found = columns.map((column) => sql`${asText(column)} ~* ${this.any}`);
    const names = columns.map(({ name }) => sql.ref(name));
    const { rows } = await sql<Of>`
      update ${sql.table(table)} set ${sql.join(columns.map(({ name }, place) => sql`${sql.ref(name)} = ${became[place]}`))}
      where (${sql.join(found, sql` or `)}) and (${only})
        and row(${sql.join(names)}) is distinct from row(${sql.join(became)})
      returning ${ofIncident ? sql.ref('incident_number') : table === 'incidents' ? sql.ref('number') : sql`null::integer`} as incident`.execute(
      this.trx,
    );
    this.count(table, rows.length);
    this.touched(rows);
  }

  async octets(table: string, named: number[]): Promise<void> {
    const { octets, sha256, length, incidents } = OCTETS[table] as (typeof OCTETS)[string];
    const column = sql.ref(octets);
    const found =
      table === 'messages'
        ? sql`id = any(${named}::bigint[])`
        : sql`${column} is not null and ${this.octetsName(column)}`;
    const removed = sql`convert_to(${REMOVED}, 'UTF8')`;
    const fresh = sql`case when encode(${column}, 'escape') ~* ${ENCODED} then ${removed}
      else erased_octets(${column}, ${this.pairsOfOctets}) end`;
    const { rows } = await sql<{ id: number }>`
      update ${sql.table(table)} set ${column} = ${fresh}
      where ${found} and ${column} is distinct from ${fresh} returning id`.execute(this.trx);
    this.count(`${table}, octets`, rows.length);
    const any = sql`any(${rows.map(({ id }) => id)}::bigint[])`;
    const ids = sql`id = ${any}`;
    if (incidents) this.touched((await sql<Of>`${sql.raw(incidents)} = ${any}`.execute(this.trx)).rows);
    if (table === 'messages')
      await sql`update messages set raw_type = 'text/plain' where ${ids} and raw = ${removed}`.execute(
        this.trx,
      );
    // The hash of what was removed stays: it says nothing of it, and tells two of them apart.
    if (sha256)
      await sql`update ${sql.table(table)} set ${sql.ref(sha256)} = sha256(${column})
        ${length ? sql`, ${sql.ref(length)} = length(${column})` : sql``} where ${ids} and ${column} <> ${removed}`.execute(
        this.trx,
      );
  }

  /** Mails of theirs that lie in folders are never taken: nobody would be asked what becomes of them any more. */
  async held(): Promise<void> {
    const theirs = sql`select mailbox_id from mailbox_uids where held_for ~* ${`^(?:${this.any})$`}`;
    // Flood, then mailbox, then what lies in it: as whoever notes, lets in or puts away a flood.
    await sql`select from floods where sender ~* ${`^(?:${this.any})$`} order by sender for update`.execute(
      this.trx,
    );
    await sql`select from mailboxes where id in (${theirs}) order by id for update`.execute(this.trx);
    await sql`update mailboxes set next_look_at = now() where id in (${theirs})`.execute(this.trx);
    const { numAffectedRows = 0n } = await sql`
      update mailbox_uids set held_for = null where held_for ~* ${`^(?:${this.any})$`}`.execute(this.trx);
    this.count('mailbox_uids', Number(numAffectedRows));
  }

  async byPerson(): Promise<void> {
    for (const [table, column] of BY_PERSON) {
      const { numAffectedRows = 0n } = await sql`
        delete from ${sql.table(table)} where ${sql.ref(column)} ~* ${`^(?:${this.any})$`}`.execute(this.trx);
      this.count(table, Number(numAffectedRows));
    }
  }

  /** What no trigger looks at again when it changes: rejections, which are of an incident's words, and notes. */
  async search(): Promise<void> {
    await sql`select search_incident(number) from unnest(${[...this.incidents]}::integer[]) number`.execute(
      this.trx,
    );
    await sql`
      select search_note(e.id, e.incident_number, e.occurred_at, e.detail ->> 'text') from timeline_entries e
      where e.incident_number = any(${[...this.incidents]}::integer[]) and e.kind in ('note-added', 'note-corrected')
        and not exists (select from timeline_entries c where c.corrects = e.id)`.execute(this.trx);
  }
}

/**
 * Replaces what the pairs find, wherever people's words are kept, in the transaction of an erasure that is kept already:
 * only so does the database let through what else is never changed.
 */
export async function replaceEverywhere(trx: Trx, pairs: Pair[], own?: OwnName): Promise<Replaced> {
  await sql`select set_config('statement_timeout', '0', true)`.execute(trx);
  await letThrough(trx, pairs);
  const sums: Sums = { counts: {}, incidents: new Set() };
  const replacing = new Replacing(trx, pairs, sums);
  await replacing.held();
  const named = await replacing.messagesThatNameThem();
  for (const table of Object.keys(OCTETS)) await replacing.octets(table, named);
  const places = await readPlaces(trx);
  for (const place of places) await replacing.words(place);
  await replacing.byPerson();
  if (own) {
    await letThrough(trx, [own.pair]);
    const naming = new Replacing(trx, [own.pair], sums);
    for (const place of places) {
      const rows = ownRows(place, own);
      if (rows) await naming.words(place, rows);
    }
  }
  await replacing.search();
  await letThrough(trx, []);
  return { counts: sums.counts, incidents: [...sums.incidents].sort((a, b) => a - b) };
}

/** What the database lets through from now on, in rows that are never changed otherwise: these pairs, and nothing else. */
const letThrough = (trx: Trx, pairs: Pair[]) =>
  sql`select set_config('delist_desk.erasing', ${pairs.length > 0 ? JSON.stringify(pairs) : ''}, true)`.execute(
    trx,
  );
