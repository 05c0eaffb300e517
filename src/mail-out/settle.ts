import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import type {
  DispatchRow,
  DispatchState,
  IncidentChange,
  IncidentRow,
  MessageRow,
} from '../database/tables.ts';
import { lockIncident, moveState, writeIncident } from '../incidents/store.ts';
import { notFound, Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { EntryDetails } from '../timeline/entries.ts';
import { append } from '../timeline/store.ts';
import { type Actor, SYSTEM } from '../web/access.ts';
import type { Attempt } from './dispatches.ts';
import { type Outcome, waitAfter } from './outcome.ts';

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
    .executeTakeFirst();
  if (!dispatch) throw notFound('such mail of ours');
  const { name } = await trx
    .selectFrom('sending_accounts')
    .select('name')
    .where('id', '=', dispatch.account_id)
    .executeTakeFirstOrThrow();
  return { dispatch, message, incident, account: name };
}

const isSettled = (state: DispatchState) => state === 'sent' || state === 'failed' || state === 'withdrawn';

/** Writes a state of a mail; the timeline tells what is final, and what waits for a person. */
export async function setDispatch(
  trx: Trx,
  actor: Actor,
  { dispatch, message, incident, account }: Locked,
  to: { state: DispatchState; words: string; said?: EntryDetails['dispatch-settled']['state']; at?: Date },
): Promise<void> {
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
  if (!to.said) return;
  await append(trx, {
    incident: incident.number,
    kind: 'dispatch-settled',
    actor,
    messageId: message.id,
    ...(message.letter_id === null ? {} : { letterId: message.letter_id }),
    ...(to.at ? { occurredAt: to.at } : {}),
    detail: {
      state: to.said,
      to: dispatch.envelope_recipients.join(', '),
      subject: message.subject,
      account,
      words: to.words,
    },
  });
}

/** Whether the incident waits because of this mail, and of none that went out after it. */
const isNewestRequest = (incident: IncidentRow, message: Message) =>
  incident.last_request_at !== null && incident.last_request_at <= message.at;

/** The provider has not got what the incident waits for an answer to. */
export async function requestUndelivered(trx: Trx, locked: Locked, reason: string, at: Date): Promise<void> {
  const { incident, message } = locked;
  if (!isNewestRequest(incident, message)) return;
  await moveState(trx, SYSTEM, incident, { kind: 'mail-undelivered' }, { reason, at });
}

/** It is on its way after all. */
async function requestDelivered(
  trx: Trx,
  actor: Actor,
  { incident, message }: Locked,
  catalogue: Catalogue,
  reason: string,
): Promise<void> {
  if (incident.state !== 'action-needed' || !isNewestRequest(incident, message)) return;
  const provider = catalogue.byKey.get(incident.provider);
  const due = provider ? followUpDue(provider, message.at) : null;
  await writeIncident(trx, incident.number, { follow_up_due_at: due });
  await moveState(
    trx,
    actor,
    { ...incident, follow_up_due_at: due },
    { kind: 'request-sent' },
    { reason, at: new Date() },
  );
}

const REASONS = {
  failed: 'the mail could not be delivered',
  'delivered-unknown': 'nobody can say whether the mail arrived',
} as const;

/** States from which an attempt may still tell what became of it. */
const TELLS: DispatchState[] = ['queued', 'deferred', 'sending'];

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
    await setDispatch(trx, SYSTEM, locked, {
      state: outcome.state,
      words: outcome.words,
      ...(outcome.state === 'deferred' ? {} : { said: outcome.state }),
    });
    if (outcome.state === 'failed' || outcome.state === 'delivered-unknown')
      await requestUndelivered(trx, locked, REASONS[outcome.state], new Date());
    await trx
      .updateTable('sending_accounts')
      .set(
        outcome.state === 'sent'
          ? { last_sent_at: sql<Date>`now()`, last_problem: '' }
          : { last_problem: outcome.words },
      )
      .where('id', '=', dispatch.account_id)
      .execute();
  });
}

async function isLost(trx: Trx, dispatch: DispatchRow): Promise<boolean> {
  const row = await trx
    .selectFrom('dispatches')
    .select('message_id')
    .where('message_id', '=', dispatch.message_id)
    .where('lease_until', '<', sql<Date>`now()`)
    .executeTakeFirst();
  return row !== undefined;
}

const meanwhile = (words: string) => new Problem('changed-meanwhile', words);

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
  if (decision === 'not-arrived')
    return setDispatch(trx, actor, locked, { state: 'failed', words, said: 'failed' });
  await setDispatch(
    trx,
    actor,
    locked,
    decision === 'arrived'
      ? { state: 'sent', words, said: 'sent' }
      : { state: 'queued', words, said: 'sent-again' },
  );
  await trx
    .updateTable('dispatches')
    .set({ created_at: sql<Date>`now()` })
    .where('message_id', '=', messageId)
    .where('state', '=', 'queued')
    .execute();
  await requestDelivered(
    trx,
    actor,
    locked,
    catalogue,
    decision === 'arrived' ? 'the mail arrived' : 'the mail is sent again',
  );
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

/** What a letter changes in its incident, and what it is set back to when it is withdrawn. */
const TOUCHED = [
  'state',
  'state_since',
  'round',
  'first_request_at',
  'last_request_at',
  'follow_up_due_at',
  'next_action',
  'next_action_due_at',
  'mitigated_at',
  'recovered_at',
  'closed_at',
] as const;
type Touched = Pick<IncidentRow, (typeof TOUCHED)[number]>;
const touchedOf = (row: IncidentRow) => Object.fromEntries(TOUCHED.map((key) => [key, row[key]])) as Touched;

/** For the column `before`: the incident before its letter, and after it. */
export const changeOf = (was: IncidentRow, became: IncidentRow) =>
  json({ was: touchedOf(was), became: touchedOf(became) });

const asText = (value: unknown) => JSON.stringify(value ?? null);

/** What the letter changed and nothing changed since. */
function changesBack(incident: IncidentRow, before: Record<string, unknown>): IncidentChange {
  const { was, became } = before as { was: Record<string, unknown>; became: Record<string, unknown> };
  const still = TOUCHED.filter(
    (key) => asText(was[key]) !== asText(became[key]) && asText(incident[key]) === asText(became[key]),
  );
  // A state that was left since, and all that belongs to it, stays as it is.
  const kept =
    asText(incident.state_since) === asText(became['state_since'])
      ? still
      : still.filter((key) => key === 'round');
  return Object.fromEntries(
    kept.map((key) => {
      const value = was[key];
      return [key, typeof value === 'string' && /(?:_at|_since)$/.test(key) ? new Date(value) : value];
    }),
  ) as IncidentChange;
}

/** Takes a mail back that has not left: its letter is a draft again, and its incident what it was. */
export async function withdrawDispatch(trx: Trx, actor: Actor, messageId: number): Promise<void> {
  const locked = await lockDispatch(trx, messageId);
  const { dispatch, message, incident } = locked;
  if (dispatch.state !== 'queued' && dispatch.state !== 'deferred')
    throw meanwhile(
      dispatch.state === 'withdrawn'
        ? 'This mail is withdrawn already.'
        : 'Too late: the mail is on its way to the server, or there already.',
    );
  await setDispatch(trx, actor, locked, { state: 'withdrawn', words: '', said: 'withdrawn' });
  if (message.letter_id !== null)
    await trx
      .updateTable('letters')
      .set({
        state: 'draft',
        sent_at: null,
        channel: null,
        version: sql<number>`version + 1`,
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', message.letter_id)
      .where('state', '=', 'sent')
      .execute();
  const change = changesBack(incident, dispatch.before);
  if (Object.keys(change).length > 0) await writeIncident(trx, incident.number, change);
  if (change.state && change.state !== incident.state)
    await append(trx, {
      incident: incident.number,
      kind: 'state-changed',
      actor,
      detail: {
        from: incident.state,
        to: change.state as IncidentRow['state'],
        reason: 'the letter was withdrawn',
        byHand: false,
      },
    });
}
