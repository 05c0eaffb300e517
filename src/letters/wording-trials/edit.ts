import type { Trx } from '../../database/open.ts';
import { invalid, notFound, Problem } from '../../problem.ts';
import type { Actor } from '../../web/access.ts';
import { restoreBuiltIn, saveTemplate } from '../editor/template-edit.ts';
import { getVersion, textOfVersion } from '../editor/template-store.ts';
import { partsOfKey } from '../editor/template-text.ts';
import type { LetterLibrary, Shelved } from '../library.ts';
import { isRequest } from '../rounds.ts';
import type { LetterTemplate } from '../templates.ts';
import { addTrial, closeTrial, lockTrial } from './store.ts';
import { type Side, wordingOf, wordingWords } from './trial.ts';

/** Why no two wordings of a template can be compared; empty: they can. */
export function whyNoTrial({ key, inForce }: Shelved): string {
  if (!isRequest(inForce?.round ?? partsOfKey(key).round))
    return 'Letters of this round ask for nothing that is granted or denied, so their wordings cannot be compared.';
  return inForce ? '' : 'No letter is drafted from this template.';
}

const sayTheSame = (one: LetterTemplate, other: LetterTemplate) =>
  one.subject === other.subject && one.body.trimEnd() === other.body.trimEnd();

/**
 * Has letters be given two wordings by turn from now on. Throws `invalid` where they cannot be compared, and
 * `already-exists` while a comparison of the template runs. Returns its id.
 */
export async function startTrial(
  trx: Trx,
  actor: Actor,
  letters: LetterLibrary,
  place: Shelved,
  { a, b }: { a: number; b: number },
): Promise<number> {
  const why = whyNoTrial(place);
  if (why) throw invalid('a', why);
  if (a === b) throw invalid('b', 'Choose another one than wording A.');
  const read = async (field: Side, wording: number) => {
    const template = await letters.wording(trx, place, wording);
    if (!template) throw invalid(field, `There is none that this release can use: ${wordingWords(wording)}.`);
    return template;
  };
  if (sayTheSame(await read('a', a), await read('b', b)))
    throw invalid('b', 'Subject and text are the same as those of wording A.');
  const added = await addTrial(trx, actor, place, { a, b });
  if (!added)
    throw new Problem('already-exists', 'A comparison of this template runs already. End it first.');
  return added.id;
}

/** Puts a wording in force, as a version of its own where another one is. */
async function adopt(trx: Trx, actor: Actor, letters: LetterLibrary, place: Shelved, wording: number) {
  const since = place.newest?.version ?? 0;
  if (wording === 0) {
    if (place.newest && textOfVersion(place.newest)) await restoreBuiltIn(trx, actor, place, since);
    return;
  }
  const text = textOfVersion(await getVersion(trx, place, wording));
  if (!text || wording === since) return;
  const note = `as in version ${wording}, after a comparison`;
  await saveTemplate(trx, actor, letters, place, { ...text, since, note });
}

/**
 * Ends a comparison; `use` puts that wording in force. Letters are drafted from what is in force again. Throws
 * `changed-meanwhile` when it was ended before.
 */
export async function endTrial(
  trx: Trx,
  actor: Actor,
  letters: LetterLibrary,
  place: Shelved,
  { id, use }: { id: number; use?: Side | undefined },
): Promise<void> {
  const trial = await lockTrial(trx, place, id);
  if (!trial) throw notFound('such comparison of this template');
  if (trial.ended_at)
    throw new Problem('changed-meanwhile', `${trial.ended_by_name} ended this comparison already.`);
  const chosen = use ? wordingOf(trial, use) : null;
  if (chosen !== null) await adopt(trx, actor, letters, place, chosen);
  await closeTrial(trx, actor, trial, { chosen });
}
