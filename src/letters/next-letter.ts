import type { Db } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { routeFor } from '../providers/playbook.ts';
import type { Provider, Route } from '../providers/schema.ts';
import type { LetterLibrary } from './library.ts';
import type { Round } from './rounds.ts';
import { ruleOf } from './rule-of.ts';
import { type Desk, nextTemplate, suggestTemplate, unknownDesk } from './suggest.ts';
import type { LetterTemplate } from './templates.ts';

export type Next = {
  desk: Desk;
  /** The way to ask about the newest refusal. */
  route: Route | undefined;
  rule: string | null;
  templates: LetterTemplate[];
  /** Undefined: there is nobody to write to. */
  template: LetterTemplate | undefined;
};

/** `round`: that the next step names; without one, and where the desk has no such letter, the state tells what is next. */
type Wanted = { round?: Round | undefined; language?: string | undefined };

/** The letter that comes next in an incident, and what that follows from. */
export async function nextLetter(
  db: Db,
  letters: LetterLibrary,
  incident: IncidentRow,
  provider: Provider | undefined,
  { round, language }: Wanted = {},
): Promise<Next> {
  const [templates, rule] = await Promise.all([letters.current(db), ruleOf(db, incident, provider)]);
  const desk = provider ?? unknownDesk(incident.provider);
  const route = provider && routeFor(provider, rule);
  const named = round && suggestTemplate(templates, desk, round, language, rule);
  const template = named ?? nextTemplate(templates, desk, incident, { language, route, rule });
  return { desk, route, rule, templates, template };
}

/** What the button `Answer` of a conversation begins, or goes on with. */
export type Answer = { draft: number | null; template: string; language: string; title: string };

/** The letter to answer with, in the language of the last one; null: none. */
export async function letterToAnswer(
  db: Db,
  letters: LetterLibrary,
  incident: IncidentRow,
  provider: Provider | undefined,
): Promise<Answer | null> {
  if (incident.state === 'closed') return null;
  const written = await db
    .selectFrom('letters')
    .select(['id', 'state', 'round', 'language'])
    .where('incident_number', '=', incident.number)
    .where('state', '!=', 'discarded')
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
  const language = written.find((letter) => letter.state === 'sent')?.language;
  const { template } = await nextLetter(db, letters, incident, provider, { language });
  if (!template) return null;
  const begun = written.find(({ state, round }) => state === 'draft' && round === template.round);
  return {
    draft: begun?.id ?? null,
    template: template.key,
    language: template.language,
    title: template.title,
  };
}
