import type { Db, Trx } from '../database/open.ts';
import type { IncidentRow, LetterRow } from '../database/tables.ts';
import { getIncident } from '../incidents/store.ts';
import { notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { getLetter } from './letter-rows.ts';
import type { LetterLibrary } from './library.ts';
import type { DraftedFrom } from './templates.ts';

/** A letter, its incident, the template that it was drafted from, and the provider where the catalogue knows it. */
export type WholeLetter = DraftedFrom & { letter: LetterRow; incident: IncidentRow };
export type Shelf = { db: Db | Trx; catalogue: Catalogue; letters: LetterLibrary };

export async function wholeLetter({ db, catalogue, letters }: Shelf, id: number): Promise<WholeLetter> {
  const letter = await getLetter(db, id);
  const [incident, template] = await Promise.all([
    getIncident(db, letter.incident_number),
    letters.of(db, letter),
  ]);
  return { letter, incident, template, provider: catalogue.byKey.get(incident.provider) };
}

/** The same, as it is reached from its incident. */
export async function letterIn(shelf: Shelf, number: number, id: number): Promise<WholeLetter> {
  const whole = await wholeLetter(shelf, id);
  if (whole.letter.incident_number !== number) throw notFound('such letter');
  return whole;
}
