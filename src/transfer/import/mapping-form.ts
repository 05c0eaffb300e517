import type { IncidentState } from '../../database/tables.ts';
import { STATES } from '../../incidents/incidents.ts';
import { invalid } from '../../problem.ts';
import { isTimeZone } from '../../web/format.ts';
import { type Mapping, TARGETS, type Target, valuesOf } from './mapping.ts';
import { DATE_FORMATS, type DateFormat } from './moment-of.ts';
import type { Table } from './table.ts';

const textIn = (body: unknown, name: string): string => {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim().slice(0, 300) : '';
};

const isState = (text: string): text is IncidentState => (STATES as readonly string[]).includes(text);

function zoneIn(body: unknown, guessed: string): string {
  const zone = textIn(body, 'zone') || guessed;
  if (!isTimeZone(zone))
    throw invalid(
      'zone',
      `There is no time zone “${zone.slice(0, 80)}”; choose one of the list, such as Europe/Berlin.`,
    );
  return zone;
}

/** The mapping that a form tells; what it leaves open stays as it was guessed. Throws `invalid` on `zone`. */
export function readMapping(body: unknown, table: Table, guessed: Mapping): Mapping {
  const columns: Partial<Record<Target, number>> = {};
  for (const { key } of TARGETS) {
    const text = textIn(body, `column-${key}`);
    if (/^\d{1,3}$/.test(text) && Number(text) < table.head.length) columns[key] = Number(text);
  }
  const format = textIn(body, 'dateFormat');
  const states: Record<string, IncidentState> = {};
  for (const [index, value] of valuesOf(table, columns.state).entries()) {
    const told = textIn(body, `state-${index}`);
    // Another column has other values.
    const isSame = textIn(body, `value-${index}`) === value.slice(0, 300);
    states[value] = isSame && isState(told) ? told : (guessed.states[value] ?? 'open');
  }
  return {
    columns,
    dateFormat: format in DATE_FORMATS ? (format as DateFormat) : guessed.dateFormat,
    zone: zoneIn(body, guessed.zone),
    states,
    defaultProvider: textIn(body, 'defaultProvider'),
    tracker: textIn(body, 'tracker').slice(0, 80) || guessed.tracker,
  };
}

/** By the name of its tracker a row is known; another file of the same tracker adds what is new. */
export const sourceOfTracker = (tracker: string): string => `tracker ${tracker.toLowerCase()}`;
