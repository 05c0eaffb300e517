import { closed, type Static, Type } from '../../json-schema.ts';
import { Verdict } from '../../providers/schema.ts';
import { type Found, SIGNALS, type Signal } from './phrase-book.ts';
import data from './verdict-signals.json' with { type: 'json' };

const AnySignal = Type.Unsafe<Signal>({ type: 'string', enum: [...SIGNALS] });
const Signals = Type.Array(AnySignal, { minItems: 1 });

/** Which signal silences which others, how far it reaches, and why. */
const Override = Type.Object(
  {
    signal: AnySignal,
    over: Signals,
    /**
     * `overlap`: they share words; `around`: all words of the other are its own; `sentence`: in one sentence;
     * `before`: shortly in front of the other; `ahead`: anywhere in front of it.
     */
    reach: Type.Unsafe<'overlap' | 'around' | 'sentence' | 'before' | 'ahead'>({
      type: 'string',
      enum: ['overlap', 'around', 'sentence', 'before', 'ahead'],
    }),
    reason: Type.String({ minLength: 5 }),
  },
  closed,
);

/** The first rule that holds gives the verdict. `any` and `and` each want one of theirs, `none` forbids. */
const OrderRule = Type.Object(
  {
    id: Type.String({ minLength: 3 }),
    any: Signals,
    and: Type.Optional(Signals),
    behind: Type.Optional(
      Type.Boolean({ description: 'whether one of `and` must stand behind the first of `any`' }),
    ),
    none: Type.Optional(Signals),
    least: Type.Optional(
      Type.Integer({ minimum: 2, description: 'sentences that must give a signal of `any`' }),
    ),
    evidence: Type.Optional(Signals),
    verdict: Verdict,
    confidence: Type.Number({ minimum: 0, maximum: 1 }),
    reason: Type.String({ minLength: 5 }),
  },
  closed,
);
export const VerdictRules = Type.Object(
  { overrides: Type.Array(Override), order: Type.Array(OrderRule) },
  closed,
);
export type VerdictRules = Static<typeof VerdictRules>;

export const VERDICT_RULES = data as VerdictRules;

/** Words that `before` looks back. */
const LOOK_BACK = 5;

type Span = { start: number; end: number };
const overlaps = (one: Span, other: Span): boolean => one.start < other.end && other.start < one.end;
const isAround = (one: Span, other: Span): boolean => one.start <= other.start && one.end >= other.end;
const isShortlyBefore = (one: Span, other: Span): boolean =>
  one.start < other.start && one.end > other.start - LOOK_BACK;

const REACHES = {
  overlap: overlaps,
  around: isAround,
  sentence: () => true,
  before: isShortlyBefore,
  ahead: (one: Span, other: Span) => one.start < other.start,
};

/** The signals of one sentence that are left after the overrides. Silenced signals silence no others. */
export function standingSignals(found: Found<Signal>[]): Found<Signal>[] {
  let standing = found;
  for (const { signal, over, reach } of VERDICT_RULES.overrides) {
    const rulers = standing.filter((one) => one.signal === signal);
    if (rulers.length === 0) continue;
    const reaches = REACHES[reach];
    standing = standing.filter(
      (one) => !over.includes(one.signal) || !rulers.some((ruler) => reaches(ruler, one)),
    );
  }
  return standing;
}

/** One sentence and what it says. */
export type Reading = { text: string; found: Found<Signal>[] };
export type Decision = {
  verdict: Verdict;
  confidence: number;
  rule: string;
  evidence: Reading;
  found: Found<Signal>;
  /** A sentence that speaks for another result. */
  against: Reading | null;
};

/** What speaks for relief, for a refusal, and for no block: each speaks against the others. */
const RESULTS: { verdicts: Verdict[]; signals: Signal[] }[] = [
  {
    verdicts: ['mitigated', 'conditionally-mitigated'],
    signals: ['mitigated', 'will-be-mitigated', 'conditional'],
  },
  { verdicts: ['denied'], signals: ['denied', 'withdrawn', 'timer'] },
  { verdicts: ['not-blocked'], signals: ['not-blocked'] },
];

function speaksAgainst(verdict: Verdict, readings: Reading[], evidence: Reading): Reading | null {
  const others = RESULTS.filter(({ verdicts }) => !verdicts.includes(verdict)).flatMap(
    ({ signals }) => signals,
  );
  return (
    readings.find((one) => one !== evidence && one.found.some(({ signal }) => others.includes(signal))) ??
    null
  );
}

/** Where a signal stands: its sentence, and its first and last token in it. */
type Place = { sentence: number; start: number; end: number };

const placesOf = (readings: Reading[], signals: Signal[]): Place[] =>
  readings.flatMap(({ found }, sentence) =>
    found
      .filter(({ signal }) => signals.includes(signal))
      .map(({ start, end }) => ({ sentence, start, end })),
  );

/** Whether one of `last` stands behind the first of `first`. */
function follows(readings: Reading[], last: Signal[], first: Signal[]): boolean {
  const [begin] = placesOf(readings, first);
  return (
    begin !== undefined &&
    placesOf(readings, last).some(
      ({ sentence, start }) =>
        sentence > begin.sentence || (sentence === begin.sentence && start >= begin.end),
    )
  );
}

/** The verdict of all readings together, by the first rule of the order that holds; null when none does. */
export function decide(readings: Reading[]): Decision | null {
  const has = (signals: Signal[]): boolean =>
    readings.some(({ found }) => found.some((one) => signals.includes(one.signal)));
  const count = (signals: Signal[]): number =>
    readings.filter(({ found }) => found.some((one) => signals.includes(one.signal))).length;
  for (const rule of VERDICT_RULES.order) {
    if (count(rule.any) < (rule.least ?? 1) || (rule.and && !has(rule.and)) || (rule.none && has(rule.none)))
      continue;
    if (rule.behind && !follows(readings, rule.and ?? [], rule.any)) continue;
    for (const signal of rule.evidence ?? rule.any) {
      for (const evidence of readings) {
        const found = evidence.found.find((one) => one.signal === signal);
        if (found) {
          const { verdict, confidence, id } = rule;
          const against = speaksAgainst(verdict, readings, evidence);
          return { verdict, confidence, rule: id, evidence, found, against };
        }
      }
    }
  }
  return null;
}
