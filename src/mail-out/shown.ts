import type { Db, Trx } from '../database/open.ts';
import type { DispatchState } from '../database/tables.ts';
import { orNull, Type } from '../json-schema.ts';
import type { Undelivered } from '../next-step/facts.ts';
import { notFound } from '../problem.ts';
import { MAIL_LOOKS } from './mail-looks.ts';
import { canWithdraw } from './outcome.ts';

/** How a mail of ours is doing, as pages and the API show it. */
export type ShownDispatch = {
  messageId: number;
  letterId: number | null;
  subject: string;
  state: DispatchState;
  account: string;
  isAccountOff: boolean;
  to: string[];
  /** Those of them whom the server took it for. */
  takenFor: string[];
  words: string;
  dueAt: Date;
  attempts: number;
  lastAttemptAt: Date | null;
  settledAt: Date | null;
  settledBy: string | null;
};

const dispatches = (db: Db | Trx) =>
  db
    .selectFrom('dispatches as d')
    .innerJoin('messages as m', 'm.id', 'd.message_id')
    .innerJoin('sending_accounts as a', 'a.id', 'd.account_id')
    .select([
      'm.id as messageId',
      'm.letter_id as letterId',
      'm.subject',
      'd.state',
      'a.name as account',
      'a.disabled_at',
      'd.envelope_recipients as to',
      'd.taken_for as takenFor',
      'd.server_words as words',
      'd.due_at as dueAt',
      'd.attempts',
      'd.last_attempt_at as lastAttemptAt',
      'd.settled_at as settledAt',
      'd.settled_by_name as settledBy',
    ]);

type Row = Omit<ShownDispatch, 'isAccountOff'> & { disabled_at: Date | null };
const shown = ({ disabled_at, ...row }: Row): ShownDispatch => ({
  ...row,
  isAccountOff: disabled_at !== null,
});

export async function dispatchOf(db: Db | Trx, messageId: number): Promise<ShownDispatch | undefined> {
  const row = await dispatches(db).where('d.message_id', '=', messageId).executeTakeFirst();
  return row && shown(row);
}

/** The newest mail that was made of a letter. */
export async function dispatchOfLetter(db: Db | Trx, letterId: number): Promise<ShownDispatch | undefined> {
  const row = await dispatches(db)
    .where('m.letter_id', '=', letterId)
    .orderBy('m.id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && shown(row);
}

/** A message of this incident. Throws not-found. */
export async function messageIn(
  db: Db,
  incident: number,
  messageId: number,
): Promise<{ letterId: number | null }> {
  return db
    .selectFrom('messages')
    .select('letter_id as letterId')
    .where('id', '=', messageId)
    .where('incident_number', '=', incident)
    .executeTakeFirstOrThrow(() => notFound('such message'));
}

/** Mails of an incident that are not done with: under way, failed, or uncertain. */
export async function openDispatches(db: Db | Trx, incident: number): Promise<ShownDispatch[]> {
  const rows = await dispatches(db)
    .where('m.incident_number', '=', incident)
    .where('d.state', 'not in', ['sent', 'withdrawn'])
    .orderBy('m.id', 'desc')
    .limit(10)
    .execute();
  return rows.map(shown);
}

/** Of each incident whose newest request did not arrive, or may not have: that mail. */
export async function undeliveredOf(db: Db | Trx, incidents: number[]): Promise<Map<number, Undelivered>> {
  if (incidents.length === 0) return new Map();
  const rows = await db
    .selectFrom('messages as m')
    .leftJoin('dispatches as d', 'd.message_id', 'm.id')
    .innerJoin('incidents as i', 'i.number', 'm.incident_number')
    .distinctOn('m.incident_number')
    .select(['m.incident_number', 'm.id', 'd.state', 'd.server_words'])
    .where('m.incident_number', 'in', incidents)
    .where('m.direction', '=', 'out')
    .where('i.state', '=', 'action-needed')
    .whereRef('m.at', '=', 'i.last_request_at')
    .where((eb) => eb.or([eb('d.state', 'is', null), eb('d.state', '!=', 'withdrawn')]))
    .orderBy('m.incident_number')
    .orderBy('m.at', 'desc')
    .orderBy('m.id', 'desc')
    .execute();
  return new Map(
    rows.flatMap(({ incident_number: number, id, state, server_words: words }) =>
      number !== null && (state === 'failed' || state === 'delivered-unknown')
        ? [[number, { state, words: words ?? '', messageId: id }] as const]
        : [],
    ),
  );
}

const Time = Type.String({ format: 'date-time' });

/** A mail of ours as the API shows it. */
export const DispatchJson = Type.Object({
  messageId: Type.Integer(),
  state: Type.Enum(Object.keys(MAIL_LOOKS) as DispatchState[]),
  account: Type.String(),
  to: Type.Array(Type.String()),
  takenFor: Type.Array(Type.String(), { description: 'those of `to` whom the server took it for' }),
  canWithdraw: Type.Boolean({ description: 'whether it can still be taken back' }),
  serverWords: Type.String(),
  dueAt: Time,
  attempts: Type.Integer(),
  lastAttemptAt: orNull(Time),
  settledAt: orNull(Time),
  settledBy: orNull(Type.String()),
});

export const dispatchJson = (one: ShownDispatch) => ({
  messageId: one.messageId,
  state: one.state,
  account: one.account,
  to: one.to,
  takenFor: one.takenFor,
  canWithdraw: canWithdraw(one.state, one.takenFor),
  serverWords: one.words,
  dueAt: one.dueAt.toISOString(),
  attempts: one.attempts,
  lastAttemptAt: one.lastAttemptAt?.toISOString() ?? null,
  settledAt: one.settledAt?.toISOString() ?? null,
  settledBy: one.settledBy,
});
