import { isLifted } from '../../incidents/state.ts';
import type { Verdict } from '../../providers/schema.ts';
import type { Claim } from '../claims/claims.ts';
import { refusedSince } from '../facts.ts';
import type { Check, Context } from './context.ts';
import { REFUSALS } from './earlier.ts';
import type { GateFacts } from './finding.ts';

/** Claims that say what was found or changed, one of which a request rests on. */
export const FIXES = [
  'compromise-fixed',
  'fix-date',
  'list-cleaned',
  'rate-limited-outbound',
  'egress-25-closed',
  'forwarding-filtered',
  'imprint-online',
  'previous-owner',
  'stopped-sending',
];
/** Claims that say that somebody looked and found nothing. */
const LOOKED = ['no-compromise-found', 'complaint-rate-low', 'snds-green', 'trap-hits-none', 'volume-steady'];
/** Verdicts that say that it is lifted. */
const LIFTINGS: Verdict[] = ['mitigated', 'conditionally-mitigated'];
const ASKING = ['first', 'second-review', 'escalation', 'range'];
/** Below this a score of a third party speaks against us, of 100. */
const GOOD_SCORE = 80;

const holds = ({ claims }: GateFacts, keys: string[]) =>
  claims.some((claim) => keys.includes(claim.key) && claim.status === 'supported');

const scoreOf = (claims: Claim[]): number | null => {
  const words = claims.find((one) => one.key === 'sender-score' && one.stated === 'fact')?.words ?? '';
  const found = /(\d{1,3}) (?:of|von|sur|su|de|van) 100/.exec(words);
  return found ? Number(found[1]) : null;
};

/** Facts that the desk has not been told with the letter that it refused. */
export function newSince({ refused, claims, letter }: GateFacts): string[] {
  if (!refused) return [];
  const told = new Map(
    refused.claims.filter((one) => one.status === 'supported').map((one) => [one.key, one.words]),
  );
  const facts = claims
    .filter((one) => one.status === 'supported' && one.key !== 'refusal-fresh')
    // A look that was taken again and found as much is nothing new; another fix is.
    .filter((one) => !told.has(one.key) || (FIXES.includes(one.key) && told.get(one.key) !== one.words))
    .map((one) => `${one.text}${one.words ? `: ${one.words}` : ''}`);
  return refusedSince(letter) ? [...facts, 'mail was refused after their answer'] : facts;
}

const isAgain = ({ letter, facts }: Context) => letter.round === 'second-review' && facts.refused !== null;

export const CLAIM_CHECKS: Record<string, Check> = {
  'cause-open': ({ facts, letter }) => {
    const isFound = facts.claims.some(
      (claim) => claim.key === 'no-compromise-found' && claim.status === 'contradicted',
    );
    return ASKING.includes(letter.round) && isFound && !holds(facts, FIXES) ? [{}] : [];
  },
  'cause-unknown': ({ facts, letter }) =>
    ASKING.includes(letter.round) && facts.audience !== 'others' && !holds(facts, [...FIXES, ...LOOKED])
      ? [{}]
      : [],
  'cause-told': ({ facts, letter }) =>
    ASKING.includes(letter.round) &&
    facts.claims.some((one) => FIXES.includes(one.key) && one.stated === 'fact')
      ? [{}]
      : [],
  'outside-score': ({ facts }) => {
    const score = scoreOf(facts.claims);
    return score !== null && score < GOOD_SCORE ? [{ title: `${score} of 100` }] : [];
  },
  'nothing-new': (context) =>
    isAgain(context) && newSince(context.facts).length === 0
      ? [{ level: context.facts.isAfterwards ? 'warn' : 'stop' }]
      : [],
  'new-facts': (context) => {
    const found = isAgain(context) ? newSince(context.facts) : [];
    return found.length > 0
      ? [{ title: `${found.length} new`, advice: `Not told yet: ${found.slice(0, 6).join('; ')}.` }]
      : [];
  },
  'contact-behind-block': ({ facts: { letter, audience } }) => {
    const { contactEmail, replyAddress, sendingDomains } = letter.profile;
    const answersTo = replyAddress || contactEmail;
    const domain = answersTo.slice(answersTo.lastIndexOf('@') + 1).toLowerCase();
    const isOurs = sendingDomains.some((one) => one.toLowerCase() === domain);
    return audience !== 'others' && domain && isOurs ? [{ title: answersTo }] : [];
  },
  'unattended-mailbox': ({ facts }) =>
    /^(?:no[-._]?reply|do[-._]?not[-._]?reply|donotreply|unattended)\b/i.test(facts.to)
      ? [{ title: facts.to }]
      : [],
  'reason-refused': ({ facts, letter }) =>
    letter.round === 'ask-cause' && facts.letter.lastReply?.verdict === 'refused-to-explain' ? [{}] : [],
  'not-refused': ({ facts, letter }) => {
    const { lastReply, incident } = facts.letter;
    if (letter.round !== 'second-review' || lastReply === null) return [];
    // What they lifted, and is refused all the same, is asked about in the same ticket.
    const isBack =
      LIFTINGS.includes(lastReply.verdict) &&
      !isLifted(incident.state) &&
      incident.lastRejectionAt !== null &&
      incident.lastRejectionAt > lastReply.at;
    return !isBack && !REFUSALS.includes(lastReply.verdict)
      ? [{ title: lastReply.verdict.replaceAll('-', ' ') }]
      : [];
  },
};
