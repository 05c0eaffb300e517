import type { IncidentRow, IncidentState } from '../database/tables.ts';
import type { Claim } from '../letters/claims/claims.ts';
import type { Relapse } from '../letters/relapse.ts';
import type { ListRow } from '../providers/list-looks.ts';
import type { Provider, Verdict } from '../providers/schema.ts';
import type { CauseClass } from './causes.ts';
import type { Undelivered } from './facts.ts';

/** Incidents of one network that are counted; more are told as “20 or more”. */
export const MOST_NEARBY = 20;

/** What of an incident’s own row rules rest on. */
export type JudgedRow = Pick<
  IncidentRow,
  | 'state'
  | 'provider'
  | 'reason'
  | 'round'
  | 'rejection_count'
  | 'first_rejection_at'
  | 'last_rejection_at'
  | 'opened_at'
  | 'state_since'
  | 'last_request_at'
  | 'first_answer_at'
  | 'last_answer_at'
  | 'last_verdict'
  | 'mitigated_at'
  | 'recovered_at'
  | 'follow_up_due_at'
  | 'relapses'
>;

/** What the store reads of one incident; `derive.ts` makes facts of it. */
export type Material = {
  row: JudgedRow;
  addresses: string[];
  /** The rule of the refusal by which the incident goes, as `provider/id`. */
  rule: string | null;
  newestRejection: { id: number; temporary: boolean | null } | null;
  cited: { name: string | null; owner: string | null } | null;
  /** Of a block that came back: since when mail is refused again. */
  blockedAgain: Pick<Relapse, 'at' | 'flowed'> | null;
  /** Letters that went out, the newest last. */
  sent: { round: string; at: Date }[];
  /** The same of incidents before, of the same address and provider. */
  sentBefore: { round: string; at: Date }[];
  /** Claims of the newest one: their texts, and whether it stated them. */
  lastClaims: { key: string; text: string; stated: boolean }[];
  draft: boolean;
  /** Keys of the claims that the draft states. */
  draftStates: string[];
  answer: { verdict: Verdict; quote: string; at: Date } | null;
  ticket: { reference: string; channel: string } | null;
  claims: Claim[];
  /** Since when looks find the reverse names as they should be; null: they do not, or nobody looked. */
  namesRightSince: Date | null;
  newestEvidenceAt: Date | null;
  deliveries: { acceptedAt: Date | null; refused: number; all: number };
  cause: { class: CauseClass; fixedAt: Date | null; recordedAt: Date } | null;
  /** `askedAt`: the last request, of one that was refused or not answered and never lifted: it may be this same block. */
  earlier: { number: number; endedAt: Date; askedAt?: Date | null } | null;
  /** When earlier incidents of the same address and provider ended, within a year. */
  earlierEnds: Date[];
  casesNearby: number;
  /** The incident of the list that is cited, for the same address. */
  upstream: { number: number; state: IncidentState } | null;
  listRows: ListRow[];
  undelivered: Undelivered | undefined;
  contacts: string[];
  place: string | null;
};

/** What the catalogue says of whom it concerns. */
export type Known = { provider: Provider | undefined; citedOwner: Provider | undefined; isDeadList: boolean };

/** Evidence of these goes stale within hours and is taken anew by every letter. */
export const FLEETING = new Set(['refusal-fresh', 'mutual-customers-affected']);
