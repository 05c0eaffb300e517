import { checkData } from '../../data-file.ts';
import { closed, type Static, Type } from '../../json-schema.ts';
import type { Fact, Outcome } from '../kind.ts';
import { list } from '../wording.ts';
import data from './rules.json' with { type: 'json' };

/** What standards and large receivers ask of a sender, as data, and how far the evidence at hand bears it out. */

const Key = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$' });
const Words = Type.String({ minLength: 1, maxLength: 300 });
const RESULTS = ['pass', 'fail', 'unknown'] as const;
const Result = Type.Enum([...RESULTS]);

/** A provider by its key, or `standard`, or `practice`: no rule, and still what many receivers go by. */
const Asker = Type.Object(
  {
    who: Key,
    senders: Type.Enum(['all', 'bulk']),
    since: Type.Optional(Type.String({ pattern: '^20\\d\\d-\\d\\d(-\\d\\d)?$' })),
    /** Advised, and not demanded. */
    advised: Type.Optional(Type.Boolean()),
  },
  closed,
);

/** Rows of a kind of evidence: by their key, by what stands in it before the colon, or all of them (`*`). */
const Decider = Type.Object(
  {
    kind: Key,
    fact: Type.String({ pattern: '^(\\*|[a-z0-9-]+)$' }),
    of: Type.Enum(['every', 'one']),
    /** What a row means that speaks neither for nor against. */
    note: Result,
  },
  closed,
);

const Rule = Type.Object(
  {
    key: Key,
    about: Type.Enum(['address', 'domain', 'message']),
    words: Words,
    askedBy: Type.Array(Asker, { minItems: 1 }),
    references: Type.Array(Words),
    need: Type.Enum(['all', 'any']),
    decidedBy: Type.Array(Decider),
    /** Where to look, for what no kind of evidence decides, or one that a person has to look up. */
    elsewhere: Type.Optional(Words),
    maxAgeHours: Type.Integer({ minimum: 1 }),
    fix: Words,
  },
  closed,
);
type Rule = Static<typeof Rule>;
type Decider = Static<typeof Decider>;
export type CheckResult = (typeof RESULTS)[number];

export const CHECKLIST: readonly Rule[] = checkData(
  Type.Array(Rule, { minItems: 1 }),
  data,
  'src/evidence/checklist/rules.json',
);

export type Snapshot = { kind: string; facts: Fact[]; at: Date };

export type CheckRow = Pick<Rule, 'key' | 'about' | 'words' | 'askedBy' | 'references' | 'fix'> & {
  result: CheckResult;
  /** What it rests on, or where to look. */
  evidence: string;
  /** When the oldest of it was seen. */
  at: Date | null;
  ageHours: number | null;
};

/** The whole list for an address and a sending domain; of several snapshots of a kind the newest counts. */
export function checklistOf(snapshots: Snapshot[], now: Date): CheckRow[] {
  const newest = new Map<string, Snapshot>();
  for (const snapshot of snapshots) {
    const known = newest.get(snapshot.kind);
    if (!known || snapshot.at > known.at) newest.set(snapshot.kind, snapshot);
  }
  return CHECKLIST.map((rule) => rowOf(rule, newest, now));
}

function rowOf(rule: Rule, newest: Map<string, Snapshot>, now: Date): CheckRow {
  const { key, about, words, askedBy, references, fix } = rule;
  return { key, about, words, askedBy, references, fix, ...judge(rule, newest, now) };
}

type Judged = Pick<CheckRow, 'result' | 'evidence' | 'at' | 'ageHours'>;

function judge(rule: Rule, newest: Map<string, Snapshot>, now: Date): Judged {
  if (rule.decidedBy.length === 0)
    return { result: 'unknown', evidence: rule.elsewhere ?? '', at: null, ageHours: null };
  const parts = rule.decidedBy.map((decider) =>
    partOf(decider, newest.get(decider.kind), rule.maxAgeHours, now),
  );
  const result =
    rule.need === 'all' ? every(parts.map((part) => part.result)) : one(parts.map((part) => part.result));
  // What decided; where nothing did, what is lacking.
  const telling = parts.filter((part) => part.result === result);
  const times = telling.map((part) => part.at).filter((at) => at !== null);
  const at = times.length === 0 ? null : new Date(Math.min(...times.map(Number)));
  const evidence = [...new Set(telling.map((part) => part.evidence))];
  if (result === 'unknown' && rule.elsewhere) evidence.push(rule.elsewhere);
  return {
    result,
    evidence: evidence.join('; '),
    at,
    ageHours: at === null ? null : hoursSince(at, now),
  };
}

type Part = Pick<Judged, 'result' | 'evidence' | 'at'>;

function partOf(decider: Decider, snapshot: Snapshot | undefined, maxAgeHours: number, now: Date): Part {
  if (!snapshot) return { result: 'unknown', evidence: 'nobody has looked', at: null };
  const { at } = snapshot;
  const facts = snapshot.facts.filter((fact) => isMeant(fact, decider.fact));
  if (facts.length === 0)
    return { result: 'unknown', evidence: 'it was looked at, and nothing was found out', at };
  if (hoursSince(at, now) > maxAgeHours)
    return {
      result: 'unknown',
      evidence: `seen on ${at.toISOString().slice(0, 10)}, too long ago to count`,
      at,
    };
  const results = facts.map((fact) => resultOf(fact.outcome, decider.note));
  const result = decider.of === 'every' ? every(results) : one(results);
  const telling = facts.filter((_, index) => results[index] === result);
  return { result, evidence: list(telling.map(wordsOf), MOST_WORDS), at };
}

const MOST_WORDS = 4;
const HOUR = 3_600_000;
const hoursSince = (at: Date, now: Date) => Math.max(0, now.getTime() - at.getTime()) / HOUR;

const isMeant = ({ key }: Fact, meant: string) =>
  meant === '*' || key === meant || key.startsWith(`${meant}:`);

const wordsOf = ({ label, words }: Fact) => `${label.trim()}: ${words}`;

const OUTCOME_RESULT: Record<Exclude<Outcome, 'note'>, CheckResult> = {
  good: 'pass',
  bad: 'fail',
  unknown: 'unknown',
};
const resultOf = (outcome: Outcome, note: CheckResult) =>
  outcome === 'note' ? note : OUTCOME_RESULT[outcome];

/** All have to pass; one that fails decides, and what is not known leaves it open. */
const every = (results: CheckResult[]): CheckResult =>
  (['fail', 'unknown'] as const).find((result) => results.includes(result)) ?? 'pass';

/** One that passes is enough, and what is not known might. */
const one = (results: CheckResult[]): CheckResult =>
  (['pass', 'unknown'] as const).find((result) => results.includes(result)) ?? 'fail';
