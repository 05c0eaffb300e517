import type { GateFacts, Level, Span } from './finding.ts';
import { type Folded, findPhrase } from './folded.ts';
import phraseData from './phrases.json' with { type: 'json' };

/** Lower case; a `*` at the end of a phrase stands for any ending. `audience`: only for that kind of desk. */
export type PhraseRule = {
  rule: string;
  level: Level;
  language: string;
  words: string[];
  advice: string;
  audience?: string;
};
export const PHRASE_RULES = phraseData as PhraseRule[];

/** As often as one phrase is shown; it is mended by the same thought wherever it stands. */
const MOST_OF_ONE = 3;

export type PhraseHit = { key: string; rule: string; level: Level; advice: string; span: Span };

const covers = (outer: PhraseHit, inner: PhraseHit) =>
  outer !== inner &&
  outer.rule === inner.rule &&
  outer.level === inner.level &&
  outer.span.start <= inner.span.start &&
  outer.span.end >= inner.span.end;

/** Of two phrases on the same words the longer one is kept, and of two equal ones the first. */
function distinct(hits: PhraseHit[]): PhraseHit[] {
  const same = (a: PhraseHit, b: PhraseHit) => a.span.start === b.span.start && a.span.end === b.span.end;
  return hits.filter(
    (hit, index) => !hits.some((other, at) => covers(other, hit) && (!same(other, hit) || at < index)),
  );
}

/** Known phrases in a letter's language; English ones count in every language, for people mix them in. */
export function phraseHits(folded: Folded, language: string, audience: GateFacts['audience']): PhraseHit[] {
  const hits = PHRASE_RULES.filter(
    (one) =>
      (one.language === language || one.language === 'en') &&
      (one.audience === undefined || one.audience === audience),
  ).flatMap(({ rule, level, words, advice }) =>
    words.flatMap((phrase) =>
      findPhrase(folded, phrase, MOST_OF_ONE).map((span) => ({
        key: `phrase:${phrase.replace('*', '')}`,
        rule,
        level,
        advice,
        span,
      })),
    ),
  );
  return distinct(hits);
}
