/** Labels over the spans of a strip. Positions are in per cent of its width, so that text never scales. */

export type Labelled = { from: number; name: string };
export type SpanLabel = { text: string; x: number; width: number; atEnd: boolean };

/** Room that a label needs to be worth reading: about a dozen letters on a wide screen and on a phone. */
export const ROOM = { wide: 9, phone: 30 };
const GAP = 0.6;

/**
 * Each label stands over its span and has the room up to the next one, where it is cut off with an ellipsis. Spans
 * between whose beginnings there is no room share a label that names them all, so that no label runs into another.
 */
export function labelsOver(spans: Labelled[], room: number): SpanLabel[] {
  const labels: { x: number; names: string[]; last: number }[] = [];
  for (const { from, name } of spans.toSorted((a, b) => a.from - b.from)) {
    const x = Math.min(from, 100 - room);
    const before = labels.at(-1);
    if (before && x - before.x < room) {
      if (!before.names.includes(name)) before.names.push(name);
      before.last = from;
    } else labels.push({ x, names: [name], last: from });
  }
  return labels.map(({ x, names, last }, index) => ({
    text: names.join(', '),
    x,
    width: Math.round(((labels[index + 1]?.x ?? 100 + GAP) - x - GAP) * 100) / 100,
    // The span begins further right than its label could: the label ends where the strip does.
    atEnd: last > x && x >= 100 - room,
  }));
}
