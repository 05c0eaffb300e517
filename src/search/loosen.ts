import { type Query, type Term, without } from './query.ts';

type Looser = { words: string; query: string };

const MOST = 6;
const isWord = ({ asked }: Term) => asked.is === 'words';

/** A year that was written as a word, as a time: who writes “microsoft 2025” asks for what happened then. */
const inYears = ({ text }: Query, terms: Term[]): Looser[] =>
  terms
    .filter((term) => isWord(term) && !term.not && /^(?:19|20)\d\d$/.test(term.text))
    .map((term) => ({
      words: `in the year ${term.text}`,
      query: `${text.slice(0, term.at)}on:${term.text}${text.slice(term.at + term.text.length)}`,
    }));

/** Queries that ask for less: a year as a time, without one of the terms, or for the beginning of the only word. */
export function loosen(query: Query): Looser[] {
  const terms = query.groups.flat();
  const [only] = terms;
  if (terms.length === 1 && only?.asked.is === 'words') {
    const { text, begins, exact } = only.asked;
    if (exact && /\s/.test(text)) return [{ words: 'the words in any order', query: text }];
    const [year] = inYears(query, terms);
    if (year) return [year];
    return begins || exact || text.length < 4 || !/^[\p{L}\p{N}]+$/u.test(text)
      ? []
      : [{ words: `words that begin with ${text.slice(0, -1)}`, query: `${text.slice(0, -1)}*` }];
  }
  // Operators first: a word is what somebody looks for.
  const fewer = [...terms.filter((term) => !isWord(term)), ...terms.filter(isWord)]
    .map((term) => ({ words: `without ${term.text}`, query: without(query, term) }))
    .filter(({ query }) => query !== '');
  return [...inYears(query, terms), ...fewer].slice(0, MOST);
}
