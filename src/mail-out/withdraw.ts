import { sql } from 'kysely';
import { json } from '../database/json.ts';
import type { Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow } from '../database/tables.ts';
import { writeIncident } from '../incidents/store.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { meanwhile } from './decide.ts';
import { canWithdraw } from './outcome.ts';
import { lockDispatch, setDispatch } from './settle.ts';

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
  if (!canWithdraw(dispatch.state, dispatch.taken_for))
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
