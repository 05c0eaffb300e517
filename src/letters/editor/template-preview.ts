import type { Db } from '../../database/open.ts';
import { getIncident } from '../../incidents/store.ts';
import { Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { judgeClaims } from '../claims/claims.ts';
import { draftLetter } from '../draft.ts';
import type { LetterLibrary, Shelved } from '../library.ts';
import { readSources } from '../sources.ts';
import { readFor } from './template-edit.ts';
import { type PreviewView, previewView } from './template-page.ts';
import { plainText, type TemplateText } from './template-text.ts';

export type Preview = { preview: PreviewView | null; previewProblem: string };
export const NO_PREVIEW: Preview = { preview: null, previewProblem: '' };
type Desk = { db: Db; catalogue: Catalogue; letters: LetterLibrary };

/**
 * The letter that a text would give in an incident now. Nothing is kept and nothing is sent. Why there is none is told
 * in its place, and is no error of the page.
 */
export async function previewFor(
  { db, catalogue, letters }: Desk,
  place: Shelved,
  text: TemplateText,
  number: number,
): Promise<Preview> {
  const { template, problems } = readFor(place, plainText(text), letters);
  if (problems.length > 0) return { preview: null, previewProblem: 'Put the mistakes right first.' };
  try {
    const now = new Date();
    const incident = await getIncident(db, number);
    const provider = catalogue.byKey.get(incident.provider);
    const { facts, sources } = await readSources(db, incident, provider, now);
    const draft = draftLetter(template, facts, judgeClaims(template.claims, sources, now));
    return {
      preview: previewView({ ...draft, incident: { number, title: incident.title } }),
      previewProblem: '',
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { preview: null, previewProblem: error.message };
  }
}
