import type { Provider, Route } from './schema.ts';

/** Ways by which somebody at the desk reads what is sent. */
export const ASKABLE: Route['kind'][] = ['form', 'email', 'portal'];

/** A way beside the one that was used, with what the playbook says of it. */
export type OtherRoute = { kind: Route['kind']; name: string; text: string };

/**
 * Whom to turn to when the desk keeps silent or says no: what the playbook names for that many rounds, else another
 * of its routes. A way with nothing to send comes last.
 */
export function otherRouteOf(
  provider: Provider | undefined,
  used: Route | undefined,
  round: number,
): OtherRoute | undefined {
  const named = (provider?.escalation ?? []).flatMap(({ route: key, text, afterRounds = 0 }) => {
    const route = provider?.routes.find((one) => one.key === key);
    return route && route !== used ? [{ kind: route.kind, name: route.name, text, afterRounds }] : [];
  });
  const told = named.filter(({ kind }) => kind !== 'none');
  const next = told.find(({ afterRounds }) => afterRounds >= round) ?? told.at(-1) ?? named[0];
  if (next) return next;
  const other = provider?.routes.find(
    (route) => route !== used && route.rules === undefined && ASKABLE.includes(route.kind),
  );
  return other && { kind: other.kind, name: other.name, text: '' };
}

/** Another desk that the playbook names, else another of its routes. */
function otherDesk(provider: Provider, used: Route | undefined): Route | undefined {
  const isOther = (route: Route) => route !== used && ASKABLE.includes(route.kind);
  const named = provider.escalation?.map(({ route: key }) => provider.routes.find((one) => one.key === key));
  return (
    named?.find((route) => route !== undefined && isOther(route)) ??
    provider.routes.find((route) => route.rules === undefined && isOther(route))
  );
}

/**
 * The way of a letter to the desk, where `usual` is the way to ask about its refusal: an escalation goes to another
 * desk, and what is written although there is nothing to ask goes to the one that reads.
 */
export function routeOfLetter(
  provider: Provider,
  usual: Route | undefined,
  round: string,
): Route | undefined {
  if (round === 'escalation') return otherDesk(provider, usual) ?? usual;
  if (usual?.kind !== 'none') return usual;
  return provider.routes.find(({ kind, rules }) => rules === undefined && ASKABLE.includes(kind)) ?? usual;
}
