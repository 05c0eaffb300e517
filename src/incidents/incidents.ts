import type { IncidentRow, IncidentState, Severity } from '../database/tables.ts';

export const STATES = [
  'open',
  'action-needed',
  'awaiting-provider',
  'mitigated',
  'recovered',
  'closed',
] as const satisfies IncidentState[];
export const SEVERITIES = ['low', 'normal', 'high', 'critical'] as const satisfies Severity[];
export const stateWords = (state: string) => state.replaceAll('-', ' ');

/** `Outlook.com blocks 203.0.113.7 and 2 more` */
export function incidentTitle(providerName: string, addresses: string[]): string {
  const [first = 'us', ...others] = addresses;
  const more =
    others.length === 0 ? '' : others.length === 1 ? ` and ${others[0]}` : ` and ${others.length} more`;
  // “GMX, WEB.DE and mail.com” are several.
  const verb = providerName.includes(' and ') ? 'block' : 'blocks';
  return `${providerName} ${verb} ${first}${more}`;
}

type Moment = Date | null;
/** The earlier, or the later, of two moments that need not be known. */
export const earlier = (a: Moment, b: Moment): Moment => (a && b ? (a < b ? a : b) : (a ?? b));
export const later = (a: Moment, b: Moment): Moment => (a && b ? (a > b ? a : b) : (a ?? b));

/** When the block began: the first rejection that is known, else when it was logged. */
export const blockedSince = (row: Pick<IncidentRow, 'first_rejection_at' | 'opened_at'>) =>
  row.first_rejection_at && row.first_rejection_at < row.opened_at ? row.first_rejection_at : row.opened_at;

/** When it ended, as far as is known: the provider lifted it, or mail was seen to flow, or the case was closed. */
export const blockedUntil = (row: Pick<IncidentRow, 'mitigated_at' | 'recovered_at' | 'closed_at'>) =>
  row.mitigated_at ?? row.recovered_at ?? row.closed_at;

/** When what happened. */
export type Clocked = Pick<
  IncidentRow,
  | 'first_rejection_at'
  | 'opened_at'
  | 'mitigated_at'
  | 'recovered_at'
  | 'closed_at'
  | 'first_request_at'
  | 'first_answer_at'
>;

const between = (from: Date | null, to: Date | null) =>
  from && to ? Math.max(0, to.getTime() - from.getTime()) : null;

/**
 * The durations that matter, in milliseconds; null while they are not known. `blocked` runs until now while blocked. One
 * that ended when it began is not known either: of a case that was brought in, one of the two times may be all there is.
 */
export function durations(row: Clocked, now: Date) {
  const since = blockedSince(row);
  const ended = blockedUntil(row);
  return {
    blocked: ended && ended <= since ? null : between(since, ended ?? now),
    toFirstRequest: between(since, row.first_request_at),
    toFirstAnswer: between(row.first_request_at, row.first_answer_at),
    toMitigation: between(row.first_request_at, row.mitigated_at),
  };
}
