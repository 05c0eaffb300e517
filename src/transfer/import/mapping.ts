import type { IncidentState } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';
import { isTimeZone } from '../../web/format.ts';
import { DATE_FORMATS, type DateFormat } from './moment-of.ts';
import type { Table } from './table.ts';

export type Target =
  | 'sourceId'
  | 'title'
  | 'provider'
  | 'addresses'
  | 'opened'
  | 'state'
  | 'closed'
  | 'ticket'
  | 'notes'
  | 'message'
  | 'affected';

/** What a column can become, and by which names it is guessed. */
export const TARGETS: { key: Target; title: string; hint: string; names: string[] }[] = [
  {
    key: 'sourceId',
    title: 'Number in the tracker',
    hint: 'By it a row is known when the file comes again. Where it is free here, it stays the number.',
    names: ['id', 'number', 'no', 'nr', '#', 'case', 'case id', 'issue key', 'key', 'incident', 'ticket id'],
  },
  {
    key: 'title',
    title: 'Title',
    hint: 'Empty: made of provider and addresses.',
    names: ['title', 'subject', 'summary', 'name', 'betreff'],
  },
  {
    key: 'provider',
    title: 'Provider',
    hint: 'Its name, key or a domain of it.',
    names: [
      'provider',
      'isp',
      'blocked by',
      'blocker',
      'mailbox provider',
      'receiver',
      'list',
      'blacklist',
      'vendor',
      'queue',
    ],
  },
  {
    key: 'addresses',
    title: 'Addresses',
    hint: 'One or several, also ranges.',
    names: ['addresses', 'address', 'ip', 'ips', 'ip address', 'ip addresses', 'server ip', 'network'],
  },
  {
    key: 'opened',
    title: 'Opened',
    hint: '',
    names: ['opened', 'opened at', 'created', 'created at', 'date', 'reported', 'start', 'started', 'since'],
  },
  { key: 'state', title: 'State', hint: '', names: ['state', 'status', 'resolution'] },
  {
    key: 'closed',
    title: 'Closed',
    hint: '',
    names: ['closed', 'closed at', 'resolved', 'resolved at', 'end', 'ended', 'finished', 'delisted'],
  },
  {
    key: 'ticket',
    title: 'The provider’s ticket',
    hint: 'Its reference there.',
    names: ['ticket', 'reference', 'ref', 'provider ticket', 'case number', 'external id', 'support request'],
  },
  {
    key: 'notes',
    title: 'Notes',
    hint: 'Becomes a note.',
    names: ['notes', 'note', 'comment', 'comments', 'description', 'details'],
  },
  {
    key: 'message',
    title: 'Answer of the provider',
    hint: 'Becomes a message from them.',
    names: ['message', 'messages', 'reply', 'answer', 'response', 'correspondence'],
  },
  { key: 'affected', title: 'Affected', hint: '', names: ['affected', 'impact', 'customers', 'customer'] },
];

export type Mapping = {
  /** By target the position of its column; none: it is in no column. */
  columns: Partial<Record<Target, number>>;
  dateFormat: DateFormat;
  zone: string;
  /** By a value of the file, in small letters, what it means. */
  states: Record<string, IncidentState>;
  /** Key of the provider for rows that name none that is known. */
  defaultProvider: string;
  /** What the other tracker is called. */
  tracker: string;
};

const STATE_WORDS: [IncidentState, RegExp][] = [
  ['closed', /^(?:closed?|done|finished|archived|won'?t fix|rejected|geschlossen|erledigt)\b/],
  ['recovered', /^recovered\b/],
  ['mitigated', /^(?:mitigated|resolved|solved|fixed|delisted|unblocked|lifted|gelöst)\b/],
  ['awaiting-provider', /^(?:waiting|pending|awaiting|on hold|requested|submitted|wartet)\b/],
  ['action-needed', /^(?:action|denied|refused|re-?opened|escalated)\b/],
  ['open', /^(?:open(?:ed)?|new|in progress|active|started|assigned|todo|to do|offen|neu)\b/],
];

const guessState = (value: string): IncidentState =>
  STATE_WORDS.find(([, words]) => words.test(value))?.[0] ?? 'open';

/** More different states than these are none that a person would go through. */
const MOST_STATES = 40;

/** Values of a column, each once, in small letters. */
export function valuesOf(table: Table, position: number | undefined): string[] {
  if (position === undefined) return [];
  const values = new Set<string>();
  for (const { cells } of table.rows) {
    const value = (cells[position] ?? '').toLowerCase();
    if (value) values.add(value);
    if (values.size > MOST_STATES) return [...values].slice(0, MOST_STATES);
  }
  return [...values].sort();
}

const bare = (name: string) =>
  name
    .toLowerCase()
    .replace(/[_\-\s]+/g, ' ')
    .trim();

/** Which column is what, by the names that trackers give them; each column is one thing only. */
export function guessMapping(table: Table, zone: string, tracker: string): Mapping {
  const names = table.head.map(bare);
  const columns: Partial<Record<Target, number>> = {};
  const free = new Set(names.keys());
  for (const exact of [true, false])
    for (const { key, names: known } of TARGETS) {
      if (columns[key] !== undefined) continue;
      const found = [...free].find((index) =>
        known.some((name) => (exact ? names[index] === name : names[index]?.startsWith(`${name} `))),
      );
      if (found === undefined) continue;
      columns[key] = found;
      free.delete(found);
    }
  const states = valuesOf(table, columns.state);
  return {
    columns,
    dateFormat: guessDates(table, columns.opened),
    zone,
    states: Object.fromEntries(states.map((value) => [value, guessState(value)])),
    defaultProvider: '',
    tracker,
  };
}

/** The first format that all of the first dates have. */
function guessDates(table: Table, position: number | undefined): DateFormat {
  const values = table.rows.slice(0, 500).flatMap(({ cells }) => cells[position ?? -1] || []);
  const fits = (format: DateFormat) => values.every((value) => DATE_FORMATS[format].read(value, 'UTC'));
  return (Object.keys(DATE_FORMATS) as DateFormat[]).find(fits) ?? 'iso';
}

/** Throws `invalid` where a mapping makes no incident of any row. */
export function checkMapping(mapping: Mapping, table: Table): void {
  const positions = Object.values(mapping.columns);
  if (positions.some((position) => position >= table.head.length))
    throw invalid('columns', 'A column is not in this file.');
  if (new Set(positions).size < positions.length)
    throw invalid('columns', 'A column is chosen twice; each can become one thing.');
  if (mapping.columns.addresses === undefined)
    throw invalid('addresses', 'Say which column has the addresses: an incident is about one at least.');
  if (mapping.columns.opened === undefined)
    throw invalid('opened', 'Say which column tells when it was opened.');
  if (mapping.columns.provider === undefined && !mapping.defaultProvider)
    throw invalid('provider', 'Say which column names the provider, or choose one for all rows.');
  if (!isTimeZone(mapping.zone)) throw invalid('zone', 'This is no time zone; choose one of the list.');
}
