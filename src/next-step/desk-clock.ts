import type { IncidentRow } from '../database/tables.ts';
import { beginsRound } from '../letters/rounds.ts';
import { effectHours } from '../providers/effect.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import { roughHours } from './hours.ts';
import type { Material } from './material.ts';

const HOUR = 3_600_000;
const plus = (at: Date | null, hours: number): Date | null =>
  at === null ? null : new Date(at.getTime() + hours * HOUR);

type Asked = Pick<
  IncidentRow,
  'state' | 'last_verdict' | 'last_request_at' | 'last_answer_at' | 'follow_up_due_at'
>;
export type CoolDown = { end: Date; why: string };

const isAnswered = ({ last_answer_at: answer, last_request_at: request }: Asked): boolean =>
  answer !== null && (request === null || answer >= request);

/**
 * When the oldest of the requests runs out that a provider’s limit counts; null: one more may go. `sent`: letters about
 * these addresses, oldest first.
 */
export function limitEnd(
  { state }: Pick<Asked, 'state'>,
  provider: Provider | undefined,
  sent: { round: string; at: Date }[],
  now: Date,
): Date | null {
  const limit = provider?.stop?.requests;
  // A new matter is a new request, of which some desks take only so many.
  if (!limit || state !== 'open') return null;
  const counted = sent.filter(
    ({ round, at }) => beginsRound(round) && now.getTime() - at.getTime() < limit.hours * HOUR,
  );
  const first = counted.at(-limit.count);
  return first ? plus(first.at, limit.hours) : null;
}

/** Silence so far: until the usual time for an answer is over, else until a new request is worth it. */
function whileUnanswered(row: Asked, provider: Provider | undefined, name: string): CoolDown | undefined {
  // Came back to us: that time is over.
  if (row.state === 'action-needed') return undefined;
  if (row.follow_up_due_at && row.state === 'awaiting-provider')
    return { end: row.follow_up_due_at, why: `${name} has the request, and its usual time to answer runs.` };
  const cool = provider?.coolDown;
  const end = cool ? plus(row.last_request_at, cool.hours) : null;
  return end && cool ? { end, why: cool.text } : undefined;
}

/** After an answer: a mitigation takes its time to hold, and some desks read no reply to a refusal for a while. */
function afterAnswer(row: Asked, provider: Provider | undefined, name: string): CoolDown | undefined {
  const { last_verdict: verdict, last_answer_at: at } = row;
  if (verdict === 'mitigated' || verdict === 'conditionally-mitigated') {
    const hours = effectHours(provider);
    const end = plus(at, hours);
    return end
      ? { end, why: `${name} lifted the block and needs ${roughHours(hours)} for it to hold.` }
      : undefined;
  }
  const hours = provider?.timing.waitAfterDenial ?? 0;
  const end = plus(at, hours);
  if (hours === 0 || !end || verdict === 'needs-information') return undefined;
  const why = `After a refusal ${name} wants ${roughHours(hours)} to pass. ${provider?.coolDown?.text ?? ''}`;
  return { end, why };
}

/** Silence, a receipt or a no: the same request again gets the same answer. */
export const isNoYes = (verdict: Verdict | null): boolean =>
  verdict === null || verdict === 'acknowledged' || verdict === 'denied' || verdict === 'closed';

/** What tells whether a new request is worth it. */
type Tried = Pick<Material, 'row' | 'cause' | 'earlier' | 'blockedAgain'>;

/**
 * When the time is over in which a new request gets no second look, counted from the last one about this block, which may
 * stand in an incident before; null: no such time is known, or they were not refused.
 */
export function againAt({ row, earlier }: Tried, provider: Provider | undefined): Date | null {
  const hours = provider?.stop?.again;
  if (hours === undefined) return null;
  if (row.last_request_at === null) return plus(earlier?.askedAt ?? null, hours);
  return isNoYes(row.last_verdict) ? plus(row.last_request_at, hours) : null;
}

/** Something happened since that request that makes it another one: a fix, or a lifting that did not last. */
export function isChanged({ row, cause, earlier, blockedAgain }: Tried): boolean {
  const asked = row.last_request_at ?? earlier?.askedAt ?? null;
  return [cause?.fixedAt, blockedAgain?.at].some((at) => at && (asked === null || at > asked));
}

function sinceRequest(row: Asked, provider: Provider | undefined): CoolDown | undefined {
  const name = provider?.name ?? 'The provider';
  const { last_verdict: verdict } = row;
  return isAnswered(row) && verdict !== null && verdict !== 'acknowledged'
    ? afterAnswer(row, provider, name)
    : whileUnanswered(row, provider, name);
}

/** How long it would do harm to ask again; undefined: not at all. What they ask for may be answered at once. `sent` as in `limitEnd`. */
export function coolDownOf(
  row: Asked,
  provider: Provider | undefined,
  sent: { round: string; at: Date }[],
  now: Date,
): CoolDown | undefined {
  const cool = row.last_request_at === null ? undefined : sinceRequest(row, provider);
  const limit = limitEnd(row, provider, sent, now);
  if (limit === null || (cool && cool.end > limit)) return cool;
  return { end: limit, why: provider?.stop?.text ?? '' };
}
