import { builtOnce } from '../../providers/built-once.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { allZones } from '../../providers/list-zones.ts';
import { deadZone, unionsOf } from '../../providers/zone-faults.ts';
import type { AnswerKind, Zone } from '../../providers/zone-schema.ts';
import type { Listed } from './question.ts';

/** Which zones are asked, and which would want a key that we do not have. */
export type ListPlan = { ask: Zone[]; keyless: Zone[] };

const WEIGHTS = ['high', 'medium', 'low', 'informational'];

/** All zones that list anything, but for those that have ended; what weighs most comes first. */
const liveZones = builtOnce((catalogue): Zone[] =>
  allZones(catalogue)
    .filter((zone) => zone.score === undefined && !deadZone(catalogue.deadZones, zone.zone))
    .sort((a, b) => WEIGHTS.indexOf(a.weight) - WEIGHTS.indexOf(b.weight)),
);

const speaksAgainst = ({ kind }: { kind: AnswerKind }): boolean => kind === 'listing' || kind === 'policy';

/** A list of good words only cannot list. */
export const canList = ({ codes, bits }: Zone): boolean =>
  codes.some(speaksAgainst) || bits?.some(speaksAgainst) === true;

/** Whether a listing there would be one of the address or domain itself, and count. */
export const counts = (zone: Zone): boolean =>
  zone.weight !== 'informational' && zone.scope === undefined && canList(zone);

export const matters = (zone: Zone): boolean => counts(zone) && zone.weight !== 'low';

/** A zone is left out while another one is asked that holds all of its entries. */
export function planLists(catalogue: Catalogue, listed: Listed, keyed: ReadonlySet<string>): ListPlan {
  const zones = liveZones(catalogue).filter(({ lists }) => lists.includes(listed));
  const byName = new Map(zones.map((zone) => [zone.zone, zone]));
  const hasWay = ({ zone, use }: Zone) => use.access !== 'key' || keyed.has(zone);
  const [open, keyless] = [zones.filter(hasWay), zones.filter((zone) => !hasWay(zone))];
  const without = (some: Zone[], unions: Zone[]) =>
    some.filter((zone) => !unionsOf(zone, byName).some((union) => unions.includes(union)));
  return { ask: without(open, open), keyless: without(keyless, zones) };
}
