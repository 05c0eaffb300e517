/** Labels over the spans of a strip. Positions are in per cent of its width, so that text never scales. */

export type Labelled = { from: number; name: string };
export type SpanLabel = { text: string; x: number; width: number; atEnd: boolean };

/** What a label needs to be worth reading, what each of its letters surely fits into and needs at least, and what parts two labels. */
export type Room = { least: number; letter: number; tight: number; gap: number };
export const ROOM = {
  wide: { least: 9, letter: 1.6, tight: 1.1, gap: 1.2 },
  /** A tablet, or a narrow window: two names beside each other find no room where three do on a wide one. */
  middle: { least: 12, letter: 1.9, tight: 1.8, gap: 1.6 },
  phone: { least: 30, letter: 2.5, tight: 2.4, gap: 2.5 },
};

const round = (value: number) => Math.round(value * 100) / 100;

type Placed = { x: number; names: string[]; first: number };

const textOf = ({ names }: Placed) => names.join(', ');
const neededBy = (label: Placed, { least, letter }: Room) => Math.max(least, textOf(label).length * letter);

/** Spans between whose beginnings there is no room share a label that names them all. */
function shared(spans: Labelled[], { least }: Room): Placed[] {
  const labels: Placed[] = [];
  for (const { from, name } of spans.toSorted((a, b) => a.from - b.from)) {
    const x = Math.min(from, 100 - least);
    const before = labels.at(-1);
    if (!before || x - before.x >= least) labels.push({ x, names: [name], first: from });
    else if (!before.names.includes(name)) before.names.push(name);
  }
  return labels;
}

/** How far left each label can begin: it still reaches its span, and those before it are read in full. */
function leftmost(labels: Placed[], room: Room): number[] {
  const lowest: number[] = [];
  for (const [index, label] of labels.entries()) {
    const before = labels[index - 1];
    const free = before ? (lowest[index - 1] ?? 0) + neededBy(before, room) + room.gap : 0;
    lowest.push(Math.min(label.x, Math.max(0, free, label.first - neededBy(label, room))));
  }
  return lowest;
}

function placedIn(labels: Placed[], room: Room): SpanLabel[] {
  const lowest = leftmost(labels, room);
  const placed: SpanLabel[] = [];
  let end = 100;
  for (const [index, label] of [...labels.entries()].reverse()) {
    const wanted = Math.max(lowest[index] ?? 0, end - neededBy(label, room));
    const x = round(Math.min(label.x, wanted));
    placed.unshift({ text: textOf(label), x, width: round(end - x), atEnd: x < label.first });
    end = x - room.gap;
  }
  return placed;
}

/** One label with the names of both, over the first of their spans. */
const joined = (one: Placed, other: Placed): Placed => ({
  ...one,
  names: [...new Set([...one.names, ...other.names])],
});

/**
 * Each label stands over its span and has the room up to the next one. One that is too long for it begins further left,
 * and so do those before it, as far as they can; where that is not enough, it shares a label with the one before it.
 * Only what is alone and longer than the strip is cut off, with an ellipsis.
 */
export function labelsOver(spans: Labelled[], room: Room): SpanLabel[] {
  const labels = shared(spans, room);
  for (;;) {
    const placed = placedIn(labels, room);
    const cut = placed.findLastIndex(
      ({ text, width }, index) => index > 0 && width < text.length * room.tight,
    );
    const [before, label] = [labels[cut - 1], labels[cut]];
    if (!before || !label) return placed;
    labels.splice(cut - 1, 2, joined(before, label));
  }
}
