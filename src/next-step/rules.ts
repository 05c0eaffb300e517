import { BadDataFile, checkData } from '../data-file.ts';
import { didYouMean } from '../nearest.ts';
import { conditionFault } from './askable.ts';
import deskData from './desks.json' with { type: 'json' };
import { namesIn } from './engine.ts';
import { WORDS } from './facts.ts';
import ruleData from './rules.json' with { type: 'json' };
import { type DeskFacts, Desks, type Rule, Rules } from './schema.ts';

const FILE = 'src/next-step/rules.json';

/** What the schema alone cannot say of a rule: what it asks for, and names in its sentences, is there. */
function faultOf({ when, what, why }: Rule): string | undefined {
  for (const [name, condition] of when.flatMap((all) => Object.entries(all))) {
    const fault = conditionFault(name, condition);
    if (fault) return `/when: ${fault}`;
  }
  const named = namesIn(`${what} ${why}`);
  const odd = named.find((name) => !WORDS.some((word) => word === name));
  return odd && `{${odd}} stands for nothing${didYouMean(odd, WORDS) || `; there is ${WORDS.join(', ')}`}`;
}

/** Throws {@link BadDataFile} for an id that stands twice, and for a rule that asks for or names what there is not. */
export function readRules(data: unknown): Rule[] {
  const rules = checkData(Rules, data, FILE);
  const seen = new Set<string>();
  for (const rule of rules) {
    const fault = seen.has(rule.id) ? 'the id stands twice' : faultOf(rule);
    if (fault) throw new BadDataFile(`${FILE}: ${rule.id}: ${fault}`);
    seen.add(rule.id);
  }
  return rules;
}

/** The rules, in the order in which they are tried. */
export const RULES: Rule[] = readRules(ruleData);
const DESKS = checkData(Desks, deskData, 'src/next-step/desks.json');
/** What is known of a provider’s desk beyond its playbook. */
export const deskFacts = (provider: string): Partial<DeskFacts> => DESKS[provider] ?? {};
