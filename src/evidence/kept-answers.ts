/** What is kept of the answers to one look, in characters of JSON: more than any honest domain or list needs. */
export const MOST_KEPT = 256 * 1024;

/** Stands among the questions, and says how many answers are not there. */
export const LEFT_OUT = 'left out';

const words = (n: number) =>
  `${n === 1 ? 'One more answer' : `${n} more answers`} came. No more than ${MOST_KEPT / 1024} KiB are kept of one look.`;

/** The answers that fit, each whole; the others are counted, so that nobody takes the rest for all. */
export function keptAnswers(raw: Record<string, unknown>): Record<string, unknown> {
  const all = Object.entries(raw);
  let room = MOST_KEPT;
  const kept = all.filter(([question, answer]) => {
    const length = question.length + (JSON.stringify(answer)?.length ?? 0);
    if (length > room) return false;
    room -= length;
    return true;
  });
  return kept.length === all.length
    ? raw
    : { ...Object.fromEntries(kept), [LEFT_OUT]: words(all.length - kept.length) };
}
