/**
 * Does work on many things, some at once, and gives the results in their order; no more are held than are under way.
 * `room` says when the next may begin.
 */
export async function* inOrder<Thing, Result>(
  things: Iterable<Thing>,
  atOnce: number,
  work: (thing: Thing) => Promise<Result>,
  room: () => Promise<void> = async () => {},
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  for (const thing of things) {
    await room();
    underWay.push(work(thing));
    const first = underWay.length < atOnce ? undefined : underWay.shift();
    if (first) yield await first;
  }
  for (const left of underWay) yield await left;
}
