import { listUsers, MOST_TO_CHOOSE, namesOfPeople } from '../accounts/store.ts';
import type { Db } from '../database/open.ts';
import { findDefaultAccount } from '../mail-out/accounts.ts';
import { notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { reportByKey } from '../reports/definitions.ts';
import { readQuery } from '../reports/query-text.ts';
import type { Viewer } from '../web/access.ts';
import { type FormProblem, problemView } from '../web/forms.ts';
import { personIn, queryWords } from './query-words.ts';
import { weekdays } from './schedule.ts';
import { listReportAddresses } from './store.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  key: hour,
  words: `${String(hour).padStart(2, '0')}:00`,
}));
const CADENCES = [
  { key: 'daily', words: 'every day' },
  { key: 'weekly', words: 'every week' },
  { key: 'monthly', words: 'on the first of each month' },
];
const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

/** The form of a new schedule, for a report and its question. */
export async function newView(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  { userId, timeZone }: Pick<Viewer, 'userId' | 'timeZone'>,
  { report, query }: { report: string; query: string },
  { typed = {}, problem }: { typed?: Record<string, unknown>; problem?: FormProblem } = {},
) {
  const definition = reportByKey(report);
  if (!definition) throw notFound('such report');
  const asked = readQuery(query);
  const [people, addresses, named] = await Promise.all([
    listUsers(db, { limit: MOST_TO_CHOOSE }),
    listReportAddresses(db),
    namesOfPeople(db, personIn(asked)),
  ]);
  const chosen =
    typed['people'] === undefined && typed['cadence'] === undefined
      ? [String(userId)]
      : texts(typed['people']);
  return {
    report,
    query,
    // `title` is the layout's.
    reportTitle: definition.title,
    filters: queryWords(asked, catalogue, named),
    cadences: CADENCES,
    weekdays: weekdays(),
    hours: HOURS,
    values: {
      cadence: String(typed['cadence'] ?? 'weekly'),
      weekday: String(typed['weekday'] ?? '1'),
      hour: String(typed['hour'] ?? '7'),
    },
    zone: timeZone,
    people: people
      .filter(({ disabled_at: off }) => off === null)
      .map(({ id, name, email }) => ({ id, name, email, on: chosen.includes(String(id)) })),
    addresses: addresses.map(({ id, address }) => ({
      id,
      address,
      on: texts(typed['addresses']).includes(String(id)),
    })),
    hasAccount: (await findDefaultAccount(db)) !== undefined,
    ...problemView(problem),
  };
}
