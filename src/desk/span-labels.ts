/** Labels over the spans of a strip. Positions are in per cent of its width, so that text never scales. */

export type Labelled = { from: number; name: string };
export type SpanLabel = { text: string; x: number; width: number; atEnd: boolean };

/** Room that a label needs to be worth reading: about a dozen letters on a wide screen and on a phone. */
export const ROOM = { wide: 9, phone: 30 };
/** So many letters fit surely into that. */
const LETTERS = 10;
const GAP = 0.6;

const round = (value: number) => Math.round(value * 100) / 100;

type Placed = { x: number; names: string[]; last: number };

const neededBy = ({ names }: Placed, room: number) =>
  Math.max(room, (names.join(', ').length * room) / LETTERS);

/** The last label cannot go on to its right: it begins further left, as far as the one before it lets it. */
function makeRoomAtEnd(labels: Placed[], room: number): void {
  const [before, last] = [labels.at(-2), labels.at(-1)];
  if (!last) return;
  const left = before ? before.x + neededBy(before, room) + GAP : 0;
  last.x = Math.min(last.x, round(Math.max(left, 100 - neededBy(last, room))));
}

/**
 * Each label stands over its span and has the room up to the next one, where it is cut off with an ellipsis. Spans
 * between whose beginnings there is no room share a label that names them all, so that no label runs into another.
 */
export function labelsOver(spans: Labelled[], room: number): SpanLabel[] {
  const labels: Placed[] = [];
  for (const { from, name } of spans.toSorted((a, b) => a.from - b.from)) {
    const x = Math.min(from, 100 - room);
    const before = labels.at(-1);
    if (before && x - before.x < room) {
      if (!before.names.includes(name)) before.names.push(name);
      before.last = from;
    } else labels.push({ x, names: [name], last: from });
  }
  makeRoomAtEnd(labels, room);
  return labels.map(({ x, names, last }, index) => ({
    text: names.join(', '),
    x,
    width: round((labels[index + 1]?.x ?? 100 + GAP) - x - GAP),
    // The span begins further right than its label: the label ends where the strip does.
    atEnd: index === labels.length - 1 && last > x && x + neededBy({ x, names, last }, room) > 99.9,
  }));
}
