import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { durationOf } from '../outcomes/steps.ts';
import { count, roughly } from '../web/format.ts';
import { type Distribution, distributionOf, hasQuarters, type StepCount, within } from './distribution.ts';
import { boxesPicture } from './pictures.ts';
import { type ReportQuery, readScope } from './query.ts';
import { FEW } from './run.ts';
import { type Measure, stepCounts } from './times-store.ts';

const MEASURES: { measure: Measure; title: string; report: string; done: string }[] = [
  { measure: 'request', title: 'To our first request', report: 'first-request', done: 'asked' },
  { measure: 'answer', title: 'To their first answer', report: 'first-answer', done: 'answered' },
  { measure: 'mitigation', title: 'To mitigation', report: 'mitigation', done: 'lifted' },
];

/** Each value by itself: few of them have no quarters. */
export function eachOf(counts: StepCount[]): string {
  const values = (isWaiting: boolean) =>
    counts
      .filter(({ waiting }) => waiting === isWaiting)
      .toSorted((a, b) => a.step - b.step)
      .flatMap(({ step, n }) => Array<string>(n).fill(roughly(durationOf(step))));
  return [...values(false), ...values(true).map((value) => `not within ${value}`)].join(', ');
}

const sharesOf = (distribution: Distribution, done: string) => {
  const [half, nearlyAll] = [within(distribution, 0.5), within(distribution, 0.9)];
  const { ended, waiting } = distribution;
  return [
    half === null ? `half not ${done} yet` : `half within ${roughly(half)}`,
    nearlyAll === null ? 'nine of ten not yet' : `nine of ten within ${roughly(nearlyAll)}`,
    `${count(ended)} ${done}, ${count(waiting)} not`,
  ].join('; ');
};

/** How long things took with a provider or for an address in the last ten years; null: nothing was ever blocked. */
export async function measuredTimes(
  db: Db,
  about: Pick<ReportQuery, 'provider' | 'address'>,
  { zone, now }: { zone: string; now: Date },
) {
  const { scope } = readScope({ period: '10-years', ...about }, '10-years', zone, now);
  const found = await Promise.all(
    MEASURES.map(async (one) => {
      const counts = await stepCounts(db, scope, one.measure, sql<string>`''`);
      const own = counts.get('') ?? [];
      const distribution = distributionOf(own);
      return { ...one, own, distribution, n: distribution.ended + distribution.waiting };
    }),
  );
  const n = Math.max(...found.map((one) => one.n));
  if (n === 0) return null;
  const query = new URLSearchParams({ period: '10-years', ...about } as Record<string, string>);
  const rows = found.map((one) => ({
    ...one,
    name: one.title,
    href: `/reports/${one.report}?${query}`,
    words: hasQuarters(one.n) ? sharesOf(one.distribution, one.done) : eachOf(one.own),
  }));
  const drawn = rows.filter((row) => hasQuarters(row.n));
  return {
    n,
    care: drawn.length > 0 && n < FEW ? `${count(n)} incidents: read with care.` : '',
    picture: drawn.length > 0 ? boxesPicture(drawn) : null,
    rows: rows.map(({ name, href, words, n }) => ({ name, href, words, isNone: n === 0 })),
  };
}
