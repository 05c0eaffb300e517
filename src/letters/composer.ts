import { channelOptions } from '../correspondence/channels.ts';
import { lastCheck } from '../evidence/checks/store.ts';
import { listAccounts } from '../mail-out/accounts.ts';
import { dispatchView } from '../mail-out/dispatch-view.ts';
import { usualRecipient } from '../mail-out/recipient.ts';
import { dispatchOfLetter } from '../mail-out/shown.ts';
import { lettersThatWorked, sumsOf } from '../outcomes/read.ts';
import { workedFrom, workedInAll } from '../outcomes/view.ts';
import { reaches, type Viewer } from '../web/access.ts';
import { localInput } from '../web/format.ts';
import type { FormProblem } from '../web/forms.ts';
import { bodyOf, currentDraft } from './draft-store.ts';
import { otherProviders } from './gate/other-providers.ts';
import { readJudgement } from './gate/store.ts';
import { earlierOverrides, overridesOf } from './overrides.ts';
import { composerView } from './page.ts';
import { isRequest } from './rounds.ts';
import { enteredWith } from './sending.ts';
import type { Shelf, WholeLetter } from './whole-letter.ts';
import { standingOf } from './wording-trials/turn.ts';

/** Reads all that the composer shows of a letter. `typed` is what stands in its form and is not saved. */
export async function readComposer(
  { db, catalogue, letters }: Shelf,
  { timeZone: zone, role }: Pick<Viewer, 'timeZone' | 'role'>,
  whole: WholeLetter,
  typed: Record<string, string> = {},
  problem?: FormProblem,
) {
  const { letter, incident, provider, template } = whole;
  const now = new Date();
  const [current, standing, overrides, earlier, entered, check, before, accounts, dispatch, sums] =
    await Promise.all([
      currentDraft(db, letter, whole, now),
      standingOf(db, letters, letter),
      overridesOf(db, letter.id),
      letter.state === 'sent' ? [] : earlierOverrides(db, letter),
      enteredWith(db, letter.id),
      lastCheck(db, incident.number),
      lettersThatWorked(db, incident.provider, incident.number),
      listAccounts(db),
      letter.state === 'sent' ? dispatchOfLetter(db, letter.id) : undefined,
      isRequest(letter.round) ? sumsOf(db, incident.provider) : [],
    ]);
  const mailTo = await usualRecipient(db, letter, current.deskAddress);
  const judged = await readJudgement(db, letter, whole, current, {
    to: mailTo,
    text: { subject: typed['subject'] ?? letter.subject, body: bodyOf(typed['body'] ?? letter.body) },
    otherProviders: otherProviders(catalogue.providers, incident.provider),
  });
  return composerView({
    letter,
    incident,
    provider,
    template,
    newestTemplate: standing.template,
    side: standing.side,
    draft: current.draft,
    facts: current.facts,
    route: current.route,
    overrides,
    earlier,
    judged,
    worked: {
      provider: incident.provider,
      ofTemplate: workedFrom(sums, [letter.template]),
      ofRound: workedInAll(sums.filter(({ round }) => round === letter.round)),
    },
    entered,
    check,
    before,
    accounts: accounts.filter((account) => !account.disabled_at),
    mailTo,
    dispatch: dispatch ? dispatchView(dispatch, incident.number) : null,
    typed,
    problem,
    zone,
    canWrite: reaches(role, 'operator'),
    now: localInput(now, zone),
    channels: channelOptions,
  });
}
