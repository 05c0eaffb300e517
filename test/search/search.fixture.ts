import { search } from '../../src/search/search.ts';
import type { Viewer } from '../../src/web/access.ts';
import { CATALOGUE, type TestDesk } from '../desk.ts';

export const VIEWER: Viewer = {
  userId: null,
  tokenId: null,
  name: 'A token',
  role: 'admin',
  timeZone: 'Europe/Berlin',
  theme: 'system',
  singleKeys: true,
  deskWhose: 'everybody',
  mustEnrol: false,
};

/** What a query finds: each as its kind and id, newest first. */
export async function found({ db }: TestDesk, text: string, limit = 200): Promise<string[]> {
  const { hits, faults } = await search(
    db,
    { text, sort: 'newest', limit, facets: false },
    VIEWER,
    CATALOGUE,
  );
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return hits.map(({ kind, sourceId }) => `${kind} ${sourceId}`);
}
