import type { Provider, Route } from '../providers/schema.ts';
import type { Material } from './material.ts';

const HOUR = 3_600_000;
const ASKABLE: Route['kind'][] = ['form', 'email', 'portal'];

/** They answer letters by the usual route. A list that only expires still hears of its own errors. */
export function takesLetters(
  provider: Provider | undefined,
  route: Route | undefined,
  { cause }: Material,
): boolean {
  if (!provider || !route) return true;
  if (route.kind === 'recipient') return false;
  if (route.kind !== 'none') return true;
  return cause?.class === 'listing-error' && provider.routes.some(({ kind }) => ASKABLE.includes(kind));
}

/** Whom to turn to when the desk keeps silent: the playbook’s next one, else another of its routes. */
export function otherRouteOf(provider: Provider | undefined, used: Route | undefined): string | undefined {
  const next = provider?.escalation?.find(({ route }) => route !== undefined && route !== used?.key);
  if (next) return provider?.routes.find(({ key }) => key === next.route)?.name ?? next.text;
  return provider?.routes.find(
    (route) => route !== used && route.rules === undefined && ASKABLE.includes(route.kind),
  )?.name;
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
