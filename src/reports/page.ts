import { count } from '../web/format.ts';
import { linkTo } from '../web/links.ts';
import type { Definition, Names } from './definition.ts';
import { PRESET_KEYS, PRESETS } from './period.ts';
import { barsPicture, curvePicture, partsPicture } from './pictures.ts';
import { QUERY_KEYS, queryOf, type ReportQuery } from './query.ts';
import { FEW, type Report } from './run.ts';
import { tableView } from './table.ts';

/** What the page of a report shows, from plain data. */

const isOne = (n: number) => n === 1;
/** `4 incidents` */
export const counted = ({ unit }: Definition, n: number) => `${count(n)} ${isOne(n) ? unit.one : unit.many}`;

/** What has to be said of few numbers, or of none. */
export function careWords(report: Report): string {
  const { n } = report.all;
  return n > 0 && n < FEW ? `${counted(report.definition, n)}: read with care.` : '';
}

/** What asks for a stretch of time, and not for some of the incidents. */
const OF_TIME: ReadonlySet<string> = new Set(['period', 'from', 'to', 'compare']);
/** What was typed or asked, as the fields of the form show it. */
export const fieldsOf = (asked: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(QUERY_KEYS.map((key) => [key, asked[key] === undefined ? '' : String(asked[key])]));

export const pathOf = (key: string) => `/reports/${key}`;

/** How the filters read, for headings, mails and lists. */
export function filterWords(
  query: ReportQuery,
  nameOf: { provider: (key: string) => string; person: (id: number) => string },
): string[] {
  return [
    query.provider === undefined ? '' : nameOf.provider(query.provider),
    query.address ?? '',
    query.reason?.replaceAll('-', ' ') ?? '',
    query.severity === undefined ? '' : `severity ${query.severity}`,
    query.tag === undefined ? '' : `tagged ${query.tag}`,
    query.assignee === undefined
      ? ''
      : query.assignee === 0
        ? 'owned by nobody'
        : `owned by ${nameOf.person(query.assignee)}`,
  ].filter(Boolean);
}

/** Whether anything but the period was asked for. */
export const isFiltered = (query: ReportQuery) =>
  QUERY_KEYS.some((key) => !OF_TIME.has(key) && query[key] !== undefined);

export const periods = () => PRESET_KEYS.map((key) => ({ key, words: PRESETS[key].words }));

const NAME_TITLES: Record<Names, string> = {
  provider: 'Provider',
  address: 'Address',
  cause: 'Cause',
  person: 'Owner',
  part: 'When',
};

export function reportView(report: Report) {
  const { definition, query, scope, before } = report;
  const { picture } = definition;
  const parameters = queryOf(query);
  return {
    key: definition.key,
    title: definition.title,
    question: definition.question,
    counts: definition.counts,
    notes: definition.notes,
    periodWords: scope.period.words,
    period: scope.period.key,
    beforeWords: before?.words ?? '',
    total: counted(definition, report.all.n),
    totalBefore: report.allBefore ? counted(definition, report.allBefore.n) : '',
    care: careWords(report),
    isEmpty: report.all.n === 0 && report.rows.every(({ n }) => n === 0),
    bars: picture.kind === 'bars' ? barsPicture(report, picture.of) : null,
    barsWords: picture.kind === 'bars' ? picture.words : '',
    curve: curvePicture(report),
    parts: partsPicture(report),
    table: tableView(report),
    nameTitle: NAME_TITLES[definition.names],
    more: report.more,
    moreNames: definition.names === 'address' ? 'addresses' : 'rows',
    csv: linkTo(`${pathOf(definition.key)}.csv`, parameters),
    self: linkTo(pathOf(definition.key), parameters),
    subscribe: `/reports/subscriptions/new?report=${definition.key}${parameters.size ? `&${parameters}` : ''}`,
  };
}
