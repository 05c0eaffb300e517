import type { Trx } from '../database/open.ts';
import type { IncidentChange, IncidentRow } from '../database/tables.ts';
import { moveState } from '../incidents/state-store.ts';
import { writeIncident } from '../incidents/store.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';

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

/** A request is out: its times, its round, and when silence calls for a follow-up. */
export async function requestSent(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  request: { at: Date; newRound: boolean; reason: string; provider: Provider | undefined },
): Promise<void> {
  const { at } = request;
  await awaitAnswer(
    trx,
    actor,
    row,
    { ...request, askedAt: at },
    {
      round: request.newRound || row.round === 0 ? row.round + 1 : row.round,
      first_request_at: row.first_request_at && row.first_request_at <= at ? row.first_request_at : at,
      last_request_at: row.last_request_at && row.last_request_at >= at ? row.last_request_at : at,
    },
  );
}
