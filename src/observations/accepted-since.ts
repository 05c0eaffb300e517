import { count } from '../web/format.ts';
import type { HourCount } from './chart.ts';

/**
 * What the log shows after the last hour in which anything was refused or deferred, in the words of a recovery; empty
 * where nothing was accepted since, and where the log saw no refusal that this could be the end of.
 */
export function acceptedSince(hours: HourCount[]): string {
  const last = hours.findLastIndex(({ refused, deferred }) => refused + deferred > 0);
  if (last < 0) return '';
  const after = hours.slice(last + 1).filter(({ accepted }) => accepted > 0);
  const [first] = after;
  if (!first) return '';
  const accepted = count(after.reduce((total, hour) => total + hour.accepted, 0));
  return `${accepted} of ${accepted} messages accepted since ${first.hour.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
