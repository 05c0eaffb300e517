import type { IncidentState } from '../database/tables.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { VERDICTS, type Verdict } from '../providers/schema.ts';
import { situationOf } from './derive.ts';
import { chooseStep, type Step } from './engine.ts';
import type { Situation } from './facts.ts';
import type { JudgedRow, Material } from './material.ts';
import { RULES } from './rules.ts';

/** Every situation that state, answer, round, time, evidence and provider can make, for a table and for a test. */

const HOUR = 3_600_000;
const STATES: IncidentState[] = ['open', 'awaiting-provider', 'action-needed', 'mitigated', 'recovered'];
const ANSWERS: (Verdict | null)[] = [null, ...VERDICTS];
export const TIMES = [1, 30, 100, 400];
export const ROUNDS_TRIED = [0, 1, 2, 4];
/** The block came back: from a lifting that never held, or after mail was seen to flow. */
const FLOWED = ['came back after it flowed', 'came back after it flowed, mended'];
const AGAIN = ['came back', ...FLOWED];
export const EVIDENCE = [
  'none',
  'refused since',
  'accepted since',
  'own fault',
  'mended',
  'listed elsewhere',
  ...AGAIN,
];

export type Point = {
  provider: string;
  state: IncidentState;
  verdict: Verdict | null;
  round: number;
  /** Hours since the last thing that happened. */
  hours: number;
  evidence: string;
};

/** No answer without a request, and none of a kind that does not lead to the state. */
function isPossible({ state, verdict, round }: Point): boolean {
  if (round === 0) return verdict === null && state !== 'awaiting-provider' && state !== 'mitigated';
  if (state === 'awaiting-provider')
    return verdict === null || verdict === 'acknowledged' || verdict === 'other';
  return true;
}

export function* pointsOf(providers: string[]): Generator<Point> {
  for (const provider of providers)
    for (const state of STATES)
      for (const verdict of ANSWERS)
        for (const round of ROUNDS_TRIED)
          for (const hours of TIMES)
            for (const evidence of EVIDENCE) {
              const point = { provider, state, verdict, round, hours, evidence };
              if (isPossible(point)) yield point;
            }
}

/** Refused again: the last thing that happened where nobody acted since, else before the request. */
function againAt({ state, hours, evidence }: Point, now: Date): Date | null {
  if (!AGAIN.includes(evidence)) return null;
  return new Date(now.getTime() - (state === 'open' ? hours : hours + 25) * HOUR);
}

function rowOf(point: Point, now: Date): JudgedRow {
  const { provider, state, verdict, round, evidence } = point;
  const again = againAt(point, now);
  // What was asked and answered of the block before was so two days before it came back.
  const hours = again !== null && state === 'open' ? point.hours + 48 : point.hours;
  const ago = (some: number) => new Date(now.getTime() - some * HOUR);
  const isLifted = state === 'mitigated' || state === 'recovered';
  return {
    provider,
    state,
    reason: evidence === 'listed elsewhere' ? 'listed-on-third-party-list' : 'ip-reputation',
    round,
    rejection_count: 1,
    first_rejection_at: ago(hours + 50),
    last_rejection_at: again ?? (evidence === 'refused since' ? ago(0.5) : ago(hours + 26)),
    opened_at: ago(hours + 49),
    state_since: ago(point.hours),
    last_request_at: round > 0 ? (verdict === null ? ago(hours) : ago(hours + 24)) : null,
    first_answer_at: verdict === null ? null : ago(hours),
    last_answer_at: verdict === null ? null : ago(hours),
    last_verdict: verdict,
    mitigated_at: isLifted ? ago(hours) : null,
    recovered_at: state === 'recovered' ? ago(hours) : null,
    relapses: again === null ? 0 : 1,
    follow_up_due_at: state === 'awaiting-provider' ? ago(hours - 48) : null,
  };
}

/** As many as there were rounds, all of them when the last was sent. */
const lettersOf = ({ round }: Point, { last_request_at: at }: JudgedRow): Material['sent'] =>
  at === null
    ? []
    : Array.from({ length: round }, (_, n) => ({ round: n === 0 ? 'first' : 'second-review', at }));

function materialOf(point: Point, now: Date): Material {
  const { evidence } = point;
  const row = rowOf(point, now);
  const again = againAt(point, now);
  const isMended = evidence.endsWith('mended');
  // Of a block that came back an hour ago, since then.
  const fix = new Date(now.getTime() - (again ? 0.5 : 2) * HOUR);
  const isOurs = isMended || evidence === 'own fault';
  return {
    row,
    addresses: ['203.0.113.7'],
    rule: null,
    newestRejection: { id: 1, temporary: false },
    cited: evidence === 'listed elsewhere' ? { name: 'Spamhaus', owner: 'spamhaus' } : null,
    blockedAgain: again && { at: again, flowed: FLOWED.includes(evidence) },
    sent: lettersOf(point, row),
    sentBefore: [],
    lastClaims: [],
    draft: false,
    draftStates: [],
    answer:
      point.verdict === null
        ? null
        : { verdict: point.verdict, quote: '', at: new Date(now.getTime() - point.hours * HOUR) },
    ticket: { reference: 'SRX1', channel: 'form' },
    claims: [],
    namesRightSince: null,
    newestEvidenceAt: isMended ? fix : null,
    deliveries: {
      acceptedAt: evidence === 'accepted since' ? new Date(now.getTime() - HOUR / 2) : null,
      refused: 1,
      all: 2,
    },
    cause: isOurs ? { class: 'compromised-account', fixedAt: isMended ? fix : null, recordedAt: fix } : null,
    earlier: null,
    earlierEnds: [],
    casesNearby: 1,
    upstream: null,
    listRows: [],
    undelivered: undefined,
    contacts: [],
    place: null,
  };
}

export type Judged = { point: Point; situation: Situation; step: Step | undefined };

/** What the rules say of a point. */
export function judgePoint(point: Point, catalogue: Catalogue, now: Date): Judged {
  const material = materialOf(point, now);
  const known = {
    provider: catalogue.byKey.get(point.provider),
    citedOwner: material.cited?.owner ? catalogue.byKey.get(material.cited.owner) : undefined,
    isDeadList: false,
  };
  const situation = situationOf(material, known, now);
  return { point, situation, step: chooseStep(RULES, situation, [], now) };
}
