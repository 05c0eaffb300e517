import type { Catalogue } from '../providers/catalogue.ts';
import type { Provider, ReplyRule, Verdict } from '../providers/schema.ts';
import { partsOfReply, type ReplyParts } from './newest-part.ts';
import { booksFor, findPhrases, type PhraseBook, readPhraseBooks } from './phrase-book.ts';
import { readSentence } from './read-sentence.ts';
import { providerOfReply } from './reply-provider.ts';
import { type ResultSection, readTable } from './reply-table.ts';
import { fold, readableText, verbatim } from './reply-text.ts';
import { sentencesOf } from './sentences.ts';
import { findTicketReferences } from './ticket-reference.ts';
import { ADDRESS_TOKEN, tokensOf } from './tokens.ts';
import { type Decision, decide, type Reading, standingSignals } from './verdict-rules.ts';

export type Reply = { subject?: string; from?: string; text: string };
export type ClassifyOptions = {
  catalogue: Catalogue;
  /** Catalogue key of the provider that was asked, when that is known. */
  provider?: string;
};
/** What a reply amounts to. `quote` are the words that led to it, `rule` names what decided. */
export type Classification = {
  verdict: Verdict;
  /** From 0 to 1; below 0.6 a person should look. */
  confidence: number;
  quote: string | null;
  provider: string | null;
  reference: string | null;
  rule: string;
};

type Judgement = { verdict: Verdict; confidence: number; words: string | null; rule: string };

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

function judgementOf(decision: Decision | null): Judgement | null {
  if (!decision) return null;
  const { verdict, confidence, rule, evidence, found } = decision;
  return {
    verdict,
    confidence,
    words: evidence.text,
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

/** Lines with an address and its result each; the first one decides. */
function judgeRows(text: string, books: PhraseBook[]): Judgement | null {
  const rows = text
    .split('\n')
    .filter((line) => line.length <= 300 && tokensOf(line).slice(0, 4).includes(ADDRESS_TOKEN));
  const judged = rows.flatMap((line) => {
    const tokens = tokensOf(line).filter((token) => token !== ADDRESS_TOKEN);
    const headings = books.flatMap((book) => findPhrases(book, book.headings, tokens));
    const reading = readSentence(line, books);
    const found = standingSignals([...reading.found, ...headings]);
    const judgement = judgementOf(decide([{ text: line.trim(), found }]));
    return judgement ? [judgement] : [];
  });
  return judged.length >= 2 ? (judged[0] ?? null) : null;
}

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

function judge(text: string, books: PhraseBook[], provider: Provider | undefined): Judgement {
  const table = readTable(text.slice(0, MAX_NEWEST), books);
  const section = table.sections[0];
  if (section) return judgeSection(section, books);
  const rows = judgeRows(table.text, books);
  if (rows) return rows;
  const general =
    judgementOf(decide(sentencesOf(table.text).map((one) => readSentence(one, books)))) ?? NOTHING;
  const known = catalogueRule(table.text, provider);
  // A phrase of the provider is surer than general language, but never turns a refusal into relief.
  if (!known || (general.verdict === 'denied' && RELIEF.includes(known.rule.verdict))) return general;
  return {
    verdict: known.rule.verdict,
    confidence: 0.95,
    words: known.words,
    rule: `${provider?.key}/${known.rule.id}`,
  };
}

/** The subject alone tells of absences and delivery reports; else it counts only when the text says nothing. */
function withSubject(judgement: Judgement, subject: string | null, books: PhraseBook[]): Judgement {
  if (subject === null) return judgement;
  const reading = readSentence(subject.slice(0, 300), books);
  const automatic = reading.found.find((one) => AUTOMATIC.includes(one.signal));
  if (automatic) return judgementOf(decide([{ text: subject, found: [automatic] }])) ?? judgement;
  if (judgement !== NOTHING) return judgement;
  const decision = judgementOf(decide([reading]));
  return decision ? { ...decision, confidence: Math.min(decision.confidence, 0.5) } : judgement;
}

function judgeParts(parts: ReplyParts, books: PhraseBook[], provider: Provider | undefined): Judgement {
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
  const text = readableText(input.text);
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
  const judgement = judgeParts(parts, books, options.catalogue.byKey.get(provider ?? ''));
  const references = findTicketReferences(whole, options.catalogue, provider ?? undefined);
  return {
    verdict: judgement.verdict,
    confidence: judgement.confidence,
    quote:
      judgement.words === null ? null : verbatim(judgement.words, `${input.text}\n${input.subject ?? ''}`),
    provider,
    reference: references[0]?.reference ?? null,
    rule: judgement.rule,
  };
}
