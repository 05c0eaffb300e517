import { mostWords } from '../rounds.ts';
import { type Check, type Context, isHidden, placeOf } from './context.ts';
import { runningWords } from './running-words.ts';

/** Words in capitals, one after another, read as shouting from this many on. */
const SHOUTED = 5;
const CAPITALS = /^\p{Lu}{3,20}$/u;
const WORD = /[^\s,;:.!?()“”"„]+/gu;
const EXCLAIMED = /![ \u00a0]?!+/g;
const ROOM = 1.2;
const PLACEHOLDER = /\[[^[\]\n]{2,60}\]|\{\{[^{}\n]{1,60}\}\}|\b(?:TODO|FIXME|TBD|XXX+)\b|_{4,}/g;

/** Runs of words in capitals outside of what is quoted. */
function shouted({ body }: Context): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  let [count, start, end] = [0, 0, 0];
  const close = () => {
    if (count >= SHOUTED) runs.push({ start, end });
    count = 0;
  };
  for (const { 0: word, index } of body.text.matchAll(WORD)) {
    if (
      !CAPITALS.test(word) ||
      isHidden(body, index) ||
      (count > 0 && body.text.slice(end, index).includes('\n'))
    ) {
      close();
      if (!CAPITALS.test(word) || isHidden(body, index)) continue;
    }
    if (count === 0) start = index;
    end = index + word.length;
    count += 1;
  }
  close();
  return runs;
}

export const TEXT_CHECKS: Record<string, Check> = {
  capitals: (context) =>
    shouted(context)
      .slice(0, 3)
      .map((span) => ({ place: placeOf(context.body, span) })),
  'exclamation-marks': ({ body }) =>
    [...body.text.matchAll(EXCLAIMED)]
      .filter(({ index }) => !isHidden(body, index))
      .slice(0, 3)
      .map(({ 0: text, index }) => ({ place: placeOf(body, { start: index, end: index + text.length }) })),
  // What the template put there came from facts, and a form's own brackets are none of ours.
  placeholder: ({ letter, subject, body }) =>
    [subject, body].flatMap((part) =>
      [...part.text.matchAll(PLACEHOLDER)]
        .filter(({ 0: text, index }) => !isHidden(part, index) && !letter.base.includes(text))
        .filter(({ 0: text }) => !/^\[[\d.:a-f/]+\]$/i.test(text))
        .slice(0, 3)
        .map(({ 0: text, index }) => ({
          of: text,
          title: text,
          place: placeOf(part, { start: index, end: index + text.length }),
        })),
    ),
  'too-long': ({ letter, body }) => {
    const most = mostWords(letter.round, letter.language);
    const count = runningWords(body);
    // About: a letter in which everything is known has one fact more.
    return count > ROOM * most
      ? [
          {
            title: `${count} words`,
            advice: `A letter of this round is read up to about ${most} words of running text.`,
          },
        ]
      : [];
  },
};
