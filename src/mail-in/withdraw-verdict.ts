import { isAnswer } from '../correspondence/store.ts';
import type { Trx } from '../database/open.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { nextState } from '../incidents/state.ts';
import { setStateTo } from '../incidents/state-store.ts';
import { writeIncident } from '../incidents/store.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';

type Answer = { at: Date; verdict: Verdict };

/** The answers that count, newest first. */
async function answersOf(trx: Trx, number: number): Promise<Answer[]> {
  const rows = await trx
    .selectFrom('messages')
    .select(['at', 'verdict'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .execute();
  return rows.flatMap(({ at, verdict }) => (verdict === null ? [] : [{ at, verdict }]));
}

const afterVerdict = (state: IncidentState, verdict: Verdict) =>
  nextState(state, { kind: 'verdict', verdict });

/**
 * Takes back what an answer changed in its incident, after it has left it: the answers that are left say where the
 * incident stands, if this one is what moved it.
 */
export async function withdrawVerdict(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  gone: Answer,
  provider: Provider | undefined,
): Promise<void> {
  const answers = await answersOf(trx, row.number);
  const [last] = answers;
  await writeIncident(trx, row.number, {
    last_answer_at: last?.at ?? null,
    last_verdict: last?.verdict ?? null,
    first_answer_at: answers.findLast(({ verdict }) => isAnswer(verdict))?.at ?? null,
  });
  if (row.last_answer_at && gone.at < row.last_answer_at) return;
  const asked = row.last_request_at;
  const before = asked ? 'awaiting-provider' : 'open';
  const since = last && (!asked || last.at >= asked) ? last : undefined;
  const wrongly = afterVerdict(before, gone.verdict);
  const rightly = since ? afterVerdict(before, since.verdict) : before;
  if (wrongly === before || row.state !== wrongly || rightly === wrongly) return;
  const due = rightly === 'awaiting-provider' && asked && provider ? followUpDue(provider, asked) : null;
  await setStateTo(trx, actor, { ...row, follow_up_due_at: due }, rightly, {
    reason: 'the answer does not belong here',
    at: since?.at ?? new Date(),
  });
  if (due) await writeIncident(trx, row.number, { follow_up_due_at: due });
}
