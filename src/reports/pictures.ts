import { scaleLinear, scaleLog } from 'd3-scale';
import { durationOf } from '../outcomes/steps.ts';
import { count, roughly } from '../web/format.ts';
import { type Distribution, hasQuarters, within } from './distribution.ts';
import type { Row } from './found.ts';
import type { Report } from './run.ts';
import { valueWords } from './table.ts';

/** Pictures of reports, as positions: across in per cent, so that text never scales; down in pixels. */

const round = (value: number) => Math.round(value * 100) / 100;
const numberOf = (row: Row | null | undefined, key: string) => {
  const value = row?.values[key];
  return typeof value === 'number' ? value : 0;
};

/** Rows of a picture: more are no picture, and stand in the table. */
const MOST_BARS = 20;

/** A bar a row, and where it is compared a hollow one below it for the period before. */
export function barsPicture({ rows, definition, before }: Report, of: string) {
  const column = definition.columns.find(({ key }) => key === of);
  if (!column) return null;
  const shown = rows
    .filter((row) => numberOf(row, of) > 0 || numberOf(row.before, of) > 0)
    .slice(0, MOST_BARS);
  const largest = Math.max(1, ...shown.flatMap((row) => [numberOf(row, of), numberOf(row.before, of)]));
  // The rest of the width is the label's.
  const width = scaleLinear().domain([0, largest]).range([0, 78]);
  return {
    compared: before !== null,
    height: before === null ? 22 : 32,
    left: rows.length - shown.length,
    bars: shown.map((row) => {
      const words = valueWords(column, row.values[of]);
      return {
        name: row.name,
        href: row.href,
        width: round(Math.max(0.4, width(numberOf(row, of)))),
        beforeWidth: round(Math.max(0.4, width(numberOf(row.before, of)))),
        label: words,
        beforeLabel: row.before ? valueWords(column, row.before.values[of]) : 'none',
        words:
          before === null
            ? words
            : `${words}, before ${row.before ? valueWords(column, row.before.values[of]) : 'none'}`,
      };
    }),
  };
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TICKS: [ms: number, label: string, minor: boolean][] = [
  [HOUR / 60, '1 min', true],
  [HOUR / 6, '10 min', true],
  [HOUR, '1 h', false],
  [6 * HOUR, '6 h', true],
  [DAY, '1 d', false],
  [3 * DAY, '3 d', true],
  [7 * DAY, '1 week', false],
  [30 * DAY, '30 d', false],
  [90 * DAY, '90 d', true],
  [365 * DAY, '1 year', false],
];

/** Per cent that a label before the last line may take. */
const AT_EDGE = 20;

/** A scale of durations wide enough for all of them; a logarithm, since hours and months both matter. */
function durationScale(distributions: Distribution[]) {
  const steps = distributions.flatMap(({ curve }) => {
    const first = curve.findIndex((share) => share > 0);
    return first < 0 ? [] : [first + 1, curve.length];
  });
  const from = Math.min(HOUR, durationOf(Math.min(...steps, 60)));
  const to = Math.max(2 * DAY, durationOf(Math.max(...steps, 1) + 1));
  const scale = scaleLog().domain([from, to]).range([0, 100]).clamp(true);
  const ticks = TICKS.filter(([ms]) => ms >= from && ms <= to).map(([ms, label, minor]) => ({
    x: round(scale(ms)),
    label,
    minor,
    // At the edge a label stands before its line.
    ...(scale(ms) > 92 ? { anchor: 'end', dx: -3 } : { anchor: 'start', dx: 3 }),
  }));
  const last = ticks.at(-1);
  return {
    x: (ms: number) => round(scale(ms)),
    // And takes the room of a minor one there.
    ticks: ticks.filter(({ x, minor }) => !(minor && last?.anchor === 'end' && last.x - x < AT_EDGE)),
  };
}

type Scale = ReturnType<typeof durationScale>;
const TOP = 8;
const BOTTOM = 148;
const y = scaleLinear().domain([0, 1]).range([BOTTOM, TOP]);

/** A curve of steps as straight pieces. It ends where nothing longer is known. */
function stairs({ curve }: Distribution, { x }: Scale) {
  const pieces: { x1: number; x2: number; y1: number; y2: number }[] = [];
  let height = 0;
  let from = 0;
  const last = curve.length - 1;
  for (const [index, share] of curve.entries()) {
    if (share === height && index !== last) continue;
    const at = x(durationOf(index + 1));
    pieces.push({ x1: from, x2: at, y1: round(y(height)), y2: round(y(height)) });
    if (share !== height) pieces.push({ x1: at, x2: at, y1: round(y(height)), y2: round(y(share)) });
    [height, from] = [share, at];
  }
  return pieces.filter((piece) => piece.y1 !== BOTTOM || piece.y2 !== BOTTOM);
}

/** Where the middle half of a distribution lies, and nine of ten; what is not reached runs out of the picture. */
function boxOf(distribution: Distribution, { x }: Scale) {
  const [quarter, half, most, nearlyAll] = [0.25, 0.5, 0.75, 0.9].map((share) => within(distribution, share));
  const at = (ms: number | null | undefined) => (ms === null || ms === undefined ? 100 : x(ms));
  const words = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? 'not yet' : roughly(ms);
  return {
    isFew: !hasQuarters(distribution.ended + distribution.waiting),
    from: at(quarter),
    hasQuarter: quarter !== null,
    boxWidth: round(at(most) - at(quarter)),
    isOpen: most === null,
    half: half === null ? null : at(half),
    lineTo: at(nearlyAll),
    isLineOpen: nearlyAll === null,
    words: `a quarter within ${words(quarter)}, half within ${words(half)}, three quarters within ${words(most)}, nine of ten within ${words(nearlyAll)}`,
  };
}

/** How the share that has ended grows with time, and below on the same scale each row by itself. */
export function curvePicture(report: Report) {
  const { all, allBefore, rows, definition } = report;
  const { picture } = definition;
  if (picture.kind !== 'curve' || !all.distribution || all.n === 0) return null;
  const before = allBefore?.distribution && allBefore.n > 0 ? allBefore.distribution : null;
  const shown = rows
    .slice(0, MOST_BARS)
    .flatMap((row) => (row.distribution ? [{ ...row, distribution: row.distribution }] : []));
  const scale = durationScale([all.distribution, ...(before ? [before] : [])]);
  const half = within(all.distribution, 0.5);
  const nearlyAll = within(all.distribution, 0.9);
  return {
    words: picture.words,
    ticks: scale.ticks,
    shares: [0.25, 0.5, 0.75, 1].map((share) => ({ y: round(y(share)), label: `${share * 100}%` })),
    top: TOP,
    bottom: BOTTOM,
    pieces: stairs(all.distribution, scale),
    piecesBefore: before ? stairs(before, scale) : [],
    marks: [
      ...(half === null
        ? []
        : [{ x: scale.x(half), y: round(y(0.5)), label: `half within ${roughly(half)}` }]),
      ...(nearlyAll === null
        ? []
        : [{ x: scale.x(nearlyAll), y: round(y(0.9)), label: `nine of ten within ${roughly(nearlyAll)}` }]),
    ].map((mark) => ({
      ...mark,
      // Before a point the curve is lower, behind it higher: the label stands where it is not.
      ...(mark.x > 55 ? { anchor: 'end', dx: -8, dy: -7 } : { anchor: 'start', dx: 8, dy: 14 }),
    })),
    about: `Share of incidents ${picture.words} by time: ${half === null ? 'half of them not yet' : `half within ${roughly(half)}`}, ${nearlyAll === null ? 'nine of ten not yet' : `nine of ten within ${roughly(nearlyAll)}`}.`,
    rows: picture.rows,
    left: rows.length - shown.length,
    boxes: shown.map((row) => ({
      name: row.name,
      href: row.href,
      n: count(row.n),
      ...boxOf(row.distribution, scale),
    })),
  };
}

/** Several distributions on one scale, one below the other. */
export function boxesPicture(rows: { name: string; href: string; distribution: Distribution }[]) {
  const scale = durationScale(rows.map(({ distribution }) => distribution));
  return {
    ticks: scale.ticks,
    boxes: rows.map(({ name, href, distribution }) => ({
      name,
      href,
      n: count(distribution.ended + distribution.waiting),
      ...boxOf(distribution, scale),
    })),
  };
}

const COLUMN_TOP = 16;
const COLUMN_BOTTOM = 96;
const RANGE_BOTTOM = 120;
/** Labels of more parts than these stand only under every second, third … one. */
const MOST_LABELS = 12;

/** Columns of counts, and below them from half to nine of ten of a duration, part by part. */
export function partsPicture({ rows, definition }: Report) {
  const { picture } = definition;
  if (picture.kind !== 'parts' || rows.every((row) => row.n === 0)) return null;
  const step = 100 / Math.max(1, rows.length);
  const every = Math.ceil(rows.length / MOST_LABELS);
  const most = Math.max(1, ...rows.map((row) => row.n));
  const tall = scaleLinear()
    .domain([0, most])
    .range([0, COLUMN_BOTTOM - COLUMN_TOP]);
  const longest = Math.max(
    DAY,
    ...rows.flatMap((row) => [numberOf(row, 'nearlyAll'), numberOf(row, 'half')]),
  );
  const down = scaleLinear().domain([0, longest]).range([RANGE_BOTTOM, COLUMN_TOP]);
  return {
    counts: picture.counts,
    spread: picture.spread,
    columnBottom: COLUMN_BOTTOM,
    rangeBottom: RANGE_BOTTOM,
    columnHeight: COLUMN_BOTTOM + 20,
    rangeHeight: RANGE_BOTTOM + 20,
    longest: roughly(longest),
    longestY: COLUMN_TOP,
    isDense: rows.length > 5,
    parts: rows.map((row, index) => {
      const height = row.n === 0 ? 0 : Math.max(1.5, round(tall(row.n)));
      const half = typeof row.values['half'] === 'number' ? row.values['half'] : null;
      const nearlyAll = typeof row.values['nearlyAll'] === 'number' ? row.values['nearlyAll'] : null;
      return {
        x: round(index * step + step * 0.14),
        width: round(step * 0.72),
        middle: round((index + 0.5) * step),
        height,
        y: round(COLUMN_BOTTOM - height),
        labelY: round(COLUMN_BOTTOM - height - 4),
        label: count(row.n),
        name: row.key,
        isNamed: index % every === 0,
        minor: (index / every) % 2 === 1 || every > 1,
        isPart: row.isPart === true,
        isFew: row.n > 0 && !hasQuarters(row.n),
        half: half === null ? null : round(down(half)),
        halfY: half === null ? 0 : Math.min(round(down(half)) + 4, RANGE_BOTTOM - 5),
        halfWords: half === null ? '' : roughly(half),
        isOpen: nearlyAll === null && half !== null,
        to: nearlyAll === null ? COLUMN_TOP : round(down(nearlyAll)),
        words: `${row.key}: ${count(row.n)} ${definition.unit.many}${half === null ? '' : `, half within ${roughly(half)}`}${nearlyAll === null ? '' : `, nine of ten within ${roughly(nearlyAll)}`}`,
      };
    }),
  };
}
