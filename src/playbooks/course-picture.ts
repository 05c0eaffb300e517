import { hours } from '../providers/hours.ts';
import type { Step, UsualCourse } from './course.ts';
import { afterWords, stopWords, TO, WHO } from './words.ts';

/**
 * The usual course as a line with stations, and below it where to turn to when they say no, and where to stop.
 * Positions across are in per cent, so that text never scales; down in pixels.
 */

const LINE_Y = 40;
const TEXT_Y = 66;
const LEADING = 14;
const BRANCH_DOWN = 26;

/** What fits into a station's share of the narrowest sheet that shows the picture, in letters. */
const lettersFor = (stations: number) => Math.max(11, Math.floor(64 / stations));

/** Words in lines of at most so many letters; a longer word stands alone. */
export function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const round = (value: number) => Math.round(value * 100) / 100;
const middle = (index: number, of: number) => round(((index + 0.5) * 100) / of);
const linesAt = (lines: string[], y: number) =>
  lines.map((text, index) => ({ text, y: y + index * LEADING }));

/** Hours above the way to a station. */
const gapWords = ({ within }: Step) =>
  within === undefined ? '' : within === 0 ? 'at once' : `≤ ${hours(within)}`;

function stationsOf(steps: Step[]) {
  const letters = lettersFor(steps.length);
  const texts = steps.map(({ title }) => wrap(title, letters));
  const deepest = Math.max(...texts.map((lines) => lines.length));
  const whoY = TEXT_Y + deepest * LEADING + 2;
  const stations = steps.map((step, index) => ({
    x: middle(index, steps.length),
    y: LINE_Y,
    who: step.who,
    whoWords: WHO[step.who],
    whoY,
    loop: step.rounds === undefined ? '' : `up to ${step.rounds}×`,
    lines: linesAt(texts[index] ?? [], TEXT_Y),
  }));
  const gaps = steps.slice(1).map((step, index) => ({
    x: round(((index + 1) * 100) / steps.length),
    words: gapWords(step),
  }));
  return { stations, gaps: gaps.filter(({ words }) => words), bottom: whoY };
}

const ASKING = new Set<Step['kind']>(['review', 'first-answer', 'request']);

function branchOf({ steps, escalation, stop }: UsualCourse, top: number) {
  const nodes = [
    ...escalation.map((one) => ({ stop: false, title: TO[one.to], label: afterWords(one) })),
    ...(stop
      ? [
          {
            stop: true,
            title: stop.rounds === 0 ? 'No letters' : 'Stop',
            label: stop.rounds === 0 ? '' : stopWords(stop),
          },
        ]
      : []),
  ];
  if (nodes.length === 0) return null;
  const letters = lettersFor(nodes.length);
  const y = top + BRANCH_DOWN;
  const drawn = nodes.map((node, index) => {
    const title = linesAt(wrap(node.title, letters), y + 24);
    const label = linesAt(node.label ? wrap(node.label, letters) : [], y + 24 + title.length * LEADING);
    return { x: middle(index, nodes.length), y, stop: node.stop, title, label };
  });
  const from = middle(
    Math.max(
      0,
      steps.findLastIndex(({ kind }) => ASKING.has(kind)),
    ),
    Math.max(1, steps.length),
  );
  const ends = [from, ...drawn.map(({ x }) => x)];
  return {
    nodes: drawn,
    y,
    from,
    top: top + 8,
    left: Math.min(...ends),
    right: Math.max(...ends),
    bottom: Math.max(...drawn.flatMap(({ title, label }) => [...title, ...label].map((line) => line.y))),
  };
}

export function coursePicture(course: UsualCourse) {
  if (course.steps.length === 0) return null;
  const { stations, gaps, bottom } = stationsOf(course.steps);
  const branch = branchOf(course, bottom);
  return {
    height: (branch?.bottom ?? bottom) + 8,
    lineY: LINE_Y,
    first: stations[0]?.x ?? 0,
    last: stations.at(-1)?.x ?? 0,
    stations,
    gaps,
    branch,
  };
}
