import type { IncidentState } from '../database/tables.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import type { Round } from './rounds.ts';
import type { LetterTemplate } from './templates.ts';

/** The round that comes next, by state and the last answer. */
export function nextRound(facts: { state: IncidentState; lastVerdict: Verdict | null; round: number }): Round {
  const { state, lastVerdict, round } = facts;
  if (state === 'mitigated') return 'ask-cause';
  if (state === 'recovered' || state === 'closed') return 'thanks';
  if (round === 0) return 'first';
  if (lastVerdict === 'needs-information') return 'answer-info';
  if (lastVerdict === 'denied' || lastVerdict === 'not-blocked' || lastVerdict === 'closed') return 'second-review';
  return 'followup-silence';
}

/** Templates for this provider: its own, and those of its kind for the rounds that it has none for; notices for all. */
export function templatesFor(templates: LetterTemplate[], provider: Pick<Provider, 'key' | 'kind'>): LetterTemplate[] {
  const own = templates.filter((template) => template.provider === provider.key);
  const has = (template: LetterTemplate) => own.some((one) => one.round === template.round && one.language === template.language);
  const kin = templates.filter((template) => template.kind === provider.kind && !has(template));
  const general = provider.kind === 'mailbox-provider' ? [] : templates.filter((template) => template.kind === 'mailbox-provider' && !has(template) && !kin.some((one) => one.round === template.round && one.language === template.language));
  return [...own, ...kin, ...general, ...templates.filter((template) => template.kind === 'customers')];
}

/** The template to begin with: of that round, in that language where there is one, else in English. */
export function suggestTemplate(templates: LetterTemplate[], provider: Pick<Provider, 'key' | 'kind'>, round: Round, language?: string): LetterTemplate | undefined {
  const fitting = templatesFor(templates, provider).filter((template) => template.round === round);
  return fitting.find((template) => template.language === language) ?? fitting.find((template) => template.language === 'en') ?? fitting[0];
}
