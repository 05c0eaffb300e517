import { type Answer, isAnswer } from '../correspondence/verdicts.ts';
import type { Verdict } from '../providers/schema.ts';
import { stepOf } from './steps.ts';

/** A letter that asked for something, as it was sent. */
export type SentLetter = {
  id: number;
  template: string;
  language: string;
  round: string;
  wording: number;
  /** Claims that it stated as facts. */
  claims: string[];
  sentAt: Date;
};
export type Outcome = SentLetter & {
  /** The last word before we wrote again; null: none came. */
  verdict: Verdict | null;
  answerStep: number | null;
  mitigationStep: number | null;
};

const LIFTS = (verdict: Verdict) => verdict === 'mitigated' || verdict === 'conditionally-mitigated';

/**
 * What became of each letter of an incident: the answers from its sending until the next letter are its own. The
 * first tells how long an answer takes, the last what it came to. Letters and answers in any order.
 */
export function outcomesOf(letters: SentLetter[], answers: Answer[]): Outcome[] {
  const inOrder = letters.toSorted((a, b) => a.sentAt.getTime() - b.sentAt.getTime() || a.id - b.id);
  const told = answers
    .filter(({ verdict }) => isAnswer(verdict))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return inOrder.map((letter, index) => {
    const until = inOrder[index + 1]?.sentAt;
    const own = told.filter(({ at }) => at >= letter.sentAt && (until === undefined || at < until));
    const after = (at: Date | undefined) =>
      at === undefined ? null : stepOf(at.getTime() - letter.sentAt.getTime());
    return {
      ...letter,
      verdict: own.at(-1)?.verdict ?? null,
      answerStep: after(own[0]?.at),
      mitigationStep: after(own.find(({ verdict }) => LIFTS(verdict))?.at),
    };
  });
}
