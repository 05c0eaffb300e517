import { BadAddress, parseNetwork } from '../../addresses/address.ts';
import type { Verdict } from '../../providers/schema.ts';
import { findPhrases, type PhraseBook } from './phrase-book.ts';
import { readSentence } from './read-sentence.ts';
import type { ReplyTable, ResultSection } from './reply-table.ts';
import { sentencesOf } from './sentences.ts';
import { ADDRESS_TOKEN, addressesIn, tokensOf } from './tokens.ts';
import { type Decision, decide, type Reading, standingSignals } from './verdict-rules.ts';

/** What a part of a reply amounts to. `words` are those that led to it, `against` speak for another result, `rule` names what decided. */
export type Judgement = {
  verdict: Verdict;
  confidence: number;
  words: string | null;
  against?: string | null;
  rule: string;
};
/** Addresses as the reply writes them, and the result that it gives all of them. `isAsked`: it says that we asked about them. */
export type Sorted = { addresses: string[]; judgement: Judgement; isAsked?: boolean };
/** One address or range, as `203.0.113.7` or `203.0.113.0/28`, with its own result. */
export type AddressVerdict = { network: string; verdict: Verdict; quote: string | null };

/** More addresses than this are sorted by no reply. */
const MOST_ADDRESSES = 500;
const LONGEST_ROW = 300;
/** What an address can be given; that something was received, or is closed, says nothing of it. */
const RESULTS: Verdict[] = [
  'mitigated',
  'conditionally-mitigated',
  'denied',
  'not-blocked',
  'needs-information',
];

export function judgementOf(decision: Decision | null): Judgement | null {
  if (!decision) return null;
  const { verdict, confidence, rule, evidence, found, against } = decision;
  return {
    verdict,
    confidence,
    words: evidence.text,
    against: against?.text ?? null,
    rule: `${rule}/${found.language || 'any'}: ${found.source}`,
  };
}

/** The section's heading decides; a limit named under it makes a mitigation a conditional one. */
function judgeSection(section: ResultSection, books: PhraseBook[]): Judgement {
  const readings = sentencesOf(section.body).map((text) => readSentence(text, books));
  const saying = (signals: string[]): Reading | undefined =>
    readings.find(({ found }) => found.some((one) => signals.includes(one.signal)));
  const limit = section.verdict === 'mitigated' ? saying(['limit', 'conditional']) : undefined;
  if (limit)
    return {
      verdict: 'conditionally-mitigated',
      confidence: 0.9,
      words: limit.text,
      rule: 'table: mitigated with a limit',
    };
  return {
    verdict: section.verdict,
    confidence: 0.95,
    words: section.heading,
    rule: `table: ${section.signal}`,
  };
}

/** Lines that begin with an address and have its result beside it: none, or at least two. */
function sortedRows(text: string, books: PhraseBook[]): Sorted[] {
  const rows = text
    .split('\n')
    .filter((line) => line.length <= LONGEST_ROW && tokensOf(line).slice(0, 4).includes(ADDRESS_TOKEN));
  const judged = rows.flatMap((line) => {
    const tokens = tokensOf(line).filter((token) => token !== ADDRESS_TOKEN);
    const headings = books.flatMap((book) => findPhrases(book, book.headings, tokens));
    const reading = readSentence(line, books);
    const found = standingSignals([...reading.found, ...headings]);
    const judgement = judgementOf(decide([{ text: line.trim(), found }]));
    return judgement ? [{ addresses: addressesIn(line), judgement }] : [];
  });
  return judged.length >= 2 ? judged : [];
}

/** Where a sentence turns from one address to another. */
const CLAUSE_END =
  /[,;、，；]\s?|\s(?=(?:but|while|whereas|however|aber|während|jedoch|dagegen|mais|tandis|alors|ma|mentre|invece|pero|mientras|maar|terwijl|echter|mas|enquanto|porém)\s)/giu;

/** A sentence cut so that each piece has an address; whole where that is not possible. */
function clausesOf(sentence: string): string[] {
  const clauses: string[] = [];
  for (const piece of sentence.split(CLAUSE_END)) {
    const last = clauses.at(-1);
    const ownsOne = addressesIn(piece).length > 0;
    if (last !== undefined && (!ownsOne || addressesIn(last).length === 0))
      clauses[clauses.length - 1] = `${last}, ${piece}`;
    else clauses.push(piece);
  }
  return clauses.every((clause) => addressesIn(clause).length > 0) ? clauses : [sentence];
}

function judgeWords(text: string, books: PhraseBook[]): Sorted | null {
  const reading = readSentence(text, books);
  const judgement = judgementOf(decide([reading]));
  if (!judgement || !RESULTS.includes(judgement.verdict)) return null;
  const isAsked = reading.found.some(({ signal }) => signal === 'asked-about');
  return { addresses: addressesIn(text), judgement, isAsked };
}

/** Sentences that give addresses results of their own: none, or at least two different ones. */
function sortedSentences(text: string, books: PhraseBook[]): Sorted[] {
  if (new Set(addressesIn(text)).size < 2) return [];
  const judged = sentencesOf(text)
    .filter((sentence) => addressesIn(sentence).length > 0)
    .flatMap((sentence) => {
      const clauses = clausesOf(sentence).map((clause) => judgeWords(clause, books));
      const whole = clauses.length > 1 && clauses.includes(null) ? [judgeWords(sentence, books)] : clauses;
      return whole.filter((one) => one !== null);
    });
  const addresses = new Set(judged.flatMap((one) => one.addresses));
  const verdicts = new Set(judged.map(({ judgement }) => judgement.verdict));
  return addresses.size > 1 && verdicts.size > 1 ? judged : [];
}

/** The addresses that a reply sorts by results, in its order: in a table, in rows, or in sentences. */
export function sortedAddresses(table: ReplyTable, books: PhraseBook[]): Sorted[] {
  if (table.sections.length > 0)
    return table.sections.map((section) => ({
      addresses: section.addresses,
      judgement: judgeSection(section, books),
    }));
  const rows = sortedRows(table.text, books);
  return rows.length > 0 ? rows : sortedSentences(table.text, books);
}

function networkOf(address: string): string | null {
  try {
    return parseNetwork(address).text;
  } catch (error) {
    if (error instanceof BadAddress) return null;
    throw error;
  }
}

/** Each address once, with the first result that it is given; masked and malformed ones are left out. */
export function verdictsByAddress(
  sorted: Sorted[],
  quoteOf: (words: string | null) => string | null,
): AddressVerdict[] {
  const verdicts = new Map<string, AddressVerdict>();
  for (const { addresses, judgement } of sorted.slice(0, MOST_ADDRESSES)) {
    const quote = quoteOf(judgement.words);
    for (const address of addresses.slice(0, MOST_ADDRESSES - verdicts.size)) {
      const network = networkOf(address);
      if (network !== null && !verdicts.has(network))
        verdicts.set(network, { network, verdict: judgement.verdict, quote });
    }
  }
  return [...verdicts.values()];
}
