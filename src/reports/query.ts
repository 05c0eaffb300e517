import { BadAddress, type Network, parseNetwork } from '../addresses/address.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { type Static, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { REASONS } from '../providers/schema.ts';
import { TAG_MAX, tagName } from '../tags/tag.ts';
import { isTimeZone } from '../web/format.ts';
import {
  EARLIEST,
  LATEST,
  type Period,
  PRESET_KEYS,
  type Preset,
  periodBefore,
  readPeriod,
} from './period.ts';

const Day = Type.Optional(Type.String({ format: 'date', description: 'a date such as 2026-03-10' }));

/** What a report is asked with; the same in the address of its page, in the API and in a subscription. */
export const ReportQuery = {
  period: Type.Optional(Type.Enum([...PRESET_KEYS])),
  from: Day,
  to: Day,
  compare: Type.Optional(Type.Enum(['before'])),
  provider: Type.Optional(Type.String({ maxLength: 60, pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' })),
  address: Type.Optional(Type.String({ maxLength: 80 })),
  reason: Type.Optional(Type.Enum([...REASONS])),
  severity: Type.Optional(Type.Enum([...SEVERITIES])),
  tag: Type.Optional(Type.String({ maxLength: 2 * TAG_MAX })),
  assignee: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
};
const Whole = Type.Object(ReportQuery);
export type ReportQuery = Static<typeof Whole>;
/** In the order of the form. */
export const QUERY_KEYS = Object.keys(ReportQuery) as (keyof ReportQuery)[];

/** Incidents that a report counts. */
export type Filters = {
  provider: string | undefined;
  network: Network | undefined;
  reason: string | undefined;
  severity: string | undefined;
  tag: string | undefined;
  /** 0: nobody's. */
  assignee: number | undefined;
};
/** What a report is worked out for. */
export type Scope = { period: Period; filters: Filters; zone: string; now: Date };

function networkOf(text: string | undefined): Network | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  try {
    return parseNetwork(text);
  } catch (error) {
    if (error instanceof BadAddress) throw invalid('address', error.message);
    throw error;
  }
}

/** Reads what was asked for. Throws `invalid` for days the wrong way round, a bad address or zone. */
export function readScope(
  query: ReportQuery,
  usual: Preset,
  zone: string,
  now: Date,
): { scope: Scope; before: Scope | null } {
  if (!isTimeZone(zone)) throw invalid('zone', 'There is no such time zone.');
  for (const [field, day] of [
    ['from', query.from],
    ['to', query.to],
  ] as const)
    if (day !== undefined && (day < EARLIEST || day > LATEST))
      throw invalid(field, `Choose a day from ${EARLIEST} to ${LATEST}.`);
  const period = readPeriod(query, usual, zone, now);
  if (!period) throw invalid('to', 'The period ends before it begins.');
  const filters = {
    provider: query.provider,
    network: networkOf(query.address),
    reason: query.reason,
    severity: query.severity,
    tag: query.tag === undefined ? undefined : tagName(query.tag, 'tag'),
    assignee: query.assignee,
  };
  const scope = { period, filters, zone, now };
  return {
    scope,
    before: query.compare === undefined ? null : { ...scope, period: periodBefore(period, zone) },
  };
}

/** The same as a query string, by which a page is shared. */
export function queryOf(query: ReportQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const key of QUERY_KEYS) {
    const value = query[key];
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters;
}
