import { type Static, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { fromLocalInput } from '../web/format.ts';
import { kindsFor } from './page.ts';
import type { AuditFilter } from './store.ts';

const Day = Type.String({ maxLength: 10, description: 'a day such as 2026-03-10' });

/** What the log is asked for, on its page, in its files and over the API. */
export const AuditQuery = {
  person: Type.Optional(Type.String({ maxLength: 10, description: 'id of a person' })),
  kind: Type.Optional(Type.String({ maxLength: 60, description: 'a kind of entry, or an area of them' })),
  from: Type.Optional(Day),
  until: Type.Optional(Type.String({ maxLength: 10, description: 'the last day' })),
};
const Whole = Type.Object(AuditQuery);
export type AuditQuery = Static<typeof Whole>;

const DAY_MS = 86_400_000;

/** Midnight of a day in a zone, so many days later. */
function midnight(field: string, text: string | undefined, zone: string, days = 0): Date | undefined {
  if (!text) return undefined;
  const start = new Date(`${text}T00:00Z`);
  const day = Number.isNaN(start.getTime()) ? '' : new Date(start.getTime() + days * DAY_MS).toISOString();
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? fromLocalInput(day.slice(0, 16), zone) : undefined;
  if (!at) throw invalid(field, 'Write the day as 2026-03-10.');
  return at;
}

/** Throws `invalid` with the field that cannot be read. */
export function auditFilter(query: AuditQuery, zone: string): AuditFilter {
  const kinds = kindsFor(query.kind);
  if (query.kind && !kinds) throw invalid('kind', 'There is no such kind; choose one of the list.');
  if (query.person && !/^[1-9]\d{0,8}$/.test(query.person))
    throw invalid('person', 'Choose a person of the list.');
  return {
    userId: query.person ? Number(query.person) : undefined,
    kinds,
    from: midnight('from', query.from, zone),
    until: midnight('until', query.until, zone, 1),
  };
}
