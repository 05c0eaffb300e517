import { BadDataFile, checkData } from '../data-file.ts';
import { CLAIM_KEYS } from '../letters/claims/claims.ts';
import deskData from './desks.json' with { type: 'json' };
import ruleData from './rules.json' with { type: 'json' };
import { type DeskFacts, Desks, type Rule, Rules } from './schema.ts';

/** Throws {@link BadDataFile} for an id that stands twice, or a claim that there is none of. */
export function readRules(data: unknown): Rule[] {
  const rules = checkData(Rules, data, 'next-step/rules.json');
  const seen = new Set<string>();
  for (const { id, when } of rules) {
    if (seen.has(id)) throw new BadDataFile(`next-step/rules.json: ${id} stands twice`);
    seen.add(id);
    for (const name of when.flatMap(Object.keys))
      if (name.startsWith('claim:') && !CLAIM_KEYS.includes(name.slice('claim:'.length)))
        throw new BadDataFile(`next-step/rules.json: ${id}: no claim is named ${name}`);
  }
  return rules;
}

/** The rules, in the order in which they are tried. */
export const RULES: Rule[] = readRules(ruleData);
const DESKS = checkData(Desks, deskData, 'next-step/desks.json');
/** What is known of a provider’s desk beyond its playbook. */
export const deskFacts = (provider: string): Partial<DeskFacts> => DESKS[provider] ?? {};
