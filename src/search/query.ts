import { BadAddress, type Network, parseNetwork } from '../addresses/address.ts';
import type { IncidentState } from '../database/tables.ts';
import { STATES } from '../incidents/incidents.ts';
import { didYouMean, nearest } from '../nearest.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { noSuchProvider, providersMeant } from '../providers/choice.ts';
import { readSpan } from './dates.ts';
import { anyOf, factQuery, networkQuery } from './lexemes.ts';
import { isOperator, OPERATORS, type Operator, shapeOf, UNFINISHED } from './operators.ts';
import { type Fault, type Token, tokensOf } from './tokens.ts';

/** What a term asks for. */
export type Asked =
  /** Words as they are written, or, one word, its other forms as well. */
  | { is: 'words'; text: string; exact: boolean; begins: boolean; alike: string }
  /** Facts of the index, as a `tsquery`. */
  | { is: 'facts'; query: string }
  | { is: 'states'; states: IncidentState[] }
  /** Who looks after the incident: a name, `me` or `none`. */
  | { is: 'assignee'; who: string }
  /** One of these tags on the incident. */
  | { is: 'tags'; names: string[] }
  | { is: 'span'; from: Date | null; to: Date | null };
export type Term = { asked: Asked; not: boolean; at: number; text: string };
export type Query = {
  text: string;
  /** All of these must fit; of one group, one. */
  groups: Term[][];
  faults: Fault[];
};

export const MAX_QUERY = 500;
const MAX_TERMS = 24;

export type Reader = { catalogue: Catalogue; timeZone: string };

const words = (text: string, more: Partial<Asked & { is: 'words' }> = {}): Asked => ({
  is: 'words',
  text,
  exact: false,
  begins: false,
  alike: '',
  ...more,
});

/** A term's meaning, or what is wrong with it. */
type Read = Asked | string;

const span = (text: string, zone: string, make: (from: Date, to: Date) => Asked): Read => {
  const read = readSpan(text, zone);
  return typeof read === 'string' ? read : make(read.from, read.to);
};

function oneOf(name: Operator, text: string, read: (values: string[]) => Asked): Read {
  const { values = [] } = shapeOf(name);
  const given = text.toLowerCase().split(',').filter(Boolean);
  const wrong = given.find((value) => !values.includes(value));
  if (wrong === undefined && given.length > 0) return read(given);
  const instead = didYouMean(wrong ?? '', values) || `; there is ${values.join(', ')}`;
  return `${wrong ? `there is no ${name} “${wrong.slice(0, 40)}”` : 'nothing is named'}${instead}`;
}

const facts = (name: string, text: string): Asked => ({
  is: 'facts',
  query: anyOf(
    text
      .toLowerCase()
      .split(',')
      .filter(Boolean)
      .map((value) => factQuery(name, value)),
  ),
});

/** An address or range that was written; undefined where it is none, and words where it is a wrong one. */
function networkIn(text: string): Network | string | undefined {
  if (!/^\[?(?:ipv6:)?[0-9a-f.:]+(?:\/\d+)?\]?$/i.test(text) || !/\d\.\d|:.*:/.test(text)) return undefined;
  try {
    return parseNetwork(text);
  } catch (error) {
    if (!(error instanceof BadAddress)) throw error;
    return error.message.replace(/\.$/, '');
  }
}

function readIs(values: string[]): Read {
  const states = values.filter((value) => value === 'open' || value === 'closed');
  if (values.length > 1 && (states.length > 0 || values.includes('mine')))
    return `write is: once for each of ${values.join(' and ')}`;
  const [value = ''] = values;
  if (value === 'open') return { is: 'states', states: UNFINISHED };
  if (value === 'closed') return { is: 'states', states: ['closed'] };
  if (value === 'mine') return { is: 'assignee', who: 'me' };
  return facts('is', values.join(','));
}

const READ: Record<Operator, (text: string, reader: Reader) => Read> = {
  provider(text, { catalogue }) {
    const named = text.split(',').map((one) => ({ one, meant: providersMeant(one, catalogue) }));
    const wrong = named.find(({ meant }) => meant.length === 0);
    if (!wrong) return facts('provider', named.flatMap(({ meant }) => meant.map(({ key }) => key)).join(','));
    const close = nearest(
      wrong.one,
      catalogue.providers.map(({ key }) => key),
    );
    return close
      ? `there is no provider “${wrong.one.slice(0, 60)}”; did you mean ${close}?`
      : noSuchProvider(wrong.one).replace(/\.$/, '');
  },
  state: (text) =>
    oneOf('state', text, (given) => ({ is: 'states', states: STATES.filter((one) => given.includes(one)) })),
  address(text) {
    const network = networkIn(text);
    if (typeof network === 'string') return network;
    if (!network) return `“${text.slice(0, 60)}” is not an IP address or CIDR range`;
    return { is: 'facts', query: networkQuery('of', network) };
  },
  before: (text, { timeZone }) => span(text, timeZone, (from) => ({ is: 'span', from: null, to: from })),
  after: (text, { timeZone }) => span(text, timeZone, (from) => ({ is: 'span', from, to: null })),
  on: (text, { timeZone }) => span(text, timeZone, (from, to) => ({ is: 'span', from, to })),
  verdict: (text) => oneOf('verdict', text, (given) => facts('verdict', given.join(','))),
  code: (text) => facts('code', text),
  ticket: (text) => facts('ticket', text),
  tag: (text) => ({
    is: 'tags',
    names: text
      .toLowerCase()
      .split(',')
      .map((name) => name.trim().replace(/^#/, '').replace(/\s+/g, '-')),
  }),
  assignee: (text) => ({ is: 'assignee', who: text }),
  reason: (text) => oneOf('reason', text, (given) => facts('reason', given.join(','))),
  domain: (text) => facts('domain', text.replace(/^@/, '')),
  // Several of a kind are that kind, too: letters.
  kind: (text) =>
    oneOf('kind', text.toLowerCase().replace(/(?<!addres)(?:(?<=s)e)?s(?=,|$)/g, ''), (given) =>
      facts('kind', given.join(',')),
    ),
  is(text) {
    let read: Read = '';
    const wrong = oneOf('is', text, (given) => {
      read = readIs(given);
      return words('');
    });
    return typeof wrong === 'string' ? wrong : read;
  },
};

/** `microsoft` also finds the incidents of the providers that are called so or run by them, `12` the incident with that number. */
function alike(text: string, catalogue: Catalogue): string {
  const number = /^#?(\d{1,9})$/.exec(text)?.[1];
  if (number) return factQuery('number', String(Number(number)));
  const providers = providersMeant(text, catalogue);
  // A part of an address or of an enhanced code.
  const begins = /^\d+(\.\d+){1,2}\.?$/.test(text) ? `'${text.replace(/\.$/, '')}.':*` : '';
  const domain = /^@?[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)
    ? facts('domain', text.replace(/^@/, ''))
    : undefined;
  return anyOf([
    begins,
    ...providers.map(({ key }) => `(${factQuery('provider', key)} & ${factQuery('kind', 'incident')})`),
    domain?.is === 'facts' ? domain.query : '',
  ]);
}

function readWord(text: string, reader: Reader): Read {
  const network = networkIn(text);
  if (typeof network === 'object') return words(text, { exact: true, alike: networkQuery('ip', network) });
  // A wrong range is said; what only looks like an address is a word: `10.0.0.1` stands in many a log.
  if (typeof network === 'string' && text.includes('/')) return network;
  if (!/[\p{L}\p{N}]/u.test(text))
    return `“${text.slice(0, 40)}” has no letter or digit that could be looked for`;
  const begins = /[\p{L}\p{N}]{2,}\*$/u.test(text);
  return words(begins ? text.slice(0, -1) : text, {
    begins,
    alike: begins ? '' : alike(text, reader.catalogue),
  });
}

function read(token: Token, reader: Reader): Read {
  if (token.quoted && !token.operator)
    return /[\p{L}\p{N}]/u.test(token.value)
      ? words(token.value, { exact: true })
      : 'there is nothing to look for between the quotation marks';
  const { operator } = token;
  if (operator === undefined) return readWord(token.value, reader);
  if (isOperator(operator)) {
    if (token.value === '')
      return `nothing stands after the colon; write it as ${OPERATORS[operator].example}`;
    return READ[operator](token.value, reader);
  }
  const meant = nearest(operator, Object.keys(OPERATORS));
  return `there is no ${operator}:${meant ? `; did you mean ${meant}:?` : ''}`;
}

/** Terms of one group are facts or words: everything else is no part of the index of words. */
const joins = ({ is }: Asked) => is === 'words' || is === 'facts';

/**
 * Reads a query. It never fails: what is wrong is left out and told with its place, and the rest counts.
 */
export function readQuery(given: string, reader: Reader): Query {
  const text = given.replaceAll('\0', ' ').slice(0, MAX_QUERY);
  const { tokens, faults } = tokensOf(text);
  const groups: Term[][] = [];
  const wrong = (token: { at: number; text: string }, said: string) =>
    faults.push({ at: token.at, length: token.text.length, words: said });
  let or: Token | undefined;
  for (const token of tokens.slice(0, MAX_TERMS)) {
    if (token.or) {
      if (groups.length === 0 || or) wrong(token, 'or stands between two terms');
      else or = token;
      continue;
    }
    const asked = read(token, reader);
    const last = groups.at(-1);
    if (typeof asked === 'string') wrong(token, asked);
    else if (asked.is === 'span' && token.not)
      wrong(token, 'a date cannot be left out; use before: and after:');
    else {
      const term = { asked, not: token.not, at: token.at, text: token.text };
      if (!or || !last) groups.push([term]);
      else if (joins(asked) && last.every((one) => joins(one.asked))) last.push(term);
      else
        wrong(
          token,
          `or does not join ${asked.is === 'span' ? 'dates' : 'states, tags and people'}; write several states as state:open,closed`,
        );
    }
    or = undefined;
  }
  if (or) wrong(or, 'or stands between two terms');
  const over = tokens[MAX_TERMS];
  if (over)
    faults.push({
      at: over.at,
      length: text.length - over.at,
      words: `only the first ${MAX_TERMS} terms count`,
    });
  if (given.length > MAX_QUERY)
    faults.push({ at: MAX_QUERY - 1, length: 1, words: `only the first ${MAX_QUERY} characters count` });
  return { text, groups, faults: faults.sort((a, b) => a.at - b.at) };
}

/** The query without one of its terms. */
export function without(query: Query, term: Term): string {
  const before = query.text.slice(0, term.at);
  const after = query.text.slice(term.at + term.text.length);
  return `${before.replace(/\s+or\s*$/i, ' ')}${before.trim() ? after : after.replace(/^\s*or\s+/i, '')}`
    .replace(/\s+/g, ' ')
    .trim();
}
