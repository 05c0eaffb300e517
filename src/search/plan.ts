import type { IncidentState } from '../database/tables.ts';
import { STATES } from '../incidents/incidents.ts';
import { allOf, anyOf } from './lexemes.ts';
import type { Asked, Query, Term } from './query.ts';
import type { Fault } from './tokens.ts';

type Words = Asked & { is: 'words' };

/** A query in the terms of the search index. */
export type Plan = {
  /** All that the index of words is asked, as a `tsquery`; empty: nothing. */
  words: string;
  /** What has to hold of whatever is found by a fragment: the same without the words that are looked for. */
  rest: string;
  /** The words alone, to show where they stand. */
  shown: string;
  /** Parts of titles that do instead of all the words; none: words only. */
  fragments: string[];
  from: Date | null;
  to: Date | null;
  states: IncidentState[] | null;
  /** Ids of those who may look after the incident, null among them for nobody; the whole null: whoever. */
  assignees: (number | null)[] | null;
  notAssignees: (number | null)[];
  /** Of each, the incident has one, or none. */
  tags: { names: string[]; not: boolean }[];
  faults: Fault[];
};

/** What is asked of the database before: forms of words, and who is called so. */
export type Known = {
  /** By text: the forms that it is found by, each a `tsquery`; the exact one first. */
  forms: Map<string, string[]>;
  people: Map<string, (number | null)[]>;
};

export const wordsIn = (query: Query): string[] =>
  query.groups.flat().flatMap(({ asked }) => (asked.is === 'words' ? [asked.text] : []));
export const peopleIn = (query: Query): string[] =>
  query.groups.flat().flatMap(({ asked }) => (asked.is === 'assignee' ? [asked.who] : []));

/** Lexemes of a query of words. */
export const lexemesIn = (query: string): string[] =>
  [...query.matchAll(/'((?:[^']|'')+)'/g)].map(([, lexeme = '']) => lexeme.replaceAll("''", "'"));

const inBrackets = (query: string) => (query.includes(' ') ? `(${query})` : query);

function formsOf(asked: Words, known: Known): string[] {
  const [exact, ...others] = known.forms.get(asked.text) ?? [];
  if (!exact) return [];
  if (asked.begins && !exact.includes(' ')) return [`${exact}:*`];
  return (asked.exact ? [exact] : [exact, ...others]).map(inBrackets);
}

function queryOf({ asked, not }: Term, known: Known): string {
  if (asked.is !== 'words' && asked.is !== 'facts') return '';
  const query = asked.is === 'facts' ? asked.query : anyOf([...formsOf(asked, known), asked.alike]);
  return query && not ? `!${query}` : query;
}

/** Trigrams are of letters and digits in a row; three digits alone are in half of all addresses. */
const FRAGMENT = /[\p{L}\p{N}]{4}|(?=\p{N}*\p{L})[\p{L}\p{N}]{3}/u;

/** Words that may be fragments: none where one of them is exact, left out or joined with `or`. */
function fragmentsOf(query: Query): string[] {
  const groups = query.groups.filter((group) => group.some(({ asked, not }) => asked.is === 'words' && !not));
  const found = groups.map(([term, ...others]) =>
    term?.asked.is === 'words' && others.length === 0 && !term.asked.exact ? term.asked.text : '',
  );
  return found.every((text) => FRAGMENT.test(text)) ? found : [];
}

const latest = (a: Date | null, b: Date | null) => (!a || (b && b > a) ? b : a);
const earliest = (a: Date | null, b: Date | null) => (!a || (b && b < a) ? b : a);
const both = <T>(a: T[] | null, b: T[]) => (a ? a.filter((one) => b.includes(one)) : b);

export function planOf(query: Query, known: Known): Plan {
  const plan: Plan = {
    ...{ words: '', rest: '', shown: '', fragments: fragmentsOf(query), from: null, to: null },
    ...{ states: null, assignees: null, notAssignees: [], tags: [], faults: [] },
  };
  const rest: string[] = [];
  const wanted: string[] = [];
  const shown: string[] = [];
  for (const group of query.groups) {
    const [{ asked, not } = { asked: undefined, not: false }] = group;
    if (asked?.is === 'span') {
      plan.from = latest(plan.from, asked.from);
      plan.to = earliest(plan.to, asked.to);
    } else if (asked?.is === 'states') {
      const states = not ? STATES.filter((state) => !asked.states.includes(state)) : asked.states;
      plan.states = both(plan.states, states);
    } else if (asked?.is === 'tags') {
      plan.tags.push({ names: asked.names, not });
    } else if (asked?.is === 'assignee') {
      const ids = known.people.get(asked.who) ?? [];
      if (ids.length === 0)
        plan.faults.push(faultOf(group[0], `nobody is called “${asked.who.slice(0, 60)}”`));
      else if (not) plan.notAssignees.push(...ids);
      else plan.assignees = both(plan.assignees, ids);
    } else {
      const queries = group.map((term) => queryOf(term, known));
      for (const [index, query] of queries.entries())
        if (!query)
          plan.faults.push(faultOf(group[index], 'there is nothing in it that could be looked for'));
      const joined = anyOf(queries);
      if (!joined) continue;
      const looksFor = group.filter((term) => term.asked.is === 'words' && !term.not);
      (looksFor.length > 0 ? wanted : rest).push(joined);
      shown.push(
        ...looksFor.flatMap((term) => (term.asked.is === 'words' ? formsOf(term.asked, known) : [])),
      );
    }
  }
  return { ...plan, words: allOf([...wanted, ...rest]), rest: allOf(rest), shown: anyOf(shown) };
}

const faultOf = (term: Term | undefined, words: string): Fault => ({
  at: term?.at ?? 0,
  length: term?.text.length ?? 0,
  words,
});

/** Whether nothing is asked: all that was written could not be understood, or nothing was written. */
export const asksNothing = (plan: Plan): boolean =>
  !plan.words &&
  !plan.from &&
  !plan.to &&
  !plan.states &&
  !plan.assignees &&
  plan.tags.length === 0 &&
  plan.notAssignees.length === 0;
