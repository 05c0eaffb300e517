import type { ImportRow } from '../../database/tables.ts';
import { STATES, stateWords } from '../../incidents/incidents.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { count, exact } from '../../web/format.ts';
import { KINDS } from '../kinds.ts';
import { type Mapping, TARGETS, valuesOf } from './mapping.ts';
import { DATE_FORMATS } from './moment-of.ts';
import { Planner } from './plan.ts';
import type { Table } from './table.ts';

const SHOWN_ROWS = 20;

const STATE_WORDS: Record<ImportRow['state'], string> = {
  mapping: 'waits for you to say what its columns are',
  waiting: 'waits for its turn',
  running: 'is being brought in',
  done: 'brought in',
  failed: 'could not be brought in to its end',
};

/** Of octets for an export, of rows for a table. */
function percent(row: ImportRow): number {
  const all = row.kind === 'export' ? row.byte_length : row.total;
  return all === 0 ? 0 : Math.min(100, Math.floor((row.place / all) * 100));
}

export function importView(row: ImportRow) {
  const added = row.added as Record<string, number>;
  const isBusy = row.state === 'waiting' || row.state === 'running';
  return {
    id: row.id,
    fileName: row.file_name || 'without a name',
    what: row.kind === 'export' ? 'an export of another desk' : 'a table of another tracker',
    state: row.state,
    stateWords: STATE_WORDS[row.state],
    isBusy,
    percent: isBusy ? percent(row) : null,
    added: KINDS.flatMap(({ name, about }) => (added[name] ? [{ name, about, n: added[name] }] : [])),
    addedAll: Object.values(added).reduce((sum, n) => sum + n, 0),
    known: row.known,
    leftOut: row.left_out,
    problem: row.problem,
    byName: row.by_name,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    hasNumbers: (added['incidents'] ?? 0) > 0,
  };
}

/** What the first rows become, each with what is wrong with it. */
function firstRows(table: Table, mapping: Mapping, catalogue: Catalogue, zone: string, now: Date) {
  const planner = new Planner(mapping, catalogue, now);
  return table.rows.slice(0, SHOWN_ROWS).map((row) => {
    const { planned, faults } = planner.plan(row);
    return {
      line: row.line,
      planned: planned && {
        title: planned.title,
        provider: planned.provider.name,
        addresses: planned.networks.map(({ text }) => text).join(', '),
        opened: exact(planned.openedAt, zone),
        state: planned.state,
        stateWords: stateWords(planned.state),
        ended: planned.endedAt ? exact(planned.endedAt, zone) : '',
        more: [planned.ticket && 'a ticket', planned.notes && 'a note', planned.message && 'a message']
          .filter(Boolean)
          .join(', '),
      },
      faults: faults.map((fault) => ({ ...fault, value: fault.value.slice(0, 80) })),
    };
  });
}

export function mappingView(
  table: Table,
  mapping: Mapping,
  given: { catalogue: Catalogue; zone: string; now: Date },
) {
  const sample = (position: number) =>
    table.rows.find(({ cells }) => cells[position])?.cells[position]?.slice(0, 40) ?? 'empty';
  return {
    rowCount: count(table.rows.length),
    columns: table.head.map((name, index) => ({ index, name: `${name.slice(0, 60)} (${sample(index)})` })),
    targets: TARGETS.map((target) => ({ ...target, chosen: String(mapping.columns[target.key] ?? '') })),
    dateFormats: Object.entries(DATE_FORMATS).map(([key, { words }]) => ({ key, words })),
    mapping: {
      dateFormat: mapping.dateFormat,
      zone: mapping.zone,
      defaultProvider: mapping.defaultProvider,
      tracker: mapping.tracker,
    },
    states: valuesOf(table, mapping.columns.state).map((value, index) => ({
      index,
      value: value.slice(0, 300),
      chosen: mapping.states[value] ?? 'open',
    })),
    stateChoices: STATES.map((key) => ({ key, words: stateWords(key) })),
    providers: given.catalogue.providers.map(({ key, name }) => ({ key, name })),
    rows: firstRows(table, mapping, given.catalogue, given.zone, given.now),
  };
}
