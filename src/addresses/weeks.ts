import { BAD_RATE, GOOD_RATE } from '../complaints/rates.ts';
import { count, day } from '../web/format.ts';
import type { WeekRow } from './weeks-store.ts';

const WEEK_MS = 7 * 86_400_000;
/** Thirteen months. */
export const WEEKS = 57;

/** The Monday, in UTC, of the week of a moment. */
function mondayOf(at: Date): Date {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  return new Date(midnight - ((at.getUTCDay() + 6) % 7) * 86_400_000);
}

export const firstWeek = (now: Date): Date => new Date(mondayOf(now).getTime() - (WEEKS - 1) * WEEK_MS);

/** What a week's square says. `none`: nothing is known, which is no good news. */
type Cell = { level: 'good' | 'warn' | 'bad' | 'none'; words: string };
type Row = { title: string; cellOf: (week: WeekRow) => Cell };

const none: Cell = { level: 'none', words: 'nothing known' };
const SNDS = { green: 'good', yellow: 'warn', red: 'bad' } as const;

const rateCell = ({ complaintRate, complaints }: WeekRow): Cell => {
  const reports = complaints > 0 ? `${count(complaints)} reported` : '';
  if (complaintRate === null) return complaints > 0 ? { level: 'warn', words: reports } : none;
  const level = complaintRate >= BAD_RATE ? 'bad' : complaintRate > GOOD_RATE ? 'warn' : 'good';
  return { level, words: [`up to ${complaintRate}%`, reports].filter(Boolean).join(', ') };
};

const ROWS: Row[] = [
  { title: 'SNDS', cellOf: ({ snds }) => (snds === null ? none : { level: SNDS[snds], words: snds }) },
  { title: 'Complaints', cellOf: rateCell },
  {
    title: 'Listings',
    cellOf: ({ listed }) =>
      listed === null
        ? none
        : listed.length === 0
          ? { level: 'good', words: 'on none' }
          : { level: 'bad', words: listed.join(', ') },
  },
  {
    title: 'Incidents',
    cellOf: ({ incidents }) =>
      incidents.length === 0 ? none : { level: 'bad', words: incidents.map((n) => `#${n}`).join(', ') },
  },
  {
    title: 'Deliveries',
    cellOf: ({ accepted, refused }) =>
      accepted + refused === 0
        ? none
        : {
            level: refused === 0 ? 'good' : accepted > refused ? 'warn' : 'bad',
            words: `${count(accepted)} accepted, ${count(refused)} refused`,
          },
  },
];

const STEP = 100 / WEEKS;
const round = (value: number) => Math.round(value * 100) / 100;

/** Thirteen months by week: a row of squares for each kind of news, and the same as a table of the weeks with news. */
export function weeksView(weeks: Map<number, WeekRow>, now: Date) {
  const first = firstWeek(now);
  const known = Array.from({ length: WEEKS }, (_, index) => weeks.get(first.getTime() + index * WEEK_MS));
  const label = (index: number) => day(new Date(first.getTime() + index * WEEK_MS), 'UTC');
  return {
    isEmpty: known.every((week) => week === undefined),
    rows: ROWS.map(({ title, cellOf }) => {
      const cells = known.map((week, index) => ({ index, cell: week ? cellOf(week) : none }));
      const told = cells.filter(({ cell }) => cell.level !== 'none');
      const bad = told.filter(({ cell }) => cell.level === 'bad').length;
      return {
        title,
        words:
          told.length === 0
            ? 'nothing known'
            : `${told.length} ${told.length === 1 ? 'week' : 'weeks'} known, ${bad} of them bad`,
        cells: told.map(({ index, cell }) => ({
          x: round(index * STEP),
          width: round(STEP * 0.82),
          level: cell.level,
          words: `${label(index)}: ${cell.words}`,
        })),
      };
    }),
    months: Array.from({ length: WEEKS }, (_, index) => index)
      .filter((index) => {
        const monday = new Date(first.getTime() + index * WEEK_MS);
        return monday.getUTCDate() <= 7 && index < WEEKS - 2;
      })
      .map((index, nth) => ({
        x: round(index * STEP),
        /** Where there is little room, every third is named. */
        minor: nth % 3 !== 0,
        label: new Date(first.getTime() + index * WEEK_MS).toLocaleDateString('en-GB', {
          month: 'short',
          timeZone: 'UTC',
        }),
      })),
    titles: ROWS.map(({ title }) => title),
    table: known
      .flatMap((week, index) =>
        week ? [{ label: label(index), cells: ROWS.map(({ cellOf }) => cellOf(week)) }] : [],
      )
      .toReversed(),
  };
}
