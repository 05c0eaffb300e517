import { matching } from './matching.ts';

/**
 * Brings a person's edits and a fresh draft together, paragraph by paragraph: what the person did not
 * touch follows the facts, what they wrote stays. Where both changed, the person's words stay and
 * `conflicts` says how often.
 */
export function mergeEdits(base: string, edited: string, fresh: string): { text: string; conflicts: number } {
  if (edited === base) return { text: fresh, conflicts: 0 };
  if (fresh === base) return { text: edited, conflicts: 0 };
  const [was, now, next] = [base, edited, fresh].map(paragraphs) as [string[], string[], string[]];
  const kept = matching(was, now);
  const renewed = matching(was, next);
  const out: string[] = [];
  let conflicts = 0;
  let [inNow, inNext] = [0, 0];
  for (let index = 0; index <= was.length; index++) {
    const stopNow = index < was.length ? kept[index] : now.length;
    const stopNext = index < was.length ? renewed[index] : next.length;
    if (stopNow === undefined && stopNext === undefined) continue;
    if (stopNow === undefined || stopNext === undefined) continue;
    const theirs = now.slice(inNow, stopNow);
    const ours = next.slice(inNext, stopNext);
    const before = was.slice(previousAnchor(kept, renewed, index) + 1, index);
    if (same(theirs, before)) out.push(...ours);
    else {
      out.push(...theirs);
      if (!same(ours, before) && !same(ours, theirs)) conflicts++;
    }
    if (index < was.length) out.push(was[index] ?? '');
    [inNow, inNext] = [stopNow + 1, stopNext + 1];
  }
  return { text: `${out.join('\n\n')}\n`, conflicts };
}

const paragraphs = (text: string) => text.trim().split(/\n{2,}/);
const same = (a: string[], b: string[]) => a.length === b.length && a.every((one, index) => one === b[index]);

function previousAnchor(
  kept: (number | undefined)[],
  renewed: (number | undefined)[],
  index: number,
): number {
  for (let i = index - 1; i >= 0; i--) if (kept[i] !== undefined && renewed[i] !== undefined) return i;
  return -1;
}
