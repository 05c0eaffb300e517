import type { Verdict } from '../../providers/schema.ts';
import type { Claim } from '../claims/claims.ts';

/** A request to the same desk about an address of this letter, from this incident or another one. */
export type EarlierRequest = {
  incident: number;
  letter: number;
  round: string;
  sentAt: Date;
  /** When the desk gave a verdict on it; null: not yet. A receipt is none. */
  answeredAt: Date | null;
  /** The incident is over, or was lifted: nobody waits for that answer. */
  isOver: boolean;
};

/** The newest letter about the matter that was answered with a no. */
export type RefusedLetter = {
  incident: number;
  letter: number;
  subject: string;
  body: string;
  sentAt: Date;
  refusedAt: Date;
  verdict: Verdict;
  /** Its claims as they were when it was sent. */
  claims: Pick<Claim, 'key' | 'status' | 'words'>[];
};

/** What the playbook’s rule to stop says to one more request, as the next step goes by it. */
export type Stop = {
  /** So many were sent that no other is taken before; null: one more is. */
  limitEnd: Date | null;
  /** Nothing has changed since the last one, and before this it gets no second look; null: it does. */
  again: Date | null;
  text: string;
};

/** Verdicts that ask for other arguments. */
export const REFUSALS: Verdict[] = ['denied', 'not-blocked', 'closed', 'refused-to-explain'];
