import { setImmediate } from 'node:timers/promises';
import { BadAddress, type Network, parseNetworks } from '../../addresses/address.ts';
import type { IncidentState } from '../../database/tables.ts';
import { incidentTitle } from '../../incidents/incidents.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { providerMeant } from '../../providers/choice.ts';
import { type Mapping, TARGETS, type Target } from './mapping.ts';
import { DATE_FORMATS } from './moment-of.ts';
import type { Table, TableRow } from './table.ts';

/** What a row becomes. */
export type Planned = {
  /** By which the row is known when it comes again. */
  sourceId: string;
  title: string;
  provider: { key: string; name: string };
  networks: Network[];
  openedAt: Date;
  state: IncidentState;
  endedAt: Date | null;
  ticket: string;
  notes: string;
  message: string;
  affected: string;
};
export type Fault = { field: string; value: string; why: string };
type RowPlan = { row: TableRow; planned: Planned | null; faults: Fault[] };

const LONGEST: Partial<Record<Target, number>> = {
  sourceId: 100,
  title: 300,
  ticket: 120,
  notes: 20_000,
  affected: 10_000,
};
const MOST_ADDRESSES = 200;
const isOver = (state: IncidentState) => state === 'mitigated' || state === 'recovered' || state === 'closed';
const titleOf = (key: Target) => TARGETS.find((target) => target.key === key)?.title ?? key;

/** Reads rows by a mapping. Pure: what is known of providers and the present come in as arguments. */
export class Planner {
  readonly #mapping: Mapping;
  readonly #catalogue: Catalogue;
  readonly #now: Date;
  readonly #rows = new Map<string, number>();

  constructor(mapping: Mapping, catalogue: Catalogue, now: Date) {
    this.#mapping = mapping;
    this.#catalogue = catalogue;
    this.#now = now;
  }

  #cell(row: TableRow, target: Target): string {
    const position = this.#mapping.columns[target];
    return position === undefined ? '' : (row.cells[position] ?? '');
  }

  #moment(row: TableRow, target: 'opened' | 'closed', faults: Fault[]): Date | null {
    const text = this.#cell(row, target);
    if (!text) return null;
    const at = DATE_FORMATS[this.#mapping.dateFormat].read(text, this.#mapping.zone);
    if (!at) {
      faults.push({ field: titleOf(target), value: text, why: 'It is no date in the chosen format.' });
      return null;
    }
    if (at <= this.#now && at.getUTCFullYear() >= 1990) return at;
    const why = at > this.#now ? 'It is in the future.' : 'It is before there was such a thing.';
    faults.push({ field: titleOf(target), value: text, why });
    return null;
  }

  #provider(row: TableRow, faults: Fault[]) {
    const text = this.#cell(row, 'provider');
    const found =
      providerMeant(text, this.#catalogue) ?? this.#catalogue.byKey.get(this.#mapping.defaultProvider);
    if (!found)
      faults.push({
        field: titleOf('provider'),
        value: text,
        why: text ? 'It is no provider of the catalogue.' : 'It is missing.',
      });
    return found;
  }

  #networks(row: TableRow, faults: Fault[]): Network[] {
    const text = this.#cell(row, 'addresses');
    const fault = (why: string) => faults.push({ field: titleOf('addresses'), value: text, why });
    try {
      const networks = parseNetworks(text);
      if (networks.length === 0) fault('It is missing.');
      if (networks.length <= MOST_ADDRESSES) return networks;
      fault(`More than ${MOST_ADDRESSES} addresses.`);
    } catch (error) {
      if (!(error instanceof BadAddress)) throw error;
      fault(error.message);
    }
    return [];
  }

  #state(row: TableRow, closedAt: Date | null): IncidentState {
    const told = this.#mapping.states[this.#cell(row, 'state').toLowerCase()];
    return told ?? (closedAt ? 'closed' : 'open');
  }

  #tooLong(row: TableRow, faults: Fault[]): void {
    for (const [target, most] of Object.entries(LONGEST) as [Target, number][]) {
      const text = this.#cell(row, target);
      if (text.length > most)
        faults.push({ field: titleOf(target), value: text, why: `It is longer than ${most} characters.` });
      if (text.includes('\0'))
        faults.push({ field: titleOf(target), value: text, why: 'It contains a NUL character.' });
    }
  }

  /** A row without a number of its own is known by what stands in it, and by how often that came before. */
  #sourceId(row: TableRow): string {
    const told = this.#cell(row, 'sourceId');
    const id = told || `row ${row.cells.join('\u001f')}`;
    const times = (this.#rows.get(id) ?? 0) + 1;
    this.#rows.set(id, times);
    return told || times === 1 ? id : `${id} (${times})`;
  }

  plan(row: TableRow): RowPlan {
    const faults: Fault[] = [];
    const provider = this.#provider(row, faults);
    const networks = this.#networks(row, faults);
    const openedAt = this.#moment(row, 'opened', faults);
    if (!openedAt && !this.#cell(row, 'opened'))
      faults.push({ field: titleOf('opened'), value: '', why: 'It is missing.' });
    const closedAt = this.#moment(row, 'closed', faults);
    if (openedAt && closedAt && closedAt < openedAt)
      faults.push({
        field: titleOf('closed'),
        value: this.#cell(row, 'closed'),
        why: 'It is before it was opened.',
      });
    this.#tooLong(row, faults);
    const sourceId = this.#sourceId(row);
    if (!provider || !openedAt || faults.length > 0) return { row, planned: null, faults };
    const state = this.#state(row, closedAt);
    const planned: Planned = {
      sourceId,
      title:
        this.#cell(row, 'title') ||
        incidentTitle(
          provider.name,
          networks.map(({ text }) => text),
        ).slice(0, 300),
      provider: { key: provider.key, name: provider.name },
      networks,
      openedAt,
      state,
      endedAt: isOver(state) ? (closedAt ?? openedAt) : null,
      ticket: this.#cell(row, 'ticket'),
      notes: this.#cell(row, 'notes'),
      message: this.#cell(row, 'message'),
      affected: this.#cell(row, 'affected'),
    };
    return { row, planned, faults };
  }
}

/** Sums of a whole file, with the first faults of each reason. */
export async function planSums(table: Table, planner: Planner, isKnown: (sourceId: string) => boolean) {
  const sums = {
    rows: table.rows.length,
    incidents: 0,
    known: 0,
    leftOut: 0,
    notes: 0,
    tickets: 0,
    messages: 0,
  };
  const addresses = new Set<string>();
  const faults: (Fault & { line: number })[] = [];
  for (const [index, row] of table.rows.entries()) {
    // Others are served while a long file is read.
    if (index % 500 === 499) await setImmediate();
    const { planned, faults: found } = planner.plan(row);
    if (!planned) {
      sums.leftOut += 1;
      if (faults.length < 200) faults.push(...found.map((fault) => ({ ...fault, line: row.line })));
      continue;
    }
    if (isKnown(planned.sourceId)) {
      sums.known += 1;
      continue;
    }
    sums.incidents += 1;
    sums.notes += planned.notes ? 1 : 0;
    sums.tickets += planned.ticket ? 1 : 0;
    sums.messages += planned.message ? 1 : 0;
    for (const { cidr } of planned.networks) addresses.add(cidr);
  }
  return { ...sums, addresses: addresses.size, faults: faults.slice(0, 200) };
}
