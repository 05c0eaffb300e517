import { beginSending, findLost, keepDispatch, takeDispatch } from './dispatches.ts';
import { LOST, type MailQueue } from './queue.ts';
import { settleAttempt } from './settle.ts';

/** Mails of incidents: letters and answers. */
export const LETTER_QUEUE: MailQueue = {
  async take(db) {
    const taken = await takeDispatch(db);
    return (
      taken && {
        ...taken,
        name: { message: taken.message_id },
        keep: () => keepDispatch(db, taken),
        begin: () => beginSending(db, taken),
        settle: (outcome) => settleAttempt(db, taken, outcome),
      }
    );
  },
  async settleLost(db) {
    const lost = await findLost(db);
    for (const one of lost)
      await settleAttempt(db, one, { state: 'delivered-unknown', words: LOST }, { onlyLost: true });
    return lost.map(({ message_id: message }) => ({ message }));
  },
};
