import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import { count, roughly } from '../web/format.ts';
import { type Distribution, distributionOf, within } from './distribution.ts';
import { boxesPicture } from './pictures.ts';
import { type ReportQuery, readScope } from './query.ts';
import { FEW } from './run.ts';
import { type Measure, stepCounts } from './times-store.ts';

const MEASURES: { measure: Measure; title: string; report: string; done: string }[] = [
  { measure: 'request', title: 'To our first request', report: 'first-request', done: 'asked' },
  { measure: 'answer', title: 'To their first answer', report: 'first-answer', done: 'answered' },
  { measure: 'mitigation', title: 'To mitigation', report: 'mitigation', done: 'lifted' },
];

const words = (distribution: Distribution, done: string) => {
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
      return { ...one, distribution: distributionOf(counts.get('') ?? []) };
    }),
  );
  const n = Math.max(...found.map(({ distribution }) => distribution.ended + distribution.waiting));
  if (n === 0) return null;
  const query = new URLSearchParams({ period: '10-years', ...about } as Record<string, string>);
  const rows = found.map((one) => ({
    ...one,
    name: one.title,
    href: `/reports/${one.report}?${query}`,
    words: words(one.distribution, one.done),
  }));
  return {
    n,
    care: n < FEW ? `${count(n)} ${n === 1 ? 'incident' : 'incidents'}: read with care.` : '',
    picture: boxesPicture(rows),
    rows: rows.map(({ name, href, words, distribution }) => ({
      name,
      href,
      words,
      isNone: distribution.ended + distribution.waiting === 0,
    })),
  };
}
