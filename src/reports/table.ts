import { csvLine } from '../web/csv.ts';
import { count, inShort, roughly } from '../web/format.ts';
import type { Column, Kind } from './definition.ts';
import { hasQuarters } from './distribution.ts';
import type { Value } from './found.ts';
import type { Report, Values } from './run.ts';

const round = (value: number, places: number) => Number(value.toFixed(places));

const DAY_MS = 86_400_000;
/** Sums grow long: hours are then beside the point. */
const long = (ms: number) => (ms < 100 * DAY_MS ? inShort(ms) : `${count(Math.floor(ms / DAY_MS))} d`);

const WORDS: Record<Kind, (value: number) => string> = {
  count,
  duration: long,
  roughly,
  percent: (value) => `${Math.round(value)}%`,
  rate: (value) => String(round(value, 1)),
};

/** A value as people read it. */
export const valueWords = ({ kind, none }: Column, value: Value | undefined): string =>
  value === null || value === undefined
    ? (none ?? 'not known')
    : typeof value === 'number'
      ? WORDS[kind](value)
      : value;

/** A value as programs read it: durations in whole seconds, shares in per cent to a tenth. */
export function plainValue({ kind }: Column, value: Value | undefined): Value {
  if (value === null || value === undefined || typeof value === 'string') return value ?? null;
  if (kind === 'duration' || kind === 'roughly') return Math.round(value / 1000);
  return kind === 'count' ? value : round(value, kind === 'percent' ? 1 : 2);
}

const UNITS: Record<Kind, string> = {
  count: '',
  duration: '_s',
  roughly: '_s',
  percent: '_percent',
  rate: '',
};
/** `nearlyAll` of a duration as `nearly_all_s`. */
export const columnName = ({ key, kind }: Column) =>
  `${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}${UNITS[kind]}`;

/** The rows as CSV, with the period before in columns of its own where it is compared. */
export function csvLines(report: Report): string[] {
  const { columns, names } = report.definition;
  const heads = columns.map(columnName);
  const both = report.before !== null;
  const values = (of: Values | undefined) =>
    columns.map((column) => plainValue(column, of?.[column.key] ?? null));
  return [
    csvLine([names, 'name', ...heads, ...(both ? heads.map((head) => `before_${head}`) : [])]),
    ...report.rows.map((row) =>
      csvLine([row.key, row.name, ...values(row.values), ...(both ? values(row.before?.values) : [])]),
    ),
  ];
}

/** The rows as a table of words, the sum of all last. */
export function tableView(report: Report) {
  const { columns } = report.definition;
  const cells = (n: number, values: Values, before: Values | null) =>
    columns.map((column) => ({
      title: column.title,
      words: n === 0 && values[column.key] === null ? 'none' : valueWords(column, values[column.key]),
      isKnown: (values[column.key] ?? null) !== null,
      before: before === null ? '' : valueWords(column, before[column.key]),
    }));
  return {
    heads: columns.map(({ title }) => title),
    rows: report.rows.map((row) => ({
      name: row.name,
      href: row.href,
      isFew: row.n > 0 && !hasQuarters(row.n),
      isPart: row.isPart === true,
      cells: cells(row.n, row.values, report.before === null ? null : (row.before?.values ?? {})),
    })),
    all: cells(report.all.n, report.all.values, report.allBefore?.values ?? null),
  };
}
