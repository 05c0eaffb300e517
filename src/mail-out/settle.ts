import { sql } from 'kysely';
import { isAnsweredSince } from '../correspondence/request.ts';
import type { Db, Trx } from '../database/open.ts';
import type { DispatchRow, DispatchState, IncidentRow, MessageRow } from '../database/tables.ts';
import { moveState } from '../incidents/state-store.ts';
import { lockIncident } from '../incidents/store.ts';
import { notFound } from '../problem.ts';
import type { EntryDetails } from '../timeline/entries.ts';
import { append } from '../timeline/store.ts';
import { type Actor, SYSTEM } from '../web/access.ts';
import { type Attempt, leftOf } from './dispatches.ts';
import { cleanWords, type Outcome, waitAfter } from './outcome.ts';

/** What becomes of a mail that goes out, each with the incident that follows from it. */

type Message = Pick<MessageRow, 'id' | 'at' | 'subject' | 'letter_id'>;
export type Locked = { dispatch: DispatchRow; message: Message; incident: IncidentRow; account: string };

/** Incident, then dispatch: always in this order. */
export async function lockDispatch(trx: Trx, messageId: number): Promise<Locked> {
  const message = await trx
    .selectFrom('messages')
    .select(['id', 'at', 'subject', 'letter_id', 'incident_number'])
    .where('id', '=', messageId)
    .executeTakeFirst();
  if (!message || message.incident_number === null) throw notFound('such message');
  const incident = await lockIncident(trx, message.incident_number);
  const dispatch = await trx
    .selectFrom('dispatches')
    .selectAll()
    .where('message_id', '=', messageId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such mail of ours'));
  const { name } = await trx
    .selectFrom('sending_accounts')
    .select('name')
    .where('id', '=', dispatch.account_id)
    .executeTakeFirstOrThrow();
  return { dispatch, message, incident, account: name };
}

type Said = EntryDetails['dispatch-settled']['state'];

const isSettled = (state: DispatchState) => state === 'sent' || state === 'failed' || state === 'withdrawn';

/** Writes a state of a mail; the timeline tells what is final, and what waits for a person. */
export async function setDispatch(
  trx: Trx,
  actor: Actor,
  locked: Locked,
  to: { state: DispatchState; words: string; said?: Said; whom?: string[]; at?: Date },
): Promise<void> {
  const { dispatch } = locked;
  const byName = actor === SYSTEM ? null : actor.name;
  await trx
    .updateTable('dispatches')
    .set({
      state: to.state,
      lease_until: null,
      server_words: to.words,
      settled_at: isSettled(to.state) ? (to.at ?? sql<Date>`now()`) : null,
      settled_by_name: isSettled(to.state) ? byName : null,
      ...(to.state === 'queued' ? { due_at: sql<Date>`now()` } : {}),
      ...(to.state === 'deferred'
        ? { due_at: sql<Date>`now() + ${waitAfter(dispatch.attempts)}::float8 * interval '1 millisecond'` }
        : {}),
    })
    .where('message_id', '=', dispatch.message_id)
    .execute();
  if (to.said)
    await tell(trx, actor, locked, { ...to, said: to.said, to: to.whom ?? dispatch.envelope_recipients });
}

/** Writes into the timeline what became of a mail. */
const tell = (
  trx: Trx,
  actor: Actor,
  { message, incident, account }: Locked,
  { said, words, to, at }: { said: Said; words: string; to: string[]; at?: Date },
) =>
  append(trx, {
    incident: incident.number,
    kind: 'dispatch-settled',
    actor,
    messageId: message.id,
    ...(message.letter_id === null ? {} : { letterId: message.letter_id }),
    ...(at ? { occurredAt: at } : {}),
    detail: { state: said, to: to.join(', '), subject: message.subject, account, words },
  });

/** Whether this mail is the request whose answer is waited for: no thanks, and none that another followed. */
export const isNewestRequest = (incident: IncidentRow, message: Message) =>
  incident.last_request_at?.getTime() === message.at.getTime();

/** The provider has not got what the incident waits for an answer to. */
export async function requestUndelivered(trx: Trx, locked: Locked, reason: string, at: Date): Promise<void> {
  const { incident, message } = locked;
  if (!isNewestRequest(incident, message)) return;
  await moveState(trx, SYSTEM, incident, { kind: 'mail-undelivered' }, { reason, at });
}

/** The provider has got it, which was not known: it is waited for as it was when the mail was sent. */
async function requestArrived(trx: Trx, { incident, message, dispatch }: Locked): Promise<void> {
  if (incident.state !== 'action-needed' || !isNewestRequest(incident, message)) return;
  if (await isAnsweredSince(trx, incident.number, message.at)) return;
  const { became } = dispatch.before as { became?: { follow_up_due_at?: string | null } };
  const due = became?.follow_up_due_at ? new Date(became.follow_up_due_at) : null;
  const reason = 'the mail arrived after all';
  const waiting = { ...incident, follow_up_due_at: due };
  await moveState(trx, SYSTEM, waiting, { kind: 'request-sent' }, { reason, at: new Date() });
}

const REASONS = {
  failed: 'the mail could not be delivered',
  'delivered-unknown': 'nobody can say whether the mail arrived',
} as const;

/** States from which an attempt may still tell what became of it. */
const TELLS: DispatchState[] = ['queued', 'deferred', 'sending'];

/**
 * Of those whom an attempt was for: who has the mail by it, and who will not get it. What is kept twice, since nobody
 * heard that it was kept, is about nobody any more.
 */
function sharesOf(dispatch: DispatchRow, outcome: Outcome): { taken: string[]; failed: string[] } {
  const tried = leftOf(dispatch);
  const taken = tried.filter((one) => outcome.taken?.includes(one) ?? outcome.state === 'sent');
  const failed = tried.filter((one) =>
    outcome.state === 'failed' ? !taken.includes(one) : outcome.refused?.includes(one),
  );
  return { taken, failed };
}

/** Whether a mail came back from none or not from all of these, whom a server took it for. */
export async function notBack(trx: Trx, locked: Locked, taken: string[]): Promise<boolean> {
  if (taken.length === 0) return false;
  const back = await cameBackFrom(trx, locked);
  return taken.some((one) => !back.includes(one));
}

/**
 * Keeps what an attempt came to. A 250 that comes late is believed also where the attempt was given up for lost; of
 * anything else, the newer knowledge stays.
 */
export async function settleAttempt(
  db: Db,
  attempt: Attempt,
  outcome: Outcome,
  options: { onlyLost?: boolean } = {},
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const locked = await lockDispatch(trx, attempt.message_id);
    const { dispatch } = locked;
    const isLate = dispatch.state === 'delivered-unknown' && outcome.state === 'sent';
    if (dispatch.attempts !== attempt.attempts || !(TELLS.includes(dispatch.state) || isLate)) return;
    if (options.onlyLost && (dispatch.state !== 'sending' || !(await isLost(trx, dispatch)))) return;
    const { taken, failed } = sharesOf(dispatch, outcome);
    const hasIt = await notBack(trx, locked, [...dispatch.taken_for, ...taken]);
    const state = outcome.state === 'failed' && hasIt ? 'sent' : outcome.state;
    await setDispatch(trx, SYSTEM, locked, { state, words: outcome.words });
    await trx
      .updateTable('dispatches')
      .set({
        taken_for: [...dispatch.taken_for, ...taken],
        left_for: outcome.left ?? dispatch.left_for,
      })
      .where('message_id', '=', dispatch.message_id)
      .execute();
    const news = (said: Said, to: string[]) =>
      to.length > 0 ? tell(trx, SYSTEM, locked, { said, words: outcome.words, to }) : undefined;
    await news('sent', taken);
    if (state === 'failed') await news('failed', dispatch.envelope_recipients);
    else await news('failed-for-some', failed);
    if (state === 'delivered-unknown') await news(state, outcome.left ?? leftOf(dispatch));
    if (!hasIt && (state === 'failed' || state === 'delivered-unknown'))
      await requestUndelivered(trx, locked, REASONS[state], new Date());
    if (isLate) await requestArrived(trx, locked);
    await noteAccount(trx, dispatch.account_id, outcome);
  });
}

/** How the last attempt by an account went, for the page of accounts. */
export const noteAccount = (trx: Trx, id: number, outcome: Outcome) =>
  trx
    .updateTable('sending_accounts')
    .set(
      outcome.state === 'sent'
        ? { last_sent_at: sql<Date>`now()`, last_problem: '' }
        : { last_problem: outcome.words },
    )
    .where('id', '=', id)
    .execute();

async function isLost(trx: Trx, dispatch: DispatchRow): Promise<boolean> {
  const row = await trx
    .selectFrom('dispatches')
    .select('message_id')
    .where('message_id', '=', dispatch.message_id)
    .where('lease_until', '<', sql<Date>`now()`)
    .executeTakeFirst();
  return row !== undefined;
}

/** A delivery report (RFC 3464) on a mail of ours. */
export type Bounce = {
  /** Of our mail, as the report has it. */
  originalMessageId: string;
  recipients: string[];
  words: string;
  at: Date;
  status: 'failed' | 'delayed';
};

/** Whom a mail did not reach of several, since it last went out to them. */
async function cameBackFrom(trx: Trx, { message, incident }: Locked): Promise<string[]> {
  const rows = await trx
    .selectFrom('timeline_entries')
    .select('detail')
    .where('incident_number', '=', incident.number)
    .where('message_id', '=', message.id)
    .where('kind', '=', 'dispatch-settled')
    .orderBy('id')
    .execute();
  const back = new Set<string>();
  for (const { detail } of rows) {
    const { state, to } = detail as EntryDetails['dispatch-settled'];
    for (const one of to.split(', '))
      if (state === 'failed-for-some') back.add(one);
      else if (state === 'sent-again') back.delete(one);
  }
  return [...back];
}

/**
 * Takes a bounce that names some of a mail’s recipients: the others have it as far as anybody knows. False: it reached
 * nobody, or the report does not say whom it did not reach.
 */
async function failedForSome(trx: Trx, locked: Locked, bounce: Bounce, words: string): Promise<boolean> {
  const all = locked.dispatch.envelope_recipients;
  if (all.length === 1) return false;
  const named = new Set(bounce.recipients.map((one) => one.toLowerCase()));
  const failed = all.filter((one) => named.delete(one.toLowerCase()));
  if (failed.length === 0 || named.size > 0) return false;
  const before = await cameBackFrom(trx, locked);
  const news = failed.filter((one) => !before.includes(one));
  if (before.length + news.length >= all.length) return false;
  if (news.length === 0) return true;
  await trx
    .updateTable('dispatches')
    .set({ server_words: words })
    .where('message_id', '=', locked.message.id)
    .execute();
  await tell(trx, SYSTEM, locked, { said: 'failed-for-some', words, to: news, at: bounce.at });
  return true;
}

/**
 * Takes a bounce for the failure of the letter that it reports on: the mail did not arrive, and the incident needs
 * somebody, unless others have it. A delay changes nothing yet. Returns the mail it is about; null: it is none that we sent.
 */
export async function letterBounced(
  trx: Trx,
  bounce: Bounce,
): Promise<{ incident: number; messageId: number } | null> {
  const message = await trx
    .selectFrom('messages as m')
    .innerJoin('dispatches as d', 'd.message_id', 'm.id')
    .select('m.id')
    .where('m.message_id', '=', bounce.originalMessageId)
    .where('m.direction', '=', 'out')
    .orderBy('m.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!message) return null;
  const locked = await lockDispatch(trx, message.id);
  const found = { incident: locked.incident.number, messageId: message.id };
  const { state } = locked.dispatch;
  // Whoever reports on it has had it: also where we did not know that yet.
  const hasLeft = state === 'sent' || state === 'delivered-unknown' || state === 'sending';
  // Some have it, and others are still to get it.
  const isUnderWay = !hasLeft && locked.dispatch.taken_for.length > 0 && state !== 'failed';
  if (bounce.status !== 'failed' || !(hasLeft || isUnderWay)) return found;
  const words = cleanWords([bounce.recipients.join(', '), bounce.words].filter(Boolean).join(': '));
  if ((await failedForSome(trx, locked, bounce, words)) || isUnderWay) return found;
  await setDispatch(trx, SYSTEM, locked, { state: 'failed', words, said: 'failed', at: bounce.at });
  await requestUndelivered(trx, locked, 'the mail came back undelivered', bounce.at);
  return found;
}
