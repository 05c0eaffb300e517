import { LEAST_ANSWERS, type Worked } from '../../outcomes/view.ts';

export type Side = 'a' | 'b';
/** Versions of a template; 0 is the built-in one. */
export type Wordings = { wording_a: number; wording_b: number };

/** The wording whose turn it is after so many turns: A, B, A, B. */
export const wordingOfTurn = ({ wording_a: a, wording_b: b, turn }: Wordings & { turn: number }): number =>
  turn % 2 === 0 ? a : b;

export const wordingOf = ({ wording_a: a, wording_b: b }: Wordings, side: Side): number =>
  side === 'a' ? a : b;

/** The side of a wording; null: it is neither. */
export function sideOf({ wording_a: a, wording_b: b }: Wordings, wording: number): Side | null {
  if (wording === a) return 'a';
  return wording === b ? 'b' : null;
}

export const wordingWords = (wording: number): string =>
  wording === 0 ? 'the built-in text' : `version ${wording}`;

/** Which wording did better; `alike`: by what is known it may be either. */
export type Compared = 'too-few' | 'alike' | Side;

/** Only where the ranges of the two shares lie apart can the wordings be told apart. */
export function compare(a: Worked, b: Worked): Compared {
  if (!a.share || !b.share) return 'too-few';
  if (a.share.from > b.share.to) return 'a';
  return b.share.from > a.share.to ? 'b' : 'alike';
}

export function comparedWords(a: Worked, b: Worked, isOpen: boolean): string {
  const compared = compare(a, b);
  if (compared === 'too-few')
    return `Too few answers to compare: each wording needs ${LEAST_ANSWERS}; A has ${a.answered}, B has ${b.answered}.`;
  if (compared === 'alike')
    return `They ${isOpen ? 'cannot be told apart yet' : 'could not be told apart'}: the ranges in which the true shares lie overlap.`;
  const [better, other] = compared === 'a' ? [a, b] : [b, a];
  return `Wording ${compared.toUpperCase()} did better: ${better.share?.percent}% lifted against ${other.share?.percent}%, and the ranges do not overlap.`;
}
