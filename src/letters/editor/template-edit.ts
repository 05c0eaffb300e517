import type { Db, Trx } from '../../database/open.ts';
import { invalid, notFound, Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { Actor } from '../../web/access.ts';
import { LANGUAGES } from '../language.ts';
import type { LetterLibrary, Shelved } from '../library.ts';
import { ROUNDS } from '../rounds.ts';
import { addVersion, textOfVersion } from './template-store.ts';
import {
  MAX_NOTE,
  partsOfKey,
  plainText,
  readText,
  sameText,
  type TemplateText,
  textOf,
} from './template-text.ts';

type Named = { key: string; language: string };

/** Refuses what no letter could ever be drafted from: an owner, round or language that is none. */
function refuseUnknown({ key, language }: Named, catalogue: Catalogue): void {
  const { owner, round, of } = partsOfKey(key);
  const isKnown =
    (of === 'kind' || catalogue.byKey.has(owner)) &&
    (ROUNDS as string[]).includes(round) &&
    Object.hasOwn(LANGUAGES, language);
  if (!isKnown) throw notFound(`letter template ${key} in ${language}`);
}

/** The template of that name; where nobody wrote one yet, an empty place for it. Throws `not-found`. */
export async function placeOf(
  db: Db | Trx,
  letters: LetterLibrary,
  catalogue: Catalogue,
  named: Named,
): Promise<Shelved> {
  const all = await letters.shelf(db);
  const found = all.find((one) => one.key === named.key && one.language === named.language);
  if (found) return found;
  refuseUnknown(named, catalogue);
  return {
    ...named,
    builtIn: undefined,
    newest: undefined,
    inForce: undefined,
    problems: [],
    releaseChanged: false,
  };
}

/** Reads what a person wrote in a template's place. */
export const readFor = (place: Shelved, text: TemplateText, letters: LetterLibrary) =>
  readText(place, text, {
    parts: letters.parts,
    before: place.newest?.claims ?? place.builtIn?.claims ?? [],
    version: place.newest?.version ?? null,
  });

/** A text of blanks has the length that a schema asks for, and says nothing. */
function refuseBlank(text: TemplateText): void {
  const fields: Record<string, string> = {};
  for (const [field, least] of [
    ['title', 3],
    ['when', 10],
    ['subject', 3],
    ['body', 1],
  ] as const)
    if ([...text[field].trim()].length < least) fields[field] = `Needed: at least ${least} characters.`;
  if (Object.keys(fields).length > 0)
    throw new Problem('invalid', 'Some fields need another look.', { fields });
}

const told = ({ line, column, words }: { line: number; column: number; words: string }) =>
  `line ${line}, column ${column}: ${words}`;

/**
 * Saves a text as the newest version. Throws `invalid` with every mistake and its place (`facts.problems`), and
 * `changed-meanwhile` when `since` is no longer the newest version. Returns the version in force; what says the same
 * as the newest version makes no new one.
 */
export async function saveTemplate(
  trx: Trx,
  actor: Actor,
  letters: LetterLibrary,
  place: Shelved,
  { since, note, ...written }: TemplateText & { since: number; note?: string | undefined },
): Promise<number> {
  const text = plainText(written);
  refuseBlank(text);
  const { template, problems } = readFor(place, text, letters);
  if (problems.length > 0) {
    const fields: Record<string, string> = {};
    for (const problem of problems) fields[problem.field] ??= told(problem);
    throw new Problem(
      'invalid',
      `The template has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}.`,
      {
        fields,
        facts: { problems },
      },
    );
  }
  const newest = place.newest && textOfVersion(place.newest);
  if (newest && place.newest?.version === since && sameText(newest, text)) return since;
  if (!place.newest && place.builtIn && sameText(place.builtIn, text)) return 0;
  return addVersion(trx, actor, place, {
    since,
    text: { ...text, claims: template.claims },
    builtIn: place.builtIn ? textOf(place.builtIn) : null,
    note: (note ?? '')
      .replace(/[\s\0]+/g, ' ')
      .trim()
      .slice(0, MAX_NOTE),
  });
}

/** Goes back to what is built in, as a version of its own; a template of one's own is taken away. */
export async function restoreBuiltIn(trx: Trx, actor: Actor, place: Shelved, since: number): Promise<number> {
  if (!place.newest || !textOfVersion(place.newest))
    throw invalid('version', 'There is nothing to go back from: nobody changed this template.');
  const builtIn = place.builtIn ? textOf(place.builtIn) : null;
  return addVersion(trx, actor, place, { since, text: null, builtIn, note: '' });
}
