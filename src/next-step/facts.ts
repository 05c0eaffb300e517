import type { IncidentState } from '../database/tables.ts';
import type { ClaimStatus } from '../letters/claims/claims.ts';
import type { Provider, Reason, Verdict } from '../providers/schema.ts';
import type { CauseClass } from './causes.ts';

/** The newest mail to the provider, where it did not arrive or may not have. */
export type Undelivered = { state: 'failed' | 'delivered-unknown'; words: string; messageId: number };

/**
 * What rules can ask of an incident, by name. Null: nobody knows, which no rule takes for an answer. Times since are
 * hours.
 */
export type Facts = {
  state: IncidentState;
  /** Of the block as it stands: one that came back begins anew, with 1 while nobody was asked again. */
  round: number;
  provider: string;
  kind: Provider['kind'] | null;
  /** Of the newest answer that counts; null: there was none, or a follow-up became due since. */
  verdict: Verdict | null;
  reason: Reason | null;
  temporary: boolean | null;
  /** The rejection rule, as `provider/id`, and how it is asked about. */
  rule: string | null;
  route: Provider['routes'][number]['kind'] | null;
  /** That route’s key: `repair`, `wait` and `third-party-list` tell why there is nothing to ask. */
  way: string | null;
  /** The rounds of letters that the desk reads; null: every one. */
  rounds: readonly string[] | null;
  /** The provider answers letters by that route. */
  takesLetters: boolean;
  /** A letter that asks for something may go now: they take letters, and no cool-down runs. */
  mayWrite: boolean;
  coolsDown: boolean;
  /** A new request, other than an answer in the ticket, gets no second look yet, and nothing has changed since the last. */
  asksTooSoon: boolean;
  /** That time is over. */
  mayAskAnew: boolean;
  /** All that came is a receipt of a desk that nobody reads. */
  onlyReceipt: boolean;
  needsConfirmation: boolean;
  /** The number of rounds is used up after which this provider has never given in. */
  roundsOver: boolean;
  /** For as long as the playbook says, nothing new is known that a letter could say. */
  idleOver: boolean;
  /** Listed again as often as the operator’s rule to pause says. */
  relistedTooOften: boolean;
  /** An answer is newer than the last request. */
  answered: boolean;
  everAnswered: boolean;
  /** Nothing but silence or a receipt. */
  silent: boolean;
  followUps: number;
  /** Silence calls for a follow-up there at all. */
  followsUp: boolean;
  /** Silence has a time after which the incident comes back. */
  comesBack: boolean;
  /** Whom to turn to next: by which kind of route. */
  otherRoute: Provider['routes'][number]['kind'] | null;
  /** Where they were silent, another desk of theirs is asked: the same form again is a request too many. */
  secondDesk: boolean;
  asksOwnership: boolean;
  namesTraffic: boolean;
  /** Evidence, or a cause, that is newer than the last letter. */
  newFacts: boolean;
  ticket: boolean;
  ticketChannel: string | null;
  undelivered: Undelivered['state'] | null;
  draft: boolean;
  /** A draft is there, and evidence for letters has become too old. */
  staleDraft: boolean;
  askedCause: boolean;
  thanked: boolean;
  sinceOpened: number;
  sinceRequest: number | null;
  sinceAnswer: number | null;
  sinceFirstRejection: number | null;
  sinceRejection: number | null;
  sinceLifted: number | null;
  sinceRecovered: number | null;
  sinceFix: number | null;
  /** Refused, or answered with no, after the fix, or after a look that found the reverse name in order. */
  refusedSinceFix: boolean;
  /** Since the newest letter to somebody who acts in the provider’s place: owner of the network, recipient, receiver. */
  sincePassedOn: number | null;
  /** Refused after the last answer, and after the last letter. */
  refusedSince: boolean;
  /** Refused after the look that finds the cited list clear. */
  refusedSinceLook: boolean;
  /** Refused again after it was lifted, and nobody was asked since. */
  cameBack: boolean;
  /** Before that, mail was seen to flow. */
  flowed: boolean;
  /** Accepted deliveries are newer than the newest refusal. */
  deliveredSince: boolean;
  /** The first answer there comes from a machine, and nothing else was asked. */
  byRobot: boolean;
  /** What ends by itself should have ended, since the fix or else the newest refusal. */
  expiryOver: boolean;
  /** Refused after it should have ended by itself. */
  refusedAfterExpiry: boolean;
  /** Time enough for a mitigation to hold everywhere. */
  effectOver: boolean;
  /** Refused after that: what is refused before it is to be expected. */
  refusedAfterEffect: boolean;
  /** The time is over for which a conditional mitigation asked to hold the volume. */
  holdOver: boolean;
  /** Per cent of deliveries of the last week. */
  refusedShare: number | null;
  lowWeightList: boolean;
  cause: CauseClass | null;
  ownFault: boolean;
  fixed: boolean;
  /** A list is to blame that is not the provider’s: whether the address is on it. */
  upstream: 'listed' | 'clear' | 'unknown' | null;
  deadList: boolean;
  /** Of the provider’s own lists: those that the address is on. */
  lists: string[];
  otherLists: boolean;
  everRefused: boolean;
  addresses: number;
  /** Open incidents of this provider in the same /24 (IPv6: /64), this one among them. */
  casesNearby: number;
  /** Days since an earlier incident of the same address and provider ended. */
  relapseDays: number | null;
  /** It was lifted, as far as is known: of one that was refused and closed, this is the same block, whatever was closed in between. */
  earlierLifted: boolean | null;
  relapsesInYear: number;
  roleContact: boolean | null;
  place: string | null;
} & { [claim: `claim:${string}`]: ClaimStatus };

/** Moments that due times are counted from. */
export type Moments = {
  opened: Date;
  state: Date;
  request: Date | null;
  'first-rejection': Date | null;
  answer: Date | null;
  rejection: Date | null;
  lifted: Date | null;
  recovered: Date | null;
  fix: Date | null;
  'passed-on': Date | null;
  'cool-down-end': Date | null;
  'ask-anew': Date | null;
  'follow-up': Date | null;
  'effect-end': Date | null;
  'stated-end': Date | null;
};

/** What sentences of rules can name, as it reads. */
export const WORDS = [
  'provider',
  'list',
  'before',
  'firstStep',
  'lacked',
  'quote',
  'effect',
  'round',
  'cause',
  'mail',
  'earlier',
  'otherRoute',
  'escalation',
  'nearby',
  'coolDown',
  'stop',
  'note',
  'follow',
] as const;
export type Words = Record<(typeof WORDS)[number], string>;

/** Numbers of other incidents that buttons lead to. */
export type Others = { upstream: number | null; earlier: number | null };

/** All that is known of one incident, ready to be judged. */
export type Situation = {
  facts: Facts;
  moments: Moments;
  words: Words;
  others: Others;
  /** Hours until a mitigation holds everywhere. */
  effectHours: number;
  /** Hours count on working days only. */
  workingDays: boolean;
  /** The provider’s, where its desk is known to sit in one place. */
  timeZone: string | null;
  /** Names what the step was judged by: answers of people hold until it changes. */
  key: string;
};
