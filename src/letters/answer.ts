import type { Db } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import type { Provider } from '../providers/schema.ts';
import type { LetterLibrary } from './library.ts';
import { nextRound, nextTemplate, unknownDesk } from './suggest.ts';

/** How an incident is answered next: by the draft that was begun for it, or by a template; null: by none. */
export type Answer = { draft: number | null; template: string; language: string; title: string };

/** What the button `Answer` of a conversation begins, in the language of the last letter. */
export async function readAnswer(
  db: Db,
  letters: LetterLibrary,
  incident: IncidentRow,
  provider: Provider | undefined,
): Promise<Answer | null> {
  if (incident.state === 'closed') return null;
  const round = nextRound({
    state: incident.state,
    lastVerdict: incident.last_verdict,
    round: incident.round,
  });
  const written = await db
    .selectFrom('letters')
    .select(['id', 'state', 'round', 'language'])
    .where('incident_number', '=', incident.number)
    .where('state', '!=', 'discarded')
    .orderBy('id', 'desc')
    .limit(20)
    .execute();
  const kin = provider ?? unknownDesk(incident.provider);
  const language = written.find((letter) => letter.state === 'sent')?.language;
  const template = nextTemplate(await letters.current(db), kin, incident, { language });
  if (!template) return null;
  const draft = written.find((letter) => letter.state === 'draft' && letter.round === round)?.id ?? null;
  return { draft, template: template.key, language: template.language, title: template.title };
}
