import { withoutEnd } from '../providers/dead-lists.ts';
import deadZones from '../providers/dead-zones.json' with { type: 'json' };
import type { LetterFacts } from './facts.ts';

const DEAD = (deadZones as { zone: string; name: string; ended?: string }[]).map((one) => ({
  zone: one.zone.replace(/^\*\./, ''),
  name: one.name,
  ended: one.ended ?? '',
}));
const MAX_TEXT = 4000;

/** The block list that a refusal names, and since when it is dead; null: it names none. */
export function namedList(name: string | null, refusal: string): LetterFacts['list'] {
  const text = refusal.slice(0, MAX_TEXT).toLowerCase();
  const known = withoutEnd(name ?? '');
  const dead = DEAD.find((one) => text.includes(one.zone) || one.name === known);
  if (dead) return { name: known || dead.name, ended: dead.ended };
  return known ? { name: known, ended: null } : null;
}
