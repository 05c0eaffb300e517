import { eachAlone } from '../each-alone.ts';
import { type Attempt, beginSending, findLost, keepDispatch, leftOf, takeDispatch } from './dispatches.ts';
import { LOST, type MailQueue } from './queue.ts';
import { settleAttempt } from './settle.ts';

/** Mails of incidents: letters and answers. */
export const LETTER_QUEUE: MailQueue = {
  async take(db) {
    const taken = await takeDispatch(db);
    return (
      taken && {
        ...taken,
        envelope_recipients: leftOf(taken),
        name: { message: taken.message_id },
        keep: () => keepDispatch(db, taken),
        begin: () => beginSending(db, taken),
        settle: (outcome) => settleAttempt(db, taken, outcome),
      }
    );
  },
  async settleLost(db, failed = () => {}) {
    const settled: { message: number }[] = [];
    const settleOne = async (one: Attempt) => {
      await settleAttempt(db, one, { state: 'delivered-unknown', words: LOST }, { onlyLost: true });
      settled.push({ message: one.message_id });
    };
    await eachAlone(await findLost(db), settleOne, failed);
    return settled;
  },
};
