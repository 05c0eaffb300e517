import { scaleLinear } from 'd3-scale';
import { startOf } from '../reports/period.ts';
import { count, day, inShort, isoDay, MONTHS_SHORT } from '../web/format.ts';

/** A block from its first rejection until it was lifted; null: it lasts. */
export type Span = {
  number: number;
  provider: string;
  since: Date;
  until: Date | null;
  relapses: number;
  letters: Date[];
};
/** An address in block lists, from the first look that saw it until one that saw something else. */
export type Listed = { address: string; since: Date; until: Date | null; lists: string[] };

type Stretch = { from: number; to: number };

/** The time that any of some stretches covers, in milliseconds: what lies on another counts once. */
export function covered(stretches: Stretch[]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

const round = (value: number) => Math.round(value * 100) / 100;
/** Years drawn; of an address that is older, the newest. */
const MOST_YEARS = 20;
const LEAST_WIDTH = 0.3;

/** Year by year when an address was blocked, listed and written about: a row each, and the same as a table. */
export function yearsView(
  spans: Span[],
  listed: Listed[],
  { zone, now, nameOf }: { zone: string; now: Date; nameOf: (provider: string) => string },
) {
  const starts = [...spans, ...listed].map(({ since }) => since.getTime());
  if (starts.length === 0) return null;
  const yearOf = (at: Date) => Number(isoDay(at, zone).slice(0, 4));
  const newest = yearOf(now);
  const oldest = Math.max(yearOf(new Date(Math.min(...starts))), newest - MOST_YEARS + 1);
  const edge = (year: number, month = 1) =>
    startOf(`${year}-${String(month).padStart(2, '0')}-01`, zone).getTime();
  const ended = (until: Date | null) => (until ?? now).getTime();
  const years = Array.from({ length: newest - oldest + 1 }, (_, index) => newest - index).map((year) => {
    const [from, to] = [edge(year), edge(year + 1)];
    const x = scaleLinear().domain([from, to]).range([0, 100]).clamp(true);
    const inYear = <One extends { since: Date; until: Date | null }>(all: One[]) =>
      all
        .filter((one) => one.since.getTime() < to && ended(one.until) > from)
        .map((one) => ({
          one,
          from: Math.max(from, one.since.getTime()),
          to: Math.min(to, ended(one.until)),
        }));
    const bar = (stretch: Stretch) => ({
      x: round(x(stretch.from)),
      width: Math.max(LEAST_WIDTH, round(x(stretch.to) - x(stretch.from))),
    });
    const blocks = inYear(spans);
    const lists = inYear(listed);
    const letters = spans.flatMap((span) =>
      span.letters.map((at) => at.getTime()).filter((at) => at >= from && at < to),
    );
    const begun = spans.filter(({ since }) => since.getTime() >= from && since.getTime() < to);
    const blockedMs = covered(blocks);
    const listedMs = covered(lists);
    return {
      year: String(year),
      blocks: blocks.map((block) => ({
        ...bar(block),
        number: block.one.number,
        words: `#${block.one.number} ${nameOf(block.one.provider)}, ${day(block.one.since, zone)} to ${block.one.until ? day(block.one.until, zone) : 'now'}`,
      })),
      lists: lists.map((list) => ({
        ...bar(list),
        words: `${list.one.address} in ${list.one.lists.join(', ') || 'a list'}, ${day(list.one.since, zone)} to ${list.one.until ? day(list.one.until, zone) : 'now'}`,
      })),
      letters: letters.map((at) => round(x(at))),
      incidents: begun.length,
      relapses: begun.reduce((sum, { relapses }) => sum + relapses, 0),
      sent: letters.length,
      blocked: blockedMs === 0 ? '' : inShort(blockedMs),
      listed: listedMs === 0 ? '' : inShort(listedMs),
      words: `${year}: ${count(blocks.length)} ${blocks.length === 1 ? 'block' : 'blocks'}${blockedMs === 0 ? '' : `, blocked for ${inShort(blockedMs)}`}; ${count(letters.length)} ${letters.length === 1 ? 'letter' : 'letters'}.`,
    };
  });
  const x = scaleLinear()
    .domain([edge(newest), edge(newest + 1)])
    .range([0, 100]);
  return {
    years,
    months: MONTHS_SHORT.map((label, index) => ({
      x: round(x(edge(newest, index + 1))),
      label,
      minor: index % 3 !== 0,
    })),
    now: round(x(now.getTime())),
    hasListings: listed.length > 0,
  };
}
