import { type Claim, type ClaimStatus, whenUnknown } from '../../src/letters/claims/claims.ts';
import { situationOf } from '../../src/next-step/derive.ts';
import { chooseStep, type Step, type StepAnswer } from '../../src/next-step/engine.ts';
import type { Situation } from '../../src/next-step/facts.ts';
import type { JudgedRow, Known, Material } from '../../src/next-step/material.ts';
import { RULES } from '../../src/next-step/rules.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';

export const CATALOGUE = readCatalogue();
export const NOW = new Date('2026-03-18T12:00:00Z');
const HOUR = 3_600_000;
export const ago = (hours: number): Date => new Date(NOW.getTime() - hours * HOUR);

export const ROW: JudgedRow = {
  provider: 'outlook-com',
  state: 'open',
  reason: 'ip-reputation',
  round: 0,
  rejection_count: 1,
  first_rejection_at: ago(5),
  last_rejection_at: ago(1),
  opened_at: ago(4),
  state_since: ago(4),
  last_request_at: null,
  first_answer_at: null,
  last_answer_at: null,
  last_verdict: null,
  mitigated_at: null,
  recovered_at: null,
  relapses: 0,
  follow_up_due_at: null,
};

export type Given = Partial<Omit<Material, 'row' | 'claims'>> & {
  row?: Partial<JudgedRow>;
  claims?: Record<string, ClaimStatus>;
  /** When claims were seen as they are. */
  seen?: Record<string, Date>;
  dead?: boolean;
};

const claimOf = (key: string, status: ClaimStatus, observedAt: Date | null): Claim => ({
  key,
  status,
  text: key,
  evidence: null,
  words: null,
  observedAt,
  whenUnknown: whenUnknown(key) ?? 'omit',
  stated: null,
  said: [],
  basis: [],
  more: [],
  fails: [],
});

function materialOf({ row, claims = {}, seen = {}, dead: _dead, ...given }: Given): Material {
  return {
    row: { ...ROW, ...row },
    addresses: ['203.0.113.7'],
    rule: null,
    newestRejection: { id: 1, temporary: false },
    cited: null,
    blockedAgain: null,
    sent: [],
    sentBefore: [],
    lastClaims: [],
    draft: false,
    draftStates: [],
    answer: null,
    ticket: null,
    claims: Object.entries(claims).map(([key, status]) => claimOf(key, status, seen[key] ?? null)),
    namesRightSince: null,
    newestEvidenceAt: null,
    deliveries: { acceptedAt: null, refused: 0, all: 0 },
    cause: null,
    earlier: null,
    earlierEnds: [],
    casesNearby: 1,
    upstream: null,
    listRows: [],
    undelivered: undefined,
    contacts: ['postmaster@example.com'],
    place: null,
    ...given,
  };
}

export function situation(given: Given): Situation {
  const material = materialOf(given);
  const known: Known = {
    provider: CATALOGUE.byKey.get(material.row.provider),
    citedOwner: material.cited?.owner ? CATALOGUE.byKey.get(material.cited.owner) : undefined,
    isDeadList: given.dead === true,
  };
  return situationOf(material, known, NOW);
}

/** The step for an incident of which this is known. */
export function stepFor(given: Given, answers: StepAnswer[] = []): Step {
  const step = chooseStep(RULES, situation(given), answers, NOW);
  if (!step) throw new Error('no step');
  return step;
}

/** A request went out so many hours ago, and nothing came since. */
export const asked = (hours: number, more: Partial<JudgedRow> = {}): Partial<JudgedRow> => ({
  state: 'awaiting-provider',
  round: 1,
  last_request_at: ago(hours),
  state_since: ago(hours),
  last_rejection_at: ago(hours + 1),
  ...more,
});

/** It was answered so many hours ago, a day after the request. */
export const answered = (
  verdict: NonNullable<JudgedRow['last_verdict']>,
  hours: number,
  more: Partial<JudgedRow> = {},
): Partial<JudgedRow> => ({
  ...asked(hours + 24),
  state: verdict === 'mitigated' || verdict === 'conditionally-mitigated' ? 'mitigated' : 'action-needed',
  last_verdict: verdict,
  first_answer_at: ago(hours),
  last_answer_at: ago(hours),
  state_since: ago(hours),
  mitigated_at: verdict === 'mitigated' || verdict === 'conditionally-mitigated' ? ago(hours) : null,
  ...more,
});

export const words = (quote: string, verdict: NonNullable<Material['answer']>['verdict'], hours: number) => ({
  answer: { quote, verdict, at: ago(hours) },
});
export const cause = (
  kind: NonNullable<Material['cause']>['class'],
  fixedHours: number | null = null,
): Pick<Given, 'cause'> => ({
  cause: {
    class: kind,
    fixedAt: fixedHours === null ? null : ago(fixedHours),
    recordedAt: ago(fixedHours ?? 1),
  },
});
export const sent = (round: string, hours: number) => ({ round, at: ago(hours) });
