import { beginsRound } from '../letters/rounds.ts';
import { ASKABLE } from '../providers/other-route.ts';
import type { Provider, Route } from '../providers/schema.ts';
import type { Material } from './material.ts';

const HOUR = 3_600_000;

/** Somebody else asks there, or acts in the provider’s place. */
const BY_OTHERS: Route['kind'][] = ['recipient', 'network-owner'];

/** They answer letters by the usual route. A list that only expires still hears of its own errors. */
export function takesLetters(
  provider: Provider | undefined,
  route: Route | undefined,
  { cause }: Material,
): boolean {
  if (!provider || !route) return true;
  if (BY_OTHERS.includes(route.kind) || provider.letters?.rounds.length === 0) return false;
  if (route.kind !== 'none') return true;
  return cause?.class === 'listing-error' && provider.routes.some(({ kind }) => ASKABLE.includes(kind));
}

/** A form has no thread to remind in: where the playbook names a second desk, the reminder goes there. */
export const remindsElsewhere = (provider: Provider | undefined, used: Route | undefined): boolean =>
  used !== undefined &&
  used.kind !== 'email' &&
  provider?.escalation?.some(
    ({ to, route, afterRounds }) => to === 'second-desk' && route !== used.key && afterRounds === 1,
  ) === true;

/** Rounds of letters about the block as it stands; of one that came back, at least the one before. */
export function roundsOf({
  row,
  sent,
  blockedAgain,
}: Pick<Material, 'row' | 'sent' | 'blockedAgain'>): number {
  if (blockedAgain === null || row.round === 0) return row.round;
  return Math.max(1, sent.filter(({ round, at }) => beginsRound(round) && at >= blockedAgain.at).length);
}

/** The rounds after which this provider never gave in. None where each reply that brings a fix may go. */
export function isSpent(provider: Provider | undefined, round: number): boolean {
  const rounds = provider?.stop?.rounds ?? (provider?.stop ? undefined : provider?.coolDown?.rounds);
  return rounds !== undefined && rounds > 0 && round >= rounds;
}

/** Listed again so often that the operator’s rule is to let the removal alone. */
export function relistedTooOften(provider: Provider | undefined, { earlierEnds, row }: Material): boolean {
  const rule = provider?.stop?.relistings;
  if (!rule) return false;
  const since = row.opened_at.getTime() - rule.hours * HOUR;
  const again = earlierEnds.filter((at) => at.getTime() >= since).length + row.relapses;
  return again >= rule.count;
}

/** None of the operator’s zones weighs much, so few receivers refuse by them. */
export const isLowWeight = (operator: Provider | undefined): boolean => {
  const zones = operator?.zones ?? [];
  return zones.length > 0 && zones.every(({ weight }) => weight === 'low' || weight === 'informational');
};
