import type { Claim } from '../letters/claims/claims.ts';
import { type Audience, audienceOf } from '../letters/rounds.ts';
import { effectHours } from '../providers/effect.ts';
import { otherRouteOf } from '../providers/other-route.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import type { Provider, Route } from '../providers/schema.ts';
import { type CauseClass, causeWords, isOurs } from './causes.ts';
import { againAt, type CoolDown } from './desk-clock.ts';
import { roundsOf } from './desk-ways.ts';
import type { Moments, Words } from './facts.ts';
import { roughHours, statedHours } from './hours.ts';
import { FLEETING, type Known, type Material, MOST_NEARBY } from './material.ts';
import { quoted } from './quote.ts';

const HOUR = 3_600_000;
/** Where an answer states no time for its condition. */
const HOLD_HOURS = 336;
/** So many claims are named in a sentence. */
const NAMED = 4;

const plus = (at: Date | null, hours: number): Date | null =>
  at === null ? null : new Date(at.getTime() + hours * HOUR);

/** What due times are counted from. */
export function momentsOf(
  material: Material,
  cool: CoolDown | undefined,
  provider: Provider | undefined,
): Moments {
  const { row, answer, cause } = material;
  const lifted = row.mitigated_at;
  const hold = statedHours(answer?.quote ?? '') ?? HOLD_HOURS;
  return {
    opened: row.opened_at,
    state: row.state_since,
    request: row.last_request_at,
    'first-rejection': material.blockedAgain?.at ?? row.first_rejection_at ?? row.opened_at,
    answer: row.last_answer_at,
    rejection: row.last_rejection_at,
    lifted,
    recovered: row.recovered_at,
    fix: cause?.fixedAt ?? null,
    'passed-on': passedOnAt(ofBlock(material)),
    'cool-down-end': cool?.end ?? null,
    'ask-anew': againAt(material, provider),
    'follow-up': row.follow_up_due_at,
    'effect-end': plus(lifted ?? row.last_answer_at, effectHours(provider)),
    'stated-end': plus(lifted, hold),
  };
}

/** Letters about the block as it stands: what went out before it came back was about the one before. */
export const ofBlock = ({ sent, blockedAgain }: Pick<Material, 'sent' | 'blockedAgain'>): Material['sent'] =>
  blockedAgain === null ? sent : sent.filter(({ at }) => at >= blockedAgain.at);

/** What an address is, or was before us, does not end with a block. */
const LASTING: CauseClass[] = ['neighbours', 'previous-owner', 'new-address', 'dynamic-address'];

/** The cause of the block as it stands: what was recorded of the one before is of that one, unless it lasts or was not mended. */
export function causeOf({
  cause,
  blockedAgain,
}: Pick<Material, 'cause' | 'blockedAgain'>): Material['cause'] {
  if (!cause || !blockedAgain || cause.recordedAt >= blockedAgain.at) return cause;
  const lasts = LASTING.includes(cause.class) || (isOurs(cause.class) && !cause.fixedAt);
  return lasts ? cause : null;
}

/** When somebody who acts in the provider’s place was written to last. */
export const passedOnAt = (sent: Material['sent']): Date | null =>
  sent.findLast(({ round }) => IN_ITS_PLACE.includes(audienceOf(round)))?.at ?? null;
const IN_ITS_PLACE: Audience[] = ['network-owner', 'recipient-admin', 'receiver'];

/** What the last letter did not state, and whether it could be stated by now. */
function lackedBy(lastClaims: Material['lastClaims'], claims: Claim[]): string {
  const now = new Map(claims.map((claim) => [claim.key, claim]));
  const unsaid = lastClaims.filter(({ stated, key }) => !stated && !FLEETING.has(key));
  const named = (isWanted: (claim: Claim | undefined) => boolean) =>
    unsaid
      .filter(({ key }) => isWanted(now.get(key)))
      .slice(0, NAMED)
      .map(({ text }) => `“${text}”`)
      .join(', ');
  const found = named((claim) => claim?.status === 'supported');
  // What is left out unless somebody looked is no gap of the letter.
  const open = named(
    (claim) => claim?.whenUnknown !== 'omit' && (claim?.status === 'unknown' || claim?.status === 'stale'),
  );
  const parts = [
    found && `The last letter did not say, and can be told now: ${found}.`,
    open &&
      `${found ? 'Nor did it say' : 'The last letter did not say'} ${open}: nothing recent shows it. Look under Evidence, and the next letter can say so.`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** What sentences of rules name. */
export function wordsOf(
  material: Material,
  { provider, citedOwner }: Known,
  route: Route | undefined,
  cool: CoolDown | undefined,
): Words {
  const { row, answer, cause, earlier, undelivered, lastClaims, claims } = material;
  const name = provider?.name ?? 'the provider';
  const rule = provider?.rejections.find((one) => one.id === ruleIdOf(material.rule, row.provider));
  const step = rule?.firstStep ?? provider?.checkFirst[0]?.text;
  const rounds = roundsOf(material);
  const other = otherRouteOf(provider, route, rounds);
  return {
    provider: name,
    list: material.cited?.name ?? citedOwner?.name ?? 'the list',
    firstStep: step ?? '',
    before: step ?? 'Nothing was asked yet.',
    lacked: lackedBy(lastClaims, claims),
    quote: quoted(answer?.quote ?? ''),
    effect: roughHours(effectHours(provider)),
    round: String(rounds),
    cause: causeWords(cause?.class ?? null),
    mail: undelivered?.words ? `The server: ${undelivered.words}` : 'They may not have it.',
    earlier: earlier ? `#${earlier.number}` : '',
    otherRoute: other?.name ?? '',
    escalation: other?.text ?? '',
    nearby: material.casesNearby < MOST_NEARBY ? String(material.casesNearby) : `${MOST_NEARBY} or more`,
    coolDown: cool?.why ?? '',
    stop: provider?.stop?.text ?? '',
    note: route?.notes[0] ?? `${name} takes no requests.`,
    follow: row.follow_up_due_at
      ? 'if none comes in the usual time, this incident comes back to you.'
      : `${name} names no time for answers.`,
  };
}
