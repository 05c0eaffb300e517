import { scaleLinear, scaleUtc } from 'd3-scale';
import { count, exact, isoDay, near } from '../web/format.ts';

/** Deliveries of one hour, in UTC. */
export type HourCount = { hour: Date; accepted: number; deferred: number; refused: number };
export type Span = { from: Date; to: Date };

const HOUR_MS = 3_600_000;
/** More bars than this are no picture; hours are then drawn together. */
const MOST_BARS = 72;
const MOST_DAYS = 6;
/** Pixels above and below the line. */
const HALF = 48;
/** Above the bars stand words; the marks of letters have a row of their own, where no bar is behind them. */
const WORDS_ROW = 14;
const MARKS_ROW = 14;

/** A label further right, in per cent, would run out of the picture. */
const LAST_LABEL = 84;

const STEPS = [1, 2, 3, 6, 12, 24, 48, 168];
/** Hours in one bar. */
const stepFor = (hours: number) =>
  STEPS.find((step) => hours / step <= MOST_BARS) ?? Math.ceil(hours / MOST_BARS);

type Bar = { at: Date; accepted: number; refused: number };

/** Hours added up in steps that begin at `from`. For the picture a deferral is a refusal; the table tells them apart. */
function barsOf(hours: HourCount[], { from }: Span, step: number): Bar[] {
  const bars = new Map<number, Bar>();
  for (const one of hours) {
    const index = Math.floor((one.hour.getTime() - from.getTime()) / (step * HOUR_MS));
    const bar = bars.get(index) ?? {
      at: new Date(from.getTime() + index * step * HOUR_MS),
      accepted: 0,
      refused: 0,
    };
    bar.accepted += one.accepted;
    bar.refused += one.refused + one.deferred;
    bars.set(index, bar);
  }
  return [...bars.values()];
}

/** The first hour of each day of the viewer's zone. */
function daysOf({ from, to }: Span, zone: string): Date[] {
  const starts: Date[] = [];
  let day = isoDay(from, zone);
  for (let at = from.getTime() + HOUR_MS; at < to.getTime(); at += HOUR_MS) {
    const next = isoDay(new Date(at), zone);
    if (next !== day) starts.push(new Date(at));
    day = next;
  }
  const every = Math.ceil(starts.length / MOST_DAYS) || 1;
  return starts.filter((_, index) => index % every === 0);
}

const round = (value: number) => Math.round(value * 100) / 100;
const dayLabel = (at: Date, zone: string) => exact(at, zone).split(' ').slice(0, 2).join(' ');
const hourWords = (step: number) => (step === 1 ? 'hour' : step % 24 === 0 ? `${step / 24} d` : `${step} h`);

/**
 * Accepted above a line, refused below it, with the letters and the moment that the block was lifted.
 * Positions across are in per cent, so that text never scales.
 */
export function deliveryChart(
  hours: HourCount[],
  span: Span,
  marks: { letters: Date[]; lifted: Date | null },
  zone: string,
) {
  const step = stepFor((span.to.getTime() - span.from.getTime()) / HOUR_MS);
  const bars = barsOf(hours, span, step);
  const x = scaleUtc().domain([span.from, span.to]).range([0, 100]);
  const at = (date: Date) => round(x(date));
  const largest = Math.max(1, ...bars.flatMap((bar) => [bar.accepted, bar.refused]));
  const height = scaleLinear().domain([0, largest]).range([0, HALF]);
  /** Something is never drawn as nothing. */
  const tall = (value: number) => (value === 0 ? 0 : Math.max(1.5, Math.round(height(value) * 10) / 10));
  const width = round((100 / ((span.to.getTime() - span.from.getTime()) / HOUR_MS)) * step * 0.74);
  const inside = (date: Date | null): date is Date => date !== null && date >= span.from && date <= span.to;
  const letters = marks.letters.flatMap((letter, index) =>
    inside(letter) ? [{ x: at(letter), label: `▲${index + 1}` }] : [],
  );
  const axis = WORDS_ROW + (letters.length > 0 ? MARKS_ROW : 0) + HALF;
  const accepted = bars.reduce((sum, bar) => sum + bar.accepted, 0);
  const refused = bars.reduce((sum, bar) => sum + bar.refused, 0);
  return {
    bars: bars.map((bar) => ({
      x: at(bar.at),
      width,
      accepted: tall(bar.accepted),
      y: round(axis - tall(bar.accepted)),
      refused: tall(bar.refused),
      words: `${near(bar.at, span.to, zone)}: ${count(bar.accepted)} accepted, ${count(bar.refused)} refused`,
    })),
    days: daysOf(span, zone).map((day) => ({
      x: at(day),
      label: x(day) > LAST_LABEL ? '' : dayLabel(day, zone),
    })),
    letters,
    /** Heights, from above: the line, what is below it, the end of the bars, the days, the end of the picture. */
    y: { axis: axis + 0.5, refused: axis + 1, end: axis + 54, days: axis + 69, height: axis + 72 },
    lifted: inside(marks.lifted) ? { x: at(marks.lifted), right: x(marks.lifted) > 80 } : null,
    largest,
    per: hourWords(step),
    isEmpty: bars.length === 0,
    accepted,
    refused,
    words: `${count(accepted)} accepted and ${count(refused)} refused from ${exact(span.from, zone)} to ${exact(span.to, zone)}.`,
  };
}

const DAY_MS = 24 * HOUR_MS;
/** The picture of an incident begins a day before its first rejection and shows at most this. */
const LONGEST_MS = 30 * DAY_MS;
const wholeHour = (at: number) => Math.floor(at / HOUR_MS) * HOUR_MS;

/** What an incident's picture shows: from a day before the first rejection until now, or a day after its end. */
export function incidentSpan(facts: { first: Date; ended: Date | null }, now: Date): Span {
  const to = wholeHour(Math.min(now.getTime(), (facts.ended?.getTime() ?? now.getTime()) + DAY_MS)) + HOUR_MS;
  const from = Math.max(wholeHour(facts.first.getTime() - DAY_MS), to - LONGEST_MS);
  return { from: new Date(Math.min(from, to - DAY_MS)), to: new Date(to) };
}

const WEEK_MS = 7 * DAY_MS;
/** The last seven days. */
export function weekSpan(now: Date): Span {
  const to = wholeHour(now.getTime()) + HOUR_MS;
  return { from: new Date(to - WEEK_MS), to: new Date(to) };
}
