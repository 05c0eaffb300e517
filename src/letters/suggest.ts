import type { IncidentRow, IncidentState } from '../database/tables.ts';
import type { Provider, Route, Verdict } from '../providers/schema.ts';
import { isArgumentFor } from './claims/claims.ts';
import { isForAllDesks, isToDesk, type Round } from './rounds.ts';
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

export type Desk = Pick<Provider, 'key' | 'name' | 'kind' | 'languages' | 'letters' | 'routes'>;

/** A provider that the catalogue does not know: a mailbox provider that reads English and takes letters. */
export const unknownDesk = (key: string): Desk => ({
  key,
  name: key,
  kind: 'mailbox-provider',
  languages: ['en'],
  routes: [],
});

/** Ways by which we ask the desk itself. At a self-service page the letter is the record of what was entered. */
const ASKED_BY = ['form', 'email', 'portal', 'self-service'];

/** Whether a letter of that round goes to the desk. Its own file says so, or else its routes. */
export function takesLetter(desk: Desk, round: string): boolean {
  if (!isToDesk(round)) return true;
  if (desk.letters) return desk.letters.rounds.includes(round);
  return desk.routes.length === 0 || desk.routes.some(({ kind }) => ASKED_BY.includes(kind));
}

/** Why the desk gets no letter, or not every one; empty: it reads all. */
export const whyNoLetter = (desk: Desk, route: Route | undefined): string =>
  desk.letters?.why ??
  (route && !ASKED_BY.includes(route.kind) ? [`${route.name}.`, ...route.notes.slice(0, 1)].join(' ') : '');

/**
 * Templates for this provider: its own, then those of its kind, then the general ones, each for the rounds
 * and languages that nothing before it has. A general one that argues with what does not count for this kind
 * of desk is left out, and so is every letter that the desk does not read.
 */
export function templatesFor(templates: LetterTemplate[], desk: Desk): LetterTemplate[] {
  const isGeneral = (template: LetterTemplate) =>
    template.kind !== undefined &&
    (!isToDesk(template.round) ||
      (template.kind === 'mailbox-provider' &&
        isForAllDesks(template.round) &&
        template.claims.every((claim) => isArgumentFor(claim, desk.kind))));
  const tiers = [
    templates.filter((template) => template.provider === desk.key),
    templates.filter((template) => template.kind === desk.kind),
    templates.filter(isGeneral),
  ];
  const chosen: LetterTemplate[] = [];
  for (const tier of tiers) {
    const taken = new Set(chosen.filter((one) => !one.rules).map((one) => `${one.round} ${one.language}`));
    chosen.push(
      ...tier.filter(({ round, language }) => takesLetter(desk, round) && !taken.has(`${round} ${language}`)),
    );
  }
  return chosen;
}

/** The languages to look for, best first: the one that is wanted, those that the desk reads, English. */
const languagesFor = (desk: Desk, round: Round, wanted: string | undefined): string[] => [
  ...(wanted ? [wanted] : []),
  ...(isToDesk(round) ? desk.languages : []),
  'en',
];

/**
 * The template to begin with: of that round, in the first of those languages in which there is one, and of two the
 * one that is meant for the rejection's rule.
 */
export function suggestTemplate(
  templates: LetterTemplate[],
  desk: Desk,
  round: Round,
  language?: string,
  rule?: string | null,
): LetterTemplate | undefined {
  const isMeant = (template: LetterTemplate) => template.rules?.includes(rule ?? '') ?? false;
  const fitting = templatesFor(templates, desk)
    .filter((template) => template.round === round && (!template.rules || isMeant(template)))
    .sort((a, b) => Number(isMeant(b)) - Number(isMeant(a)));
  for (const wanted of languagesFor(desk, round, language)) {
    const found = fitting.find((template) => template.language === wanted);
    if (found) return found;
  }
  return fitting[0];
}

type NextBy = { language?: string | undefined; route?: Route | undefined; rule?: string | null };

/** Where a first request goes that is not for the desk itself. */
const FIRST_TO: Partial<Record<Route['kind'], Round>> = {
  'network-owner': 'hand-over',
  recipient: 'note',
};

/**
 * The template for what comes next in an incident, by the way to ask about its refusal; a first request where its
 * round has none. None where there is nobody to write to.
 */
export function nextTemplate(
  templates: LetterTemplate[],
  desk: Desk,
  incident: Pick<IncidentRow, 'state' | 'last_verdict' | 'round'>,
  { language, route, rule }: NextBy = {},
): LetterTemplate | undefined {
  const { state, last_verdict: lastVerdict, round } = incident;
  const next = nextRound({ state, lastVerdict, round });
  const elsewhere = next === 'first' && route ? FIRST_TO[route.kind] : undefined;
  return (
    suggestTemplate(templates, desk, elsewhere ?? next, language, rule) ??
    (takesLetter(desk, next) ? suggestTemplate(templates, desk, 'first', language, rule) : undefined)
  );
}
