import type { SeenRejection } from '../../bounces/distinct.ts';

/** Of rejections alike, which are kept as one, those before and those after a moment. */

/** So many of them, at these times. */
function part(one: SeenRejection, times: number[], seen: number): SeenRejection {
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  // The first that was read may be one that does not say when.
  const isTimed = times.length > 0 && (one.at !== null || times.length === seen);
  return {
    ...one,
    at: isTimed ? new Date(first).toISOString() : one.at,
    times,
    seen,
  };
}

/** None: all were before. One that does not say when was pasted just now. */
export function partAfter(one: SeenRejection, moment: Date): SeenRejection[] {
  const times = one.times.filter((at) => at > Number(moment));
  if (times.length === one.times.length) return [one];
  if (times.length === 0 && one.at !== null) return [];
  return [part(one, times, one.seen - one.times.length + times.length)];
}

/** Both parts, the first first. */
export function partsAt(one: SeenRejection, moment: Date): SeenRejection[] {
  const after = partAfter(one, moment);
  const seen = one.seen - after.reduce((sum, { seen: n }) => sum + n, 0);
  const times = one.times.filter((at) => at <= Number(moment));
  return seen === 0 ? after : [part(one, times, seen), ...after];
}
