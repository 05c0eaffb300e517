import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds for which the others wait for the first: what it had to find out, such as which lists work, is known then. */
const LEAD = 300;

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
  let led = false;
  for (const thing of things) {
    await room();
    const result = work(thing);
    underWay.push(result);
    if (!led) await Promise.race([result, pause(LEAD, undefined, { ref: false })]);
    led = true;
    const first = underWay.length < atOnce ? undefined : underWay.shift();
    if (first) yield await first;
  }
  for (const left of underWay) yield await left;
}
