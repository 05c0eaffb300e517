import type { Catalogue } from '../../providers/catalogue.ts';
import type { Provider, ReplyRule, Verdict } from '../../providers/schema.ts';
import { textOfJson } from './json-text.ts';
import { partsOfReply, type ReplyParts } from './newest-part.ts';
import { booksFor, type PhraseBook, readPhraseBooks } from './phrase-book.ts';
import { readSentence } from './read-sentence.ts';
import { providerOfReply } from './reply-provider.ts';
import { readTable } from './reply-table.ts';
import { fold, MAX_REPLY_CHARACTERS, readableText, verbatim } from './reply-text.ts';
import { sentencesOf } from './sentences.ts';
import {
  type AddressVerdict,
  type Judgement,
  judgementOf,
  type Sorted,
  sortedAddresses,
  verdictsByAddress,
} from './sorted-addresses.ts';
import { findTicketReferences } from './ticket-reference.ts';
import { tokensOf } from './tokens.ts';
import { decide, type Reading } from './verdict-rules.ts';

export type Reply = { subject?: string; from?: string; text: string };
export type ClassifyOptions = {
  catalogue: Catalogue;
  /** Catalogue key of the provider that was asked, when that is known. */
  provider?: string;
};
/** With less confidence a person should look. */
export const SURE = 0.6;
/** What a reply amounts to. `quote` are the words that led to it, `rule` names what decided. */
export type Classification = {
  verdict: Verdict;
  /** From 0 to 1; see {@link SURE}. */
  confidence: number;
  quote: string | null;
  /** Words that speak for another result, if there are any. */
  against: string | null;
  provider: string | null;
  reference: string | null;
  rule: string;
  /** Where a reply sorts addresses, each with its own result, in the reply's order; else empty. */
  perAddress: AddressVerdict[];
};

/** The whole, and the addresses that were sorted. */
type Judged = Judgement & { sorted: Sorted[] };

/** The newest part is read up to this length, in characters. */
const MAX_NEWEST = 16_000;
const NOTHING: Judgement = { verdict: 'other', confidence: 0.1, words: null, rule: 'none' };
const AUTOMATIC = ['absence', 'undelivered'];
const RELIEF: Verdict[] = ['mitigated', 'conditionally-mitigated'];

let loaded: PhraseBook[] | undefined;
const phraseBooks = (): PhraseBook[] => {
  loaded ??= readPhraseBooks();
  return loaded;
};

function catalogueRule(
  text: string,
  provider: Provider | undefined,
): { rule: ReplyRule; words: string } | null {
  const sentences = sentencesOf(text);
  for (const rule of provider?.replies ?? []) {
    const { all = [], any = [], none = [], pattern } = rule.match;
    const says = (sentence: string, words: string): boolean =>
      fold(sentence).toLowerCase().includes(fold(words).toLowerCase());
    const words = sentences.find(
      (sentence) =>
        all.every((one) => says(sentence, one)) &&
        (any.length === 0 || any.some((one) => says(sentence, one))) &&
        !none.some((one) => says(sentence, one)) &&
        (pattern === undefined || new RegExp(pattern, 'iu').test(sentence)),
    );
    if (words !== undefined) return { rule, words };
  }
  return null;
}

/** So few sentences are a terse answer ("unblocked"), which often goes without its full stops. */
const MAX_TERSE_SENTENCES = 3;

function readText(text: string, books: PhraseBook[]): Reading[] {
  const sentences = sentencesOf(text);
  const isTerse = sentences.length <= MAX_TERSE_SENTENCES;
  return sentences.map((one) => readSentence(one, books, isTerse));
}

/** Where addresses are sorted, the one that the reply says we asked about decides, else the first. */
function judge(text: string, books: PhraseBook[], provider: Provider | undefined): Judged {
  const table = readTable(text.slice(0, MAX_NEWEST), books);
  const sorted = sortedAddresses(table, books);
  const first = sorted.find(({ isAsked }) => isAsked) ?? sorted[0];
  if (first) return { ...first.judgement, sorted };
  const general = judgementOf(decide(readText(table.text, books))) ?? NOTHING;
  const known = catalogueRule(table.text, provider);
  // A phrase of the provider is surer than general language, but never turns a refusal, or what may be one, into relief.
  const isContrary = general.verdict === 'denied' || (general !== NOTHING && general.confidence < SURE);
  if (!known || (isContrary && RELIEF.includes(known.rule.verdict))) return { ...general, sorted };
  return {
    verdict: known.rule.verdict,
    confidence: 0.95,
    words: known.words,
    rule: `${provider?.key}/${known.rule.id}`,
    sorted,
  };
}

/** The subject alone tells of absences and delivery reports; else it counts only when the text says nothing. */
function withSubject(judged: Judged, subject: string | null, books: PhraseBook[]): Judged {
  if (subject === null) return judged;
  const reading = readSentence(subject.slice(0, 300), books);
  const automatic = reading.found.find((one) => AUTOMATIC.includes(one.signal));
  const instead = automatic && judgementOf(decide([{ text: subject, found: [automatic] }]));
  if (instead) return { ...instead, sorted: [] };
  if (judged.rule !== NOTHING.rule) return judged;
  const decision = judgementOf(decide([reading]));
  return decision ? { ...decision, confidence: Math.min(decision.confidence, 0.5), sorted: [] } : judged;
}

function judgeParts(parts: ReplyParts, books: PhraseBook[], provider: Provider | undefined): Judged {
  const own = judge(parts.newest, books, provider);
  if (parts.passedOn === null) return withSubject(own, parts.subject, books);
  const passedOn = partsOfReply(parts.passedOn);
  return withSubject(judge(passedOn.newest, books, provider), parts.subject, books);
}

/**
 * Reads a provider's answer: verdict, whose desk wrote, its ticket reference. Any text is taken, also hostile
 * one; see `MAX_REPLY_CHARACTERS` for how much of it is read.
 */
export function classifyReply(input: Reply, options: ClassifyOptions): Classification {
  const text = readableText(textOfJson(input.text.slice(0, MAX_REPLY_CHARACTERS)) ?? input.text);
  const parts = partsOfReply(
    text,
    input.subject === undefined ? undefined : readableText(input.subject).slice(0, 1000),
  );
  const whole = [parts.subject ?? '', text].join('\n');
  const from = input.from ?? parts.from ?? undefined;
  const provider = providerOfReply(
    { raw: input.text, parts, ...(from === undefined ? {} : { from }) },
    options.catalogue,
    options.provider,
  );
  const books = booksFor(tokensOf(`${parts.newest} ${parts.passedOn ?? ''}`.slice(0, 4000)), phraseBooks());
  const judged = judgeParts(parts, books, options.catalogue.byKey.get(provider ?? ''));
  const source = fold(`${input.text}\n${input.subject ?? ''}`.slice(0, MAX_REPLY_CHARACTERS));
  const quoteOf = (words: string | null) => (words === null ? null : verbatim(words, source));
  const references = findTicketReferences(whole, options.catalogue, provider ?? undefined);
  return {
    verdict: judged.verdict,
    confidence: judged.confidence,
    quote: quoteOf(judged.words),
    against: quoteOf(judged.against ?? null),
    provider,
    reference: references[0]?.reference ?? null,
    rule: judged.rule,
    perAddress: verdictsByAddress(judged.sorted, quoteOf),
  };
}
