import type { Catalogue } from '../providers/catalogue.ts';
import { filterWords } from '../reports/page.ts';
import { PRESETS } from '../reports/period.ts';
import type { ReportQuery } from '../reports/query.ts';

/** Whom a report's filters name. */
export const personIn = ({ assignee }: ReportQuery): number[] =>
  typeof assignee === 'number' ? [assignee] : [];

/** What a scheduled report is asked, in words: its period, its filters, and what it is put beside. */
export const queryWords = (query: ReportQuery, catalogue: Catalogue, people: Map<number, string>): string =>
  [
    query.period
      ? PRESETS[query.period].words.toLowerCase()
      : query.from
        ? `${query.from} to ${query.to ?? 'then'}`
        : '',
    ...filterWords(query, {
      provider: (key) => catalogue.byKey.get(key)?.name ?? key,
      person: (id) => people.get(id) ?? `person ${id}`,
    }),
    query.compare ? 'beside the period before' : '',
  ]
    .filter(Boolean)
    .join(', ');
