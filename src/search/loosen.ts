import { type Query, type Term, without } from './query.ts';

type Looser = { words: string; query: string };

const MOST = 6;
const isWord = ({ asked }: Term) => asked.is === 'words';

/** Queries that ask for less: without one of the terms, or for the beginning of the only word. */
export function loosen(query: Query): Looser[] {
  const terms = query.groups.flat();
  const [only] = terms;
  if (terms.length === 1 && only?.asked.is === 'words') {
    const { text, begins, exact } = only.asked;
    if (exact && /\s/.test(text)) return [{ words: 'the words in any order', query: text }];
    return begins || exact || text.length < 4 || !/^[\p{L}\p{N}]+$/u.test(text)
      ? []
      : [{ words: `words that begin with ${text.slice(0, -1)}`, query: `${text.slice(0, -1)}*` }];
  }
  // Operators first: a word is what somebody looks for.
  return [...terms.filter((term) => !isWord(term)), ...terms.filter(isWord)]
    .slice(0, MOST)
    .map((term) => ({ words: `without ${term.text}`, query: without(query, term) }))
    .filter(({ query }) => query !== '');
}
