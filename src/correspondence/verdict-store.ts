import type { Trx } from '../database/open.ts';
import type { IncidentRow, IncidentState } from '../database/tables.ts';
import { stateWords } from '../incidents/incidents.ts';
import { nextState } from '../incidents/state.ts';
import { setStateTo } from '../incidents/state-store.ts';
import { lockIncident, writeIncident } from '../incidents/store.ts';
import { notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { followUpDue } from '../providers/playbook.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { SURE } from './reading/classify.ts';
import { answersOf } from './store.ts';
import { type Answer, isAnswer } from './verdicts.ts';

/** What a verdict changes in its incident, and how that is put right. */

const afterVerdict = (state: IncidentState, verdict: Verdict) =>
  nextState(state, { kind: 'verdict', verdict });

/** Where an incident stood before its answer came. */
const stateBefore = (row: IncidentRow): IncidentState => (row.last_request_at ? 'awaiting-provider' : 'open');

type Move = { to: IncidentState; reason: string; at: Date; provider: Provider | undefined };

/** Puts an incident where it belongs; where that is waiting for an answer, silence since then calls for a follow-up. */
function put(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  { to, provider, ...cause }: Move,
  since: Date | null,
): Promise<void> {
  const due = to === 'awaiting-provider' && since && provider ? followUpDue(provider, since) : null;
  return setStateTo(trx, actor, { ...row, follow_up_due_at: due }, to, cause);
}

/** When the first answer came, of answers newest first. */
const firstOf = (answers: Answer[]): Date | null =>
  answers.findLast(({ verdict }) => isAnswer(verdict))?.at ?? null;

/** Whether a person should look at what was read; null: one has. */
const isDoubtful = (confidence: number | null) => confidence !== null && confidence < SURE;

/** What an answer changes in its incident. An older one, recorded late, does not undo what a newer one said. */
export async function applyVerdict(
  trx: Trx,
  actor: Actor,
  row: IncidentRow,
  { verdict, at, confidence = null }: Answer & { confidence?: number | null },
  provider: Provider | undefined,
): Promise<void> {
  const isNewest = !row.last_answer_at || at >= row.last_answer_at;
  await writeIncident(trx, row.number, {
    ...(isNewest ? { last_answer_at: at, last_verdict: verdict } : {}),
    ...(isAnswer(verdict) && (!row.first_answer_at || at < row.first_answer_at)
      ? { first_answer_at: at }
      : {}),
  });
  const to = afterVerdict(row.state, verdict);
  if (!isNewest || to === row.state) return;
  const reason = `the provider’s answer${isDoubtful(confidence) ? ', which is not clear' : ''}: ${stateWords(verdict)}`;
  await put(trx, actor, row, { to, reason, at, provider }, at);
}

/**
 * A person says what an answer amounts to, or that a doubtful reading is right. If it is the newest answer, the incident
 * follows.
 */
export async function correctVerdict(
  trx: Trx,
  actor: Actor,
  number: number,
  messageId: number,
  verdict: Verdict,
  catalogue: Catalogue,
): Promise<void> {
  const row = await lockIncident(trx, number);
  const message = await trx
    .selectFrom('messages')
    .selectAll()
    .where('id', '=', messageId)
    .where('incident_number', '=', number)
    .forUpdate()
    .executeTakeFirst();
  if (!message?.verdict) throw notFound('such answer');
  if (message.verdict === verdict && !isDoubtful(message.confidence)) return;
  const wrong = message.verdict;
  await trx.updateTable('messages').set({ verdict, confidence: null }).where('id', '=', messageId).execute();
  await append(trx, {
    incident: number,
    kind: 'verdict-corrected',
    actor,
    messageId,
    detail: { from: wrong, to: verdict, subject: message.subject },
  });
  // What does not count has moved nothing.
  if (!message.applied) return;
  const isNewest = !row.last_answer_at || message.at >= row.last_answer_at;
  await writeIncident(trx, number, {
    first_answer_at: firstOf(await answersOf(trx, number)),
    ...(isNewest ? { last_verdict: verdict } : {}),
  });
  const before = stateBefore(row);
  const rightly = afterVerdict(before, verdict);
  // Only if the wrong one is what moved it.
  if (!isNewest || row.state !== afterVerdict(before, wrong) || rightly === row.state) return;
  const provider = catalogue.byKey.get(row.provider);
  const reason = `verdict corrected to ${stateWords(verdict)}`;
  await put(trx, actor, row, { to: rightly, reason, at: message.at, provider }, row.last_request_at);
}

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
    first_answer_at: firstOf(answers),
  });
  if (row.last_answer_at && gone.at < row.last_answer_at) return;
  const asked = row.last_request_at;
  const before = stateBefore(row);
  const since = last && (!asked || last.at >= asked) ? last : undefined;
  const wrongly = afterVerdict(before, gone.verdict);
  const rightly = since ? afterVerdict(before, since.verdict) : before;
  if (wrongly === before || row.state !== wrongly || rightly === wrongly) return;
  const reason = 'the answer does not belong here';
  await put(trx, actor, row, { to: rightly, reason, at: since?.at ?? new Date(), provider }, asked);
}
