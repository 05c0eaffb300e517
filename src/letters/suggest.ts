import type { IncidentRow, IncidentState } from '../database/tables.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import { isArgumentFor } from './claims.ts';
import type { Round } from './rounds.ts';
import type { LetterTemplate } from './templates.ts';

/** The round that comes next, by state and the last answer. */
export function nextRound(facts: {
  state: IncidentState;
  lastVerdict: Verdict | null;
  round: number;
}): Round {
  const { state, lastVerdict, round } = facts;
  if (state === 'mitigated') return lastVerdict === 'refused-to-explain' ? 'thanks' : 'ask-cause';
  if (state === 'recovered' || state === 'closed') return 'thanks';
  // Open with requests behind it: refused again after it was lifted, which is a new matter.
  if (round === 0 || state === 'open') return 'first';
  if (lastVerdict === 'needs-information') return 'answer-info';
  if (lastVerdict === 'denied' || lastVerdict === 'not-blocked' || lastVerdict === 'closed')
    return 'second-review';
  return 'followup-silence';
}

/**
 * Templates for this provider: its own, then those of its kind, then the general ones, each for the rounds
 * and languages that nothing before it has; notices for all. A general one that argues with what does not
 * count for this kind of desk is left out.
 */
export function templatesFor(
  templates: LetterTemplate[],
  provider: Pick<Provider, 'key' | 'kind'>,
): LetterTemplate[] {
  const fits = (template: LetterTemplate) =>
    template.claims.every((claim) => isArgumentFor(claim, provider.kind));
  const tiers = [
    templates.filter((template) => template.provider === provider.key),
    templates.filter((template) => template.kind === provider.kind),
    templates.filter((template) => template.kind === 'mailbox-provider' && fits(template)),
  ];
  const chosen: LetterTemplate[] = [];
  for (const tier of tiers) {
    const taken = new Set(chosen.map((one) => `${one.round} ${one.language}`));
    chosen.push(...tier.filter((template) => !taken.has(`${template.round} ${template.language}`)));
  }
  return [...chosen, ...templates.filter((template) => template.kind === 'customers')];
}

/** The template to begin with: of that round, in that language where there is one, else in English. */
export function suggestTemplate(
  templates: LetterTemplate[],
  provider: Pick<Provider, 'key' | 'kind'>,
  round: Round,
  language?: string,
): LetterTemplate | undefined {
  const fitting = templatesFor(templates, provider).filter((template) => template.round === round);
  return (
    fitting.find((template) => template.language === language) ??
    fitting.find((template) => template.language === 'en') ??
    fitting[0]
  );
}

/** The template for what comes next in an incident; a first request where its round has none. */
export function nextTemplate(
  templates: LetterTemplate[],
  provider: Pick<Provider, 'key' | 'kind'>,
  incident: Pick<IncidentRow, 'state' | 'last_verdict' | 'round'>,
  language?: string,
): LetterTemplate | undefined {
  const { state, last_verdict: lastVerdict, round } = incident;
  return (
    suggestTemplate(templates, provider, nextRound({ state, lastVerdict, round }), language) ??
    suggestTemplate(templates, provider, 'first', language)
  );
}
