import type { Db } from '../../database/open.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { linkOf, searchLink } from '../../search/page.ts';
import { search } from '../../search/search.ts';
import type { Viewer } from '../../web/access.ts';
import { stateWords } from '../incidents.ts';
import type { Block } from './blocks.ts';

/** Somebody who types a few words looks for something as often as not. */
export type KnownAbout = {
  /** What was looked for. */
  words: string;
  addresses: { text: string; href: string }[];
  incidents: { number: number; title: string; state: string; stateWords: string }[];
  /** To all that is found. */
  href: string;
};

const MOST_CHARACTERS = 80;
const MOST_INCIDENTS = 5;
const MOST_HITS = 20;

/** The address that the words name, else all of them. */
const wordsLookedFor = (text: string, { networks: [network] }: Pick<Block, 'networks'>): string =>
  network?.text ?? text.trim();

/** Incidents, tickets and addresses that a few words name. Undefined: they are many, or there is nothing. */
export async function knownAbout(
  db: Db,
  text: string,
  named: Pick<Block, 'networks'>,
  { viewer, catalogue }: { viewer: Viewer; catalogue: Catalogue },
): Promise<KnownAbout | undefined> {
  const words = wordsLookedFor(text, named);
  if (words.length > MOST_CHARACTERS || words.includes('\n')) return undefined;
  const asking = { sort: 'newest' as const, limit: MOST_HITS, facets: false };
  const { hits, plan } = await search(
    db,
    { ...asking, text: `${words} kind:incident,ticket,address` },
    viewer,
    catalogue,
  );
  // Where no word is looked for, the newest of all would be found.
  if (hits.length === 0 || !plan.shown) return undefined;
  const incidents = new Map(hits.flatMap(({ incident }) => (incident ? [[incident.number, incident]] : [])));
  return {
    words,
    addresses: hits.flatMap((hit) =>
      hit.kind === 'address' && hit.network ? [{ text: hit.network, href: linkOf(hit) }] : [],
    ),
    incidents: [...incidents.values()].slice(0, MOST_INCIDENTS).map(({ number, title, state }) => ({
      number,
      title,
      state,
      stateWords: stateWords(state),
    })),
    href: searchLink(words),
  };
}
