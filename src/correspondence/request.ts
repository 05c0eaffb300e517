import type { Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow } from '../database/tables.ts';
import { moveState } from '../incidents/state-store.ts';
import { writeIncident } from '../incidents/store.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';
import { answersOf } from './store.ts';
import { isAnswer } from './verdicts.ts';

type Asked = { askedAt: Date; provider: Provider | undefined; reason: string; at: Date };

/** The provider has a request: silence calls for a follow-up once the usual time for an answer is over. */
export async function awaitAnswer(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  { askedAt, provider, reason, at }: Asked,
  change: IncidentChange = {},
): Promise<void> {
  const due = provider ? followUpDue(provider, askedAt) : null;
  await writeIncident(trx, row.number, { ...change, follow_up_due_at: due });
  const waiting = { ...row, follow_up_due_at: due };
  await moveState(trx, actor, waiting, { kind: 'request-sent' }, { reason, at });
}

/** Whether the provider has said something since then that counts, and is more than a receipt. */
export const isAnsweredSince = async (trx: Trx, number: number, at: Date): Promise<boolean> =>
  (await answersOf(trx, number)).some((answer) => answer.at > at && isAnswer(answer.verdict));

/** What is older was recorded late; clocks of processes differ by less. */
const LATE_MS = 60_000;

/** Whether a request that is recorded late is past: another was made since, or it was answered. */
async function isPast(trx: Trx, row: IncidentRow, at: Date): Promise<boolean> {
  if (Date.now() - at.getTime() < LATE_MS) return false;
  return (row.last_request_at !== null && row.last_request_at > at) || isAnsweredSince(trx, row.number, at);
}

/**
 * A request is out: its times, its round, and when silence calls for a follow-up. One that is recorded late changes
 * nothing of where the incident stands by what came after it.
 */
export async function requestSent(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  request: { at: Date; newRound: boolean; reason: string; provider: Provider | undefined },
): Promise<void> {
  const { at } = request;
  const change = {
    round: request.newRound || row.round === 0 ? row.round + 1 : row.round,
    first_request_at: row.first_request_at && row.first_request_at <= at ? row.first_request_at : at,
    last_request_at: row.last_request_at && row.last_request_at >= at ? row.last_request_at : at,
  };
  if (await isPast(trx, row, at)) return writeIncident(trx, row.number, change);
  await awaitAnswer(trx, actor, row, { ...request, askedAt: at }, change);
}
