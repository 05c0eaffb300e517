import { sql } from 'kysely';
import type { Trx } from '../../database/open.ts';
import type { RecordKind } from '../record-kind.ts';
import {
  actorHere,
  detailHere,
  type Fitted,
  faultIn,
  fitted,
  type Given,
  isLeftOut,
  referencesIn,
} from './fit.ts';
import { insertRows, keyText, newIds, numbersFor, refusalWords, within } from './insert.ts';
import { joinParts } from './parts.ts';
import type { LeftOut } from './queue.ts';
import { type Brought, type Known, keepBrought } from './records.ts';

export type Bringing = { trx: Trx; source: string; importId: number; known: Known };
export type Outcome = { added: number; known: number; leftOut: LeftOut[] };

const hasId = (kind: RecordKind) => kind.name !== 'profile' && /^(?:id|number)$/.test(kind.key.join());
const nameOf = (kind: RecordKind) => kind.columns[0]?.name ?? 'id';

/** Rows that are here already and are the same for everybody: found by what names them, by kind. */
const FOUND_BY: Record<
  string,
  { name: string; find: (trx: Trx, names: string[]) => Promise<[string, number][]> }
> = {
  addresses: {
    name: 'network',
    find: async (trx, names) => {
      const rows = await trx
        .selectFrom('addresses')
        .select(['id', 'network'])
        .where('network', 'in', names)
        .execute();
      return rows.map((row) => [row.network, row.id]);
    },
  },
  tags: {
    name: 'name',
    find: async (trx, names) => {
      const rows = await trx
        .selectFrom('tags')
        .select(['id', 'name'])
        .where(
          sql`lower(name)`,
          'in',
          names.map((name) => name.toLowerCase()),
        )
        .execute();
      return rows.map((row) => [row.name.toLowerCase(), row.id]);
    },
  },
  'custom-fields': {
    name: 'key',
    find: async (trx, names) => {
      const rows = await trx
        .selectFrom('custom_fields')
        .select(['id', 'key'])
        .where('key', 'in', names)
        .execute();
      return rows.map((row) => [row.key, row.id]);
    },
  },
  people: {
    name: 'email',
    find: async (trx, names) => {
      const rows = await trx
        .selectFrom('users')
        .select(['id', 'email'])
        .where(
          sql`lower(email)`,
          'in',
          names.map((name) => name.toLowerCase()),
        )
        .execute();
      return rows.map((row) => [row.email.toLowerCase(), row.id]);
    },
  },
};

/** Finds records that are here under the same name; they are written down as known. */
async function foundHere(
  { trx, source, importId, known }: Bringing,
  kind: RecordKind,
  records: Given[],
): Promise<void> {
  const way = FOUND_BY[kind.name];
  if (!way || records.length === 0) return;
  const nameIn = ({ record }: Given) => String(record[way.name]);
  const found = new Map(await way.find(trx, records.map(nameIn)));
  const brought: Brought[] = records.flatMap((one) => {
    const target = found.get(nameIn(one)) ?? found.get(nameIn(one).toLowerCase());
    const sourceId = one.record[nameOf(kind)];
    if (target === undefined) return [];
    known.set(kind.name, sourceId, target);
    return [{ sourceId, targetId: target, made: false }];
  });
  await keepBrought(trx, { source, kind: kind.name, importId }, brought);
}

/** Gives records ids of this desk, before they are written: they may refer to each other. */
async function giveIds({ trx, known }: Bringing, kind: RecordKind, records: Given[]): Promise<void> {
  const ids = records.map(({ record }) => record[nameOf(kind)]);
  const given =
    kind.name === 'incidents'
      ? await numbersFor(trx, kind, ids.map(Number))
      : await newIds(trx, kind, records.length);
  for (const [index, id] of ids.entries()) known.set(kind.name, id, given[index]);
}

/** What a kind's rows need beside their references. */
function finish(kind: RecordKind, one: Fitted, known: Known): Fitted {
  const { values, record } = one;
  if (hasId(kind)) values.set(kind.key[0] ?? 'id', Number(known.get(kind.name, record[nameOf(kind)])));
  // Its survivor may come after it: {@link joinParts} sets it.
  if (kind.name === 'incidents') values.set('merged_into', null);
  if (kind.name === 'timeline-entries') {
    values.set('detail', JSON.stringify(detailHere(record, known)));
    values.set('actor_name', actorHere(record['actorName']));
    values.delete('recorded_at');
  }
  if (kind.name === 'incident-links') {
    // The newer number stands first, and numbers may have changed.
    const pair = [Number(values.get('incident_number')), Number(values.get('linked_number'))];
    values.set('incident_number', Math.max(...pair));
    values.set('linked_number', Math.min(...pair));
    if (pair[0] !== Math.max(...pair)) values.set('from_older', !values.get('from_older'));
  }
  return one;
}

/** A look that stands, where another one stands here already, is one of those before. */
async function supersede(trx: Trx, rows: Fitted[]): Promise<void> {
  for (const { values } of rows) {
    if (values.get('superseded_at') !== null) continue;
    const { rows: standing } = await sql`
      select 1 from snapshots where kind = ${values.get('kind')} and superseded_at is null
        and address is not distinct from ${values.get('address')}::inet
        and domain is not distinct from ${values.get('domain')}::text`.execute(trx);
    if (standing.length > 0) values.set('superseded_at', values.get('last_seen_at'));
  }
}

/** The profile of a desk that has none yet. */
async function bringProfile(trx: Trx, { values }: Fitted): Promise<number> {
  const changes = [...values].filter(([column]) => column !== 'id');
  const { rows } = await sql`
    update profile set ${sql.join(changes.map(([column, value]) => sql`${sql.ref(column)} = ${value}`))}
    where name = '' returning id`.execute(trx);
  return rows.length;
}

/** Writes rows together; where the database refuses one, each by itself. */
async function write(
  trx: Trx,
  kind: RecordKind,
  rows: Fitted[],
): Promise<{ keys: Set<string>; leftOut: LeftOut[] }> {
  try {
    return { keys: await within(trx, () => insertRows(trx, kind, rows)), leftOut: [] };
  } catch (error) {
    if (refusalWords(error) === undefined) throw error;
  }
  const keys = new Set<string>();
  const leftOut: LeftOut[] = [];
  for (const one of rows)
    try {
      for (const key of await within(trx, () => insertRows(trx, kind, [one]))) keys.add(key);
    } catch (error) {
      const why = refusalWords(error);
      if (why === undefined) throw error;
      leftOut.push({ row: one.row, field: kind.name, value: String(one.record[nameOf(kind)] ?? ''), why });
    }
  return { keys, leftOut };
}

const OUTCOMES_OF = new Set(['letters', 'messages']);

/** What is worked out from the rows that were added is worked out anew. */
async function follow(trx: Trx, kind: RecordKind, rows: Fitted[]): Promise<void> {
  if (OUTCOMES_OF.has(kind.name)) {
    const numbers = [...new Set(rows.map(({ values }) => values.get('incident_number')))].filter(Boolean);
    if (numbers.length > 0)
      await trx
        .insertInto('outcome_backlog')
        .values(numbers.map((number) => ({ incident_number: Number(number) })))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
  }
  if (kind.name === 'own-providers' || kind.name === 'playbook-facts')
    await trx.updateTable('playbook_version').set({ version: sql<number>`version + 1` }).execute();
}

const NOT_WITH_SOURCES = new Set(['attachments', 'evidence-files']);

/** Why a whole kind is not brought in from this export. */
function refusedKind(kind: RecordKind, { record }: Given): string | undefined {
  if (kind.name === 'people') return 'Nobody here has this address; accounts are made by an administrator.';
  if (NOT_WITH_SOURCES.has(kind.name) && record[kind.sources[0] ?? ''] === undefined)
    return 'The export was made without files.';
  return undefined;
}

/**
 * Brings records of one kind in: those that came before are left as they are, those that cannot be are told with the
 * reason. All or nothing for each record; the transaction is the caller's.
 */
export async function bring(bringing: Bringing, kind: RecordKind, records: Given[]): Promise<Outcome> {
  const { trx, source, importId, known } = bringing;
  const leftOut: LeftOut[] = [];
  const sound = records.filter((one) => {
    const fault = faultIn(kind, one);
    if (fault) leftOut.push(fault);
    return !fault;
  });
  const keyed = hasId(kind);
  if (keyed)
    await known.read(
      kind.name,
      sound.map(({ record }) => record[nameOf(kind)]),
    );
  const isKnown = ({ record }: Given) => keyed && known.get(kind.name, record[nameOf(kind)]) !== undefined;
  await foundHere(
    bringing,
    kind,
    sound.filter((one) => !isKnown(one)),
  );
  const seen = new Set<unknown>();
  const fresh = sound.filter((one) => {
    if (isKnown(one)) return false;
    const why = refusedKind(kind, one);
    if (why) leftOut.push({ row: one.row, field: kind.name, value: String(one.record[nameOf(kind)]), why });
    const id = one.record[nameOf(kind)];
    const twice = keyed && seen.has(id);
    seen.add(id);
    return !why && !twice;
  });
  for (const [of, ids] of referencesIn(kind, fresh)) await known.read(of, ids);
  if (keyed) await giveIds(bringing, kind, fresh);
  const rows: Fitted[] = [];
  for (const one of fresh) {
    const fit = fitted(kind, one, known);
    if (!isLeftOut(fit)) rows.push(finish(kind, fit, known));
    else {
      leftOut.push(fit);
      known.drop(kind.name, one.record[nameOf(kind)]);
    }
  }
  if (kind.name === 'profile') {
    const added = rows[0] ? await bringProfile(trx, rows[0]) : 0;
    return { added, known: sound.length - added, leftOut };
  }
  if (kind.name === 'snapshots') await supersede(trx, rows);
  const written = await write(trx, kind, rows);
  const keyOf = ({ values }: Fitted) => keyText(kind.key.map((column) => values.get(column)));
  const added = rows.filter((one) => written.keys.has(keyOf(one)));
  if (keyed)
    await keepBrought(
      trx,
      { source, kind: kind.name, importId },
      added.map(({ record, values }) => ({
        sourceId: record[nameOf(kind)],
        targetId: values.get(kind.key[0] ?? 'id'),
        made: true,
      })),
    );
  for (const one of rows) if (!added.includes(one)) known.drop(kind.name, one.record[nameOf(kind)]);
  if (kind.name === 'incidents') await joinParts(trx, bringing, added);
  await follow(trx, kind, added);
  const allLeftOut = [...leftOut, ...written.leftOut];
  return {
    added: added.length,
    known: records.length - added.length - allLeftOut.length,
    leftOut: allLeftOut,
  };
}
