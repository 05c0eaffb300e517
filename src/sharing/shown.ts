import type { Db } from '../database/open.ts';
import { kindTitles } from '../evidence/kind-titles.ts';
import type { LetterLibrary } from '../letters/library.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { EntryPlace } from '../timeline/store.ts';
import { sharedView } from './page.ts';
import type { Scope } from './parts.ts';
import { readShared } from './read.ts';

/** What the page of a share shows, for the reader and for whoever looks at it before it is made. */
export async function shownShare(
  { db, catalogue, letters }: { db: Db; catalogue: Catalogue; letters: LetterLibrary },
  number: number,
  scope: Scope,
  { zone, after }: { zone: string; after?: EntryPlace | undefined },
) {
  const now = new Date();
  const read = await readShared(db, number, scope, { now, after });
  const view = sharedView(read, scope, {
    zone,
    now,
    providerName: catalogue.byKey.get(read.row.provider)?.name ?? read.row.provider,
    kindTitles: await kindTitles(),
    claimText: letters.claimText,
  });
  return { ...view, nextEntries: read.timeline?.next ?? null };
}
