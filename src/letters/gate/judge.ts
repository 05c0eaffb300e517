import { ADDRESS_CHECKS } from './address-checks.ts';
import { CLAIM_CHECKS } from './claim-checks.ts';
import { type Check, type Context, contextOf, placeOf } from './context.ts';
import type { Finding, GateFacts, GateLetter, Level, Question } from './finding.ts';
import { phraseHits } from './phrases.ts';
import { PROOF_CHECKS } from './proof-checks.ts';
import questionData from './questions.json' with { type: 'json' };
import { REFUSAL_CHECKS } from './refusal-checks.ts';
import { REQUEST_CHECKS } from './request-checks.ts';
import ruleData from './rules.json' with { type: 'json' };
import { TEXT_CHECKS } from './text-checks.ts';

export type Judgement = { findings: Finding[]; questions: Question[] };

type Rule = { check: string; rule: string; level: Level; title: string; advice: string };
export const RULES = ruleData as Rule[];
const CHECKS: Record<string, Check> = {
  ...ADDRESS_CHECKS,
  ...REFUSAL_CHECKS,
  ...TEXT_CHECKS,
  ...CLAIM_CHECKS,
  ...REQUEST_CHECKS,
  ...PROOF_CHECKS,
};
export const CHECK_NAMES = Object.keys(CHECKS);

type QuestionRule = { rule: string; rounds: string[]; routes?: string[]; unless?: string; text: string };
const QUESTIONS = questionData as QuestionRule[];

/** A letter with more to say about it than this is begun anew. */
const MOST_FINDINGS = 60;
const ORDER: Record<Level, number> = { stop: 0, warn: 1, good: 2 };

function byRules(context: Context): Finding[] {
  return RULES.flatMap((rule) =>
    (CHECKS[rule.check]?.(context) ?? []).map((hit) => ({
      key: hit.of ? `${rule.check}:${hit.of}`.slice(0, 120) : rule.check,
      rule: rule.rule,
      level: hit.level ?? rule.level,
      title:
        hit.title && hit.title !== rule.title
          ? `${rule.title}${rule.title.endsWith('?') ? '' : ':'} ${hit.title}`.slice(0, 200)
          : rule.title,
      advice: hit.advice ?? rule.advice,
      place: hit.place ?? null,
      until: hit.until ?? null,
    })),
  );
}

function byPhrases(context: Context): Finding[] {
  const { letter, facts } = context;
  return [context.subject, context.body].flatMap((part) =>
    phraseHits(part.folded, letter.language, facts.audience).map(({ key, rule, level, advice, span }) => ({
      key,
      rule,
      level,
      title: `“${part.text.slice(span.start, span.end).replace(/\s+/g, ' ').slice(0, 80)}”`,
      advice,
      place: placeOf(part, span),
      until: null,
    })),
  );
}

const at = ({ place }: Finding) => (place ? (place.field === 'subject' ? -1e6 : 0) + place.start : -1e7);

/**
 * What an experienced postmaster would say to a letter before it leaves. Pure; linear in the letter's length. Stops
 * come first, and within a level the order of the letter.
 */
export function judgeLetter(letter: GateLetter, facts: GateFacts): Judgement {
  const context = contextOf(letter, facts);
  const findings = [...byRules(context), ...(facts.audience === 'others' ? [] : byPhrases(context))]
    .sort((a, b) => ORDER[a.level] - ORDER[b.level] || at(a) - at(b))
    .slice(0, MOST_FINDINGS);
  const isAnswered = (rule: string | undefined) =>
    findings.some((finding) => finding.level === 'good' && finding.rule === rule);
  const questions = QUESTIONS.filter(
    ({ rounds, routes, unless }) =>
      facts.audience !== 'others' &&
      rounds.includes(letter.round) &&
      (!routes || routes.includes(facts.route?.kind ?? '')) &&
      !isAnswered(unless),
  ).map(({ rule, text }) => ({ rule, text }));
  return { findings, questions };
}

/** What stands in the way of sending, apart from what a person has overridden. */
export const stopsOf = ({ findings }: Judgement, overridden: string[]): Finding[] => {
  const stops = findings.filter((one) => one.level === 'stop' && !overridden.includes(one.key));
  return [...new Map(stops.map((one) => [one.key, one])).values()];
};

/** A stop in one sentence, with the time when it ends. */
export const stopWords = ({ title, advice, until }: Finding): string =>
  `${title}${until ? ` until ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC` : ''}. ${advice}`;
