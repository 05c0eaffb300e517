import { builtOnce } from './built-once.ts';
import type { Catalogue } from './catalogue.ts';
import type { Provider } from './schema.ts';
import type { Zone } from './zone-schema.ts';

/** The zones of all operators. */
export const allZones = builtOnce((catalogue): Zone[] =>
  catalogue.providers.flatMap(({ zones = [] }) => zones),
);

const operators = builtOnce(
  (catalogue): Map<string, Provider> =>
    new Map(
      catalogue.providers.flatMap((operator) =>
        (operator.zones ?? []).map(({ zone }) => [zone, operator] as const),
      ),
    ),
);
export const operatorOf = (catalogue: Catalogue, zone: string): Provider | undefined =>
  operators(catalogue).get(zone);

/** The names of all zones that the catalogue knows, live and ended, and that replies cite. */
const knownNames = builtOnce((catalogue): Set<string> => {
  const cited = [
    ...catalogue.providers.flatMap(({ lists }) => lists.flatMap((list) => list.cited)),
    ...catalogue.lists.map((list) => list.cited),
  ];
  const live = allZones(catalogue).map(({ zone }) => zone);
  const ended = catalogue.deadZones.map(({ zone }) => zone.replace(/^\*\./, ''));
  return new Set([...live, ...ended, ...cited.filter((name) => name.includes('.'))]);
});

/** What operators call zones of their own: `dnsbl.example.org`, `bl.example.net`. */
const SOUNDS_LIKE_LIST = /^(?:[a-z0-9-]*(?:dnsbl|rbl)[a-z0-9-]*|[a-z0-9-]{0,8}bl|black-?list|block-?list)\./;

/** Whether a name is a DNS list's zone, or below one: in front of some stands a customer's key. */
export function isListZone(catalogue: Catalogue, name: string): boolean {
  const lower = name.toLowerCase().replace(/\.$/, '');
  if (SOUNDS_LIKE_LIST.test(lower)) return true;
  const labels = lower.split('.');
  const zones = knownNames(catalogue);
  return labels.some((_, from) => from < labels.length - 1 && zones.has(labels.slice(from).join('.')));
}

/**
 * Whether an operator lists domains alone: a refusal that cites it is about a link or a name in the message, and an
 * address beside it only tells who sent.
 */
export function listsOnlyDomains(catalogue: Catalogue, operator: string | null): boolean {
  const zones = catalogue.byKey.get(operator ?? '')?.zones ?? [];
  return zones.length > 0 && zones.every(({ lists }) => lists.every((what) => what === 'domains'));
}
