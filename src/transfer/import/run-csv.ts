import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { ensureAddresses } from '../../addresses/store.ts';
import { json } from '../../database/json.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { ImportRow, IncidentState } from '../../database/tables.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { EntryDetails, EntryKind } from '../../timeline/entries.ts';
import { KIND_OF } from '../kinds.ts';
import type { RecordKind } from '../record-kind.ts';
import { tableOf } from './csv-file.ts';
import { numbersFor, refusalWords, reserveNumbers, within } from './insert.ts';
import type { Mapping } from './mapping.ts';
import { type Fault, type Planned, Planner } from './plan.ts';
import { type LeftOut, lockImport, noteProgress } from './queue.ts';
import { type Brought, Known, keepBrought } from './records.ts';
import type { Table } from './table.ts';

const ROWS = 100;

type Writing = { trx: Trx; row: ImportRow; mapping: Mapping };

/** The number that a row had in its tracker; 0: it had none. */
const numberOf = (planned: Planned | null): number =>
  Number(/^#?(\d{1,9})$/.exec(planned?.sourceId ?? '')?.[1] ?? 0);

async function numberFor(trx: Trx, planned: Planned): Promise<number> {
  const [number] = await numbersFor(trx, KIND_OF.get('incidents') as RecordKind, [numberOf(planned)]);
  return number ?? 0;
}

async function writeIncident(trx: Trx, number: number, planned: Planned): Promise<void> {
  const { state, endedAt: ended } = planned;
  const at = (reached: IncidentState) => (state === reached ? ended : null);
  await sql`
    insert into incidents (number, title, provider, state, affected, opened_at, state_since, mitigated_at, recovered_at,
      closed_at)
    overriding system value
    values (${number}, ${planned.title}, ${planned.provider.key}, ${state}, ${planned.affected}, ${planned.openedAt},
      ${ended ?? planned.openedAt}, ${at('mitigated')}, ${at('recovered')}, ${at('closed')})`.execute(trx);
}

/** Addresses that an incident brings with it; those that are new are the import's. */
async function writeAddresses({ trx }: Writing, number: number, planned: Planned): Promise<Brought[]> {
  const cidrs = planned.networks.map(({ cidr }) => cidr);
  const before = await trx.selectFrom('addresses').select('network').where('network', 'in', cidrs).execute();
  const were = new Set(before.map(({ network }) => network));
  const ids = await ensureAddresses(trx, planned.networks);
  await trx
    .insertInto('incident_addresses')
    .values(ids.map((address_id) => ({ incident_number: number, address_id })))
    .execute();
  const rows = await trx.selectFrom('addresses').select(['id', 'network']).where('id', 'in', ids).execute();
  return rows
    .filter(({ network }) => !were.has(network))
    .map(({ id, network }) => ({ sourceId: network, targetId: id, made: true }));
}

async function writeTicket({ trx }: Writing, number: number, planned: Planned): Promise<number> {
  const row = await trx
    .insertInto('tickets')
    .values({
      incident_number: number,
      reference: planned.ticket,
      channel: 'other',
      state: planned.endedAt ? 'closed' : 'open',
      opened_at: planned.openedAt,
      closed_at: planned.endedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function writeMessage({ trx }: Writing, number: number, planned: Planned): Promise<number> {
  const raw = Buffer.from(planned.message);
  const row = await trx
    .insertInto('messages')
    .values({
      incident_number: number,
      direction: 'in',
      channel: 'other',
      at: planned.endedAt ?? planned.openedAt,
      text: planned.message,
      raw,
      raw_type: 'text/plain',
      sha256: createHash('sha256').update(raw).digest(),
      // What it amounted to is told by the state that it left the incident in.
      verdict: 'other',
      machine_verdict: 'other',
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

type Told<Kind extends EntryKind> = {
  incident: number;
  kind: Kind;
  occurredAt: Date;
  detail: EntryDetails[Kind];
  ticketId?: number;
  messageId?: number;
};

/** Appends an entry of which nobody is told: what it tells of is long past. */
async function tell<Kind extends EntryKind>(trx: Trx, entry: Told<Kind>): Promise<number> {
  const row = await trx
    .insertInto('timeline_entries')
    .values({
      incident_number: entry.incident,
      kind: entry.kind,
      actor_name: 'import',
      occurred_at: entry.occurredAt,
      ticket_id: entry.ticketId ?? null,
      message_id: entry.messageId ?? null,
      detail: json(entry.detail),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** The entries that tell of a row, as it happened; each is appended, and none is back-dated but in when it happened. */
async function writeEntries(
  writing: Writing,
  number: number,
  planned: Planned,
  told: { ticketId: number | null; messageId: number | null },
): Promise<number[]> {
  const { trx, mapping } = writing;
  const entry = { incident: number, occurredAt: planned.openedAt };
  const ids = [
    await tell(trx, {
      ...entry,
      kind: 'incident-logged',
      detail: {
        provider: planned.provider.name,
        addresses: planned.networks.map(({ text }) => text),
        source:
          mapping.columns.sourceId === undefined
            ? mapping.tracker
            : `${mapping.tracker}, ${planned.sourceId}`,
      },
    }),
  ];
  if (told.ticketId !== null)
    ids.push(
      await tell(trx, {
        ...entry,
        kind: 'ticket-opened',
        ticketId: told.ticketId,
        detail: { reference: planned.ticket, channel: 'other', address: '' },
      }),
    );
  if (planned.notes)
    ids.push(await tell(trx, { ...entry, kind: 'note-added', detail: { text: planned.notes } }));
  const ended = { ...entry, occurredAt: planned.endedAt ?? planned.openedAt };
  if (told.messageId !== null)
    ids.push(
      await tell(trx, {
        ...ended,
        kind: 'message-received',
        messageId: told.messageId,
        detail: {
          from: planned.provider.name,
          subject: '',
          channel: 'other',
          verdict: 'other',
          confidence: 0,
          quote: null,
          reference: planned.ticket || null,
          excerpt: planned.message.slice(0, 400),
        },
      }),
    );
  if (planned.state !== 'open')
    ids.push(
      await tell(trx, {
        ...ended,
        kind: 'state-changed',
        detail: { from: 'open', to: planned.state, reason: `as in ${mapping.tracker}`, byHand: false },
      }),
    );
  return ids;
}

async function writePlanned(writing: Writing, planned: Planned): Promise<Record<string, number>> {
  const { trx, row } = writing;
  const number = await numberFor(trx, planned);
  await writeIncident(trx, number, planned);
  const addresses = await writeAddresses(writing, number, planned);
  const ticketId = planned.ticket ? await writeTicket(writing, number, planned) : null;
  const messageId = planned.message ? await writeMessage(writing, number, planned) : null;
  const entries = await writeEntries(writing, number, planned, { ticketId, messageId });
  const keep = (kind: string, brought: Brought[]) =>
    keepBrought(trx, { source: row.source, kind, importId: row.id }, brought);
  const own = (id: number, part: string) => ({ sourceId: `${number} ${part}`, targetId: id, made: true });
  await keep('incidents', [{ sourceId: planned.sourceId, targetId: number, made: true }]);
  await keep('addresses', addresses);
  if (ticketId !== null) await keep('tickets', [own(ticketId, 'ticket')]);
  if (messageId !== null) await keep('messages', [own(messageId, 'message')]);
  await keep(
    'timeline-entries',
    entries.map((id, index) => own(id, `entry ${index}`)),
  );
  return {
    incidents: 1,
    addresses: addresses.length,
    tickets: ticketId === null ? 0 : 1,
    messages: messageId === null ? 0 : 1,
    'timeline-entries': entries.length,
  };
}

const faultRows = (line: number, faults: Fault[]): LeftOut[] =>
  // A row is left out once; its first fault stands for it.
  faults.slice(0, 1).map((fault) => ({ row: line, ...fault }));

export const mappingOf = (row: Pick<ImportRow, 'options'>): Mapping => row.options['mapping'] as Mapping;

/** Where this process stands in a table: it knows which rows came before. */
let reading: { id: number; table: Table; planner: Planner; place: number } | undefined;

async function readingOf(trx: Trx, row: ImportRow, catalogue: Catalogue) {
  if (reading?.id === row.id && reading.place === row.place) return reading;
  const table = await tableOf(trx, row);
  const planner = new Planner(mappingOf(row), catalogue, row.created_at);
  for (const one of table.rows.slice(0, row.place)) planner.plan(one);
  return { table, planner };
}

/** The next rows of a table, in one transaction: whatever ends the process, each is brought in once. */
export function runCsvBatch(db: Db, id: number, catalogue: Catalogue): Promise<{ isDone: boolean }> {
  return db.transaction().execute(async (trx) => {
    const row = await lockImport(trx, id);
    if (row.state !== 'running' && row.state !== 'waiting') return { isDone: true };
    const mapping = mappingOf(row);
    const { table, planner } = await readingOf(trx, row, catalogue);
    const plans = table.rows.slice(row.place, row.place + ROWS).map((one) => planner.plan(one));
    reading = { id, table, planner, place: row.place + plans.length };
    await reserveNumbers(
      trx,
      plans.map(({ planned }) => numberOf(planned)),
    );
    const known = new Known(trx, row.source);
    await known.read(
      'incidents',
      plans.flatMap(({ planned }) => planned?.sourceId ?? []),
    );
    const added: Record<string, number> = {};
    const leftOut: LeftOut[] = [];
    let before = 0;
    for (const { row: one, planned, faults } of plans) {
      if (!planned) leftOut.push(...faultRows(one.line, faults));
      else if (known.get('incidents', planned.sourceId) !== undefined) before += 1;
      else
        try {
          const sums = await within(trx, () => writePlanned({ trx, row, mapping }, planned));
          for (const [kind, n] of Object.entries(sums)) added[kind] = (added[kind] ?? 0) + n;
          known.set('incidents', planned.sourceId, 0);
        } catch (error) {
          const why = refusalWords(error);
          if (why === undefined) throw error;
          leftOut.push({ row: one.line, field: '', value: planned.title, why });
        }
    }
    const place = row.place + plans.length;
    const isDone = place >= table.rows.length;
    await noteProgress(trx, row, { place, total: table.rows.length, added, known: before, leftOut, isDone });
    if (isDone) reading = undefined;
    return { isDone };
  });
}
