import type { Db } from '../../database/open.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { LetterLibrary, Shelved } from '../library.ts';
import { type TypedTrial, trialsView } from '../wording-trials/view.ts';
import { showView, standingText, templateHref, versionView } from './template-page.ts';
import { NO_PREVIEW, previewFor } from './template-preview.ts';
import { listVersions } from './template-store.ts';

type Desk = { db: Db; catalogue: Catalogue; letters: LetterLibrary };
const SHOWN = 30;

/** All that a template's page shows. */
export async function templateShown(
  desk: Desk,
  place: Shelved,
  given: {
    incident?: number | undefined;
    below?: number | undefined;
    trial?: TypedTrial;
    canEdit: boolean;
  },
) {
  const { incident, below, trial, canEdit } = given;
  const text = standingText(place);
  const href = templateHref(place);
  const versions = await listVersions(desk.db, place, { limit: SHOWN, below });
  return {
    ...showView(place, desk.catalogue.byKey),
    versions: versions.items.map((row) => versionView(row, href)),
    older: versions.next ? `${href}?below=${versions.next}#h-versions` : '',
    incident: incident ?? '',
    ...(incident && text ? await previewFor(desk, place, text, incident) : NO_PREVIEW),
    trials: await trialsView(desk.db, place, trial),
    canEdit,
  };
}
