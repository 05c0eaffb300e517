import type { Provider } from './schema.ts';

/** The parts of a playbook that may differ from refusal to refusal. */
const PARTS = ['timing', 'coolDown', 'course', 'escalation', 'stop'] as const;

type Varying = Partial<Pick<Provider, 'cases' | (typeof PARTS)[number]>>;

/**
 * The playbook as it holds for a refusal: where it has a case for the rule, what the case says takes the place of what
 * is said for all. `ruleId` is the id within the provider's file; null or unknown: what holds for all.
 */
export function playbookFor<Of extends Varying>(provider: Of, ruleId: string | null): Of {
  const found = ruleId === null ? undefined : provider.cases?.find(({ rules }) => rules.includes(ruleId));
  if (!found) return provider;
  const own = PARTS.flatMap((part) => (found[part] === undefined ? [] : [[part, found[part]] as const]));
  return { ...provider, ...Object.fromEntries(own) };
}
