import { STATES } from '../incidents/incidents.ts';
import type { ClaimStatus } from '../letters/claims/claims.ts';
import { CLAIM_KEYS } from '../letters/claims/claims.ts';
import { didYouMean } from '../nearest.ts';
import { REASONS, ROUTE_KINDS, VERDICTS } from '../providers/schema.ts';
import { CAUSE_CLASSES } from './causes.ts';
import type { Facts } from './facts.ts';
import type { Condition } from './schema.ts';

/** What rules can ask: a condition on a fact that is none, or on a value that it never has, would hold nowhere, unnoticed. */

type Named = { [Name in keyof Facts as Name extends `claim:${string}` ? never : Name]: Facts[Name] };
type Askable<T> = [T] extends [boolean | null]
  ? 'yes or no'
  : [T] extends [number | null]
    ? 'a number'
    : 'a name' | readonly T[];

/** Each fact with what it can be: one of some words, or a name of the world outside. */
const FACTS: { [Name in keyof Named]: Askable<Named[Name]> } = {
  state: STATES,
  round: 'a number',
  provider: 'a name',
  kind: ['mailbox-provider', 'filter-vendor', 'block-list'],
  verdict: VERDICTS,
  reason: REASONS,
  temporary: 'yes or no',
  rule: 'a name',
  route: ROUTE_KINDS,
  way: 'a name',
  rounds: 'a name',
  takesLetters: 'yes or no',
  mayWrite: 'yes or no',
  coolsDown: 'yes or no',
  asksTooSoon: 'yes or no',
  mayAskAnew: 'yes or no',
  onlyReceipt: 'yes or no',
  needsConfirmation: 'yes or no',
  roundsOver: 'yes or no',
  idleOver: 'yes or no',
  relistedTooOften: 'yes or no',
  answered: 'yes or no',
  everAnswered: 'yes or no',
  silent: 'yes or no',
  followUps: 'a number',
  followsUp: 'yes or no',
  comesBack: 'yes or no',
  otherRoute: ROUTE_KINDS,
  secondDesk: 'yes or no',
  asksOwnership: 'yes or no',
  namesTraffic: 'yes or no',
  newFacts: 'yes or no',
  ticket: 'yes or no',
  ticketChannel: 'a name',
  undelivered: ['failed', 'delivered-unknown'],
  draft: 'yes or no',
  staleDraft: 'yes or no',
  askedCause: 'yes or no',
  thanked: 'yes or no',
  sinceOpened: 'a number',
  sinceRequest: 'a number',
  sinceAnswer: 'a number',
  sinceFirstRejection: 'a number',
  sinceRejection: 'a number',
  sinceLifted: 'a number',
  sinceRecovered: 'a number',
  sinceFix: 'a number',
  refusedSinceFix: 'yes or no',
  sincePassedOn: 'a number',
  refusedSince: 'yes or no',
  refusedSinceLook: 'yes or no',
  cameBack: 'yes or no',
  flowed: 'yes or no',
  deliveredSince: 'yes or no',
  byRobot: 'yes or no',
  expiryOver: 'yes or no',
  refusedAfterExpiry: 'yes or no',
  effectOver: 'yes or no',
  refusedAfterEffect: 'yes or no',
  holdOver: 'yes or no',
  refusedShare: 'a number',
  lowWeightList: 'yes or no',
  cause: CAUSE_CLASSES,
  ownFault: 'yes or no',
  fixed: 'yes or no',
  upstream: ['listed', 'clear', 'unknown'],
  deadList: 'yes or no',
  lists: 'a name',
  otherLists: 'yes or no',
  everRefused: 'yes or no',
  addresses: 'a number',
  casesNearby: 'a number',
  relapseDays: 'a number',
  earlierLifted: 'yes or no',
  relapsesInYear: 'a number',
  roleContact: 'yes or no',
  place: 'a name',
};
const STATUSES: readonly ClaimStatus[] = ['supported', 'contradicted', 'unknown', 'stale'];

const CLAIM = 'claim:';
type Kind = 'yes or no' | 'a number' | 'a name' | readonly unknown[];

const isKnown = (name: string): name is keyof Named => Object.hasOwn(FACTS, name);

/** What a name can be; words: it is none. */
function kindOf(name: string): { is: Kind } | string {
  if (isKnown(name)) return { is: FACTS[name] };
  if (!name.startsWith(CLAIM)) return `there is no fact ${name}${didYouMean(name, Object.keys(FACTS))}`;
  const key = name.slice(CLAIM.length);
  return CLAIM_KEYS.includes(key)
    ? { is: STATUSES }
    : `there is no claim ${key}${didYouMean(key, CLAIM_KEYS)}`;
}

/** The single values that a condition compares with; null: it asks for a number. */
export function valuesOf(condition: Condition): readonly (string | boolean)[] | null {
  if (Array.isArray(condition)) return condition;
  if (typeof condition !== 'object') return [condition];
  return 'not' in condition ? condition.not : null;
}

/** Why a condition could never hold, or never fail; undefined: it asks for what there is. */
export function conditionFault(name: string, condition: Condition): string | undefined {
  const kind = kindOf(name);
  if (typeof kind === 'string') return kind;
  const { is } = kind;
  const values = valuesOf(condition);
  if ((values === null) !== (is === 'a number'))
    return `${name} is ${typeof is === 'string' ? is : `one of ${is.join(', ')}`}: ${is === 'a number' ? 'ask for atLeast or below' : 'a number is not to be asked for'}`;
  if (is === 'yes or no') {
    const odd = values?.find((value) => typeof value !== 'boolean');
    return odd === undefined ? undefined : `${name} is true or false, never "${odd}"`;
  }
  if (typeof is === 'string') return undefined;
  const odd = values?.find((value) => !is.includes(value));
  if (odd === undefined) return undefined;
  const known = is.map(String);
  return `${name} is never "${odd}"${didYouMean(String(odd), known) || `; it can be ${known.join(', ')}`}`;
}
