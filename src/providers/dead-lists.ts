import type { Catalogue } from './catalogue.ts';
import { deadZone } from './zone-faults.ts';

/** `lists.json` writes it behind the names of lists that have ended. */
const ENDED = / \(ended(?: [^)]{1,40})?\)$/i;

/** A list’s name without the note that it has ended. */
export const withoutEnd = (name: string): string => name.replace(ENDED, '');

/** Whether a list, by the name or zone that a refusal cites, has ended. */
export function isDeadList(name: string, { deadZones }: Pick<Catalogue, 'deadZones'>): boolean {
  if (ENDED.test(name)) return true;
  const cited = name.toLowerCase();
  return (
    deadZone(deadZones, cited) !== undefined || deadZones.some((dead) => dead.name.toLowerCase() === cited)
  );
}
