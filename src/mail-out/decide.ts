import { sql } from 'kysely';
import { awaitAnswer, isAnsweredSince } from '../correspondence/request.ts';
import type { Trx } from '../database/open.ts';
import { Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Actor } from '../web/access.ts';
import { leftOf } from './dispatches.ts';
import {
  isNewestRequest,
  type Locked,
  lockDispatch,
  notBack,
  requestUndelivered,
  setDispatch,
} from './settle.ts';

/** It is on its way after all: since it was written, or, where it is sent again, from now on. */
async function requestDelivered(
  trx: Trx,
  actor: Actor,
  { incident, message }: Locked,
  catalogue: Catalogue,
  decision: 'arrived' | 'again',
): Promise<void> {
  if (incident.state !== 'action-needed' || !isNewestRequest(incident, message)) return;
  // An answer says more than that it arrived.
  if (decision === 'arrived' && (await isAnsweredSince(trx, incident.number, message.at))) return;
  const provider = catalogue.byKey.get(incident.provider);
  const at = new Date();
  const asked =
    decision === 'arrived'
      ? { askedAt: message.at, reason: 'the mail arrived' }
      : { askedAt: at, reason: 'the mail is sent again' };
  await awaitAnswer(trx, actor, incident, { ...asked, provider, at });
}

export const meanwhile = (words: string) => new Problem('changed-meanwhile', words);

export type Decision = 'arrived' | 'again' | 'not-arrived';

/** A person says what became of a mail of which nobody can tell, or sends one that failed again: the same octets. */
export async function decideDispatch(
  trx: Trx,
  actor: Actor,
  messageId: number,
  decision: Decision,
  catalogue: Catalogue,
): Promise<void> {
  const locked = await lockDispatch(trx, messageId);
  const { state } = locked.dispatch;
  if (state !== 'delivered-unknown' && !(state === 'failed' && decision === 'again'))
    throw meanwhile('This mail is not uncertain any more. Look at it again.');
  const words = `${actor.name}: ${
    { arrived: 'it arrived.', again: 'send it again.', 'not-arrived': 'it did not arrive.' }[decision]
  }${locked.dispatch.server_words ? ` Before: ${locked.dispatch.server_words}` : ''}`.slice(0, 1000);
  const whom = leftOf(locked.dispatch);
  if (decision === 'not-arrived') {
    const hasIt = await notBack(trx, locked, locked.dispatch.taken_for);
    await setDispatch(
      trx,
      actor,
      locked,
      hasIt
        ? { state: 'sent', words, said: 'failed-for-some', whom }
        : { state: 'failed', words, said: 'failed' },
    );
    if (!hasIt) await requestUndelivered(trx, locked, 'the mail did not arrive', new Date());
    return;
  }
  await setDispatch(
    trx,
    actor,
    locked,
    decision === 'arrived'
      ? { state: 'sent', words, said: 'sent', whom }
      : { state: 'queued', words, said: 'sent-again', ...(state === 'failed' ? {} : { whom }) },
  );
  await trx
    .updateTable('dispatches')
    // What failed reached nobody, or came back from all: it goes to each of them again.
    .set({ created_at: sql<Date>`now()`, ...(state === 'failed' ? { taken_for: [], left_for: null } : {}) })
    .where('message_id', '=', messageId)
    .where('state', '=', 'queued')
    .execute();
  await requestDelivered(trx, actor, locked, catalogue, decision);
}

/** Brings the next attempt forward: the reason of the last may be mended by now. */
export async function tryNow(trx: Trx, messageId: number): Promise<void> {
  const { dispatch } = await lockDispatch(trx, messageId);
  if (dispatch.state !== 'deferred') throw meanwhile('This mail does not wait for another attempt any more.');
  await trx
    .updateTable('dispatches')
    .set({ due_at: sql<Date>`now()` })
    .where('message_id', '=', messageId)
    .execute();
}
