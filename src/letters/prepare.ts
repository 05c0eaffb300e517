import type { Trx } from '../database/open.ts';
import { lockIncident } from '../incidents/store.ts';
import { Problem } from '../problem.ts';
import { routeFor } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';
import { hasDraft, startLetter } from './draft-store.ts';
import type { LetterLibrary } from './library.ts';
import { nextTemplate } from './suggest.ts';

/**
 * Drafts the letter that comes next, for a person to read and send. None where the provider takes no requests
 * about such a refusal, where no template fits, or where a draft of that round waits already.
 */
export async function prepareLetter(
  trx: Trx,
  actor: Actor,
  number: number,
  {
    provider,
    rule,
    letters,
    now,
  }: { provider: Provider; rule: string | null; letters: LetterLibrary; now: Date },
): Promise<void> {
  const route = routeFor(provider, rule);
  if (route?.kind === 'none') return;
  const incident = await lockIncident(trx, number);
  const template = nextTemplate(await letters.current(trx), provider, incident, { route, rule });
  if (!template || (await hasDraft(trx, number, template.round))) return;
  try {
    await startLetter(trx, actor, number, { template, provider, letters, now });
  } catch (error) {
    // A template that somebody wrote may be too long for this incident: what was seen is kept without a letter.
    if (!(error instanceof Problem && error.code === 'invalid')) throw error;
  }
}
