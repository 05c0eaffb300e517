import type { IncidentRow } from '../database/tables.ts';
import type { Provider } from '../providers/schema.ts';
import { roughHours } from './hours.ts';
import type { DeskFacts } from './schema.ts';

const HOUR = 3_600_000;
const plus = (at: Date | null, hours: number): Date | null =>
  at === null ? null : new Date(at.getTime() + hours * HOUR);

/** Hours until a mitigation holds everywhere; where it is not published, two days. */
const EFFECT_HOURS = 48;
export const effectHours = (provider: Provider | undefined): number =>
  provider?.timing.effectiveWithin ?? EFFECT_HOURS;

type Asked = Pick<
  IncidentRow,
  'state' | 'last_verdict' | 'last_request_at' | 'last_answer_at' | 'follow_up_due_at'
>;
export type CoolDown = { end: Date; why: string };

const isAnswered = ({ last_answer_at: answer, last_request_at: request }: Asked): boolean =>
  answer !== null && (request === null || answer >= request);

/**
 * How long it would do harm to ask again; undefined: not at all. What they ask for may be answered at once, a refusal
 * after its desk's time, silence after the usual time for answers.
 */
export function coolDownOf(
  row: Asked,
  provider: Provider | undefined,
  desk: Partial<DeskFacts>,
): CoolDown | undefined {
  const { last_verdict: verdict } = row;
  if (row.last_request_at === null || verdict === 'needs-information') return undefined;
  const name = provider?.name ?? 'The provider';
  if (verdict === 'mitigated' || verdict === 'conditionally-mitigated') {
    const end = plus(row.last_answer_at, effectHours(provider));
    const time = roughHours(effectHours(provider));
    return end ? { end, why: `${name} lifted the block and needs ${time} for it to hold.` } : undefined;
  }
  const cool = provider?.coolDown;
  if (isAnswered(row) && verdict !== null && verdict !== 'acknowledged') {
    const quiet = desk.quietAfterDenial ?? 0;
    const end = plus(row.last_answer_at, quiet);
    if (quiet === 0 || !end) return undefined;
    return { end, why: `After a refusal ${name} reads no answer for ${roughHours(quiet)}. ${cool?.text ?? ''}` };
  }
  // Came back to us: the usual time for an answer is over.
  if (row.state === 'action-needed') return undefined;
  if (row.follow_up_due_at && row.state === 'awaiting-provider')
    return { end: row.follow_up_due_at, why: `${name} has the request, and its usual time to answer runs.` };
  const end = cool ? plus(row.last_request_at, cool.hours) : null;
  return end && cool ? { end, why: cool.text } : undefined;
}
