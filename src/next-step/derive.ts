import { later } from '../incidents/incidents.ts';
import { isLifted } from '../incidents/state.ts';
import { beginsRound, isRequest, isToDesk } from '../letters/rounds.ts';
import { playbookFor } from '../providers/cases.ts';
import { effectHours } from '../providers/effect.ts';
import { listsOf, ruleAfterLook } from '../providers/list-looks.ts';
import { otherRouteOf } from '../providers/other-route.ts';
import { routeFor, ruleIdOf } from '../providers/playbook.ts';
import type { Provider, Route } from '../providers/schema.ts';
import { isOurs } from './causes.ts';
import { type CoolDown, coolDownOf, isChanged } from './desk-clock.ts';
import {
  isLowWeight,
  isSpent,
  relistedTooOften,
  remindsElsewhere,
  roundsOf,
  takesLetters,
} from './desk-ways.ts';
import type { Facts, Moments, Situation } from './facts.ts';
import { isRefusedSinceLook, upstreamOf } from './lists.ts';
import { FLEETING, type Known, type Material } from './material.ts';
import { asksOwnership, namesTraffic } from './quote.ts';
import { deskFacts } from './rules.ts';
import { causeOf, momentsOf, ofBlock, wordsOf } from './told.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ROLES = /^(?:postmaster|abuse|noc|hostmaster|mailops|admin|support)(?:[+-][^@]*)?@/i;

const newer = (at: Date | null, than: Date | null): boolean => at !== null && (than === null || at > than);
const isAtLeast = (at: Date | null, than: Date | null): boolean =>
  at !== null && (than === null || at >= than);

/** When what the refusal named was put in order, as far as somebody recorded or saw it. */
function mendedAt(material: Material): Date | null {
  const { row, cause, claims } = material;
  if (cause?.fixedAt) return cause.fixedAt;
  const names = claims.find(({ key, status }) => key === 'fcrdns-ok' && status === 'supported');
  return row.reason === 'missing-ptr' && names ? (material.namesRightSince ?? names.observedAt) : null;
}

function refusedSinceFix(material: Material): boolean {
  const { row } = material;
  const mended = mendedAt(material);
  const denied = row.last_verdict === 'denied' ? row.last_answer_at : null;
  return mended !== null && (newer(row.last_rejection_at, mended) || newer(denied, mended));
}

const lettersOfRound = (sent: Material['sent']): Material['sent'] => {
  const start = sent.findLastIndex(({ round }) => isRequest(round) && round !== 'followup-silence');
  return sent.slice(start + 1);
};

function factsOf(
  material: Material,
  known: Known,
  moments: Moments,
  route: Route | undefined,
  cool: CoolDown | undefined,
  now: Date,
): Facts {
  const { row, answer, cause, ticket, sent, claims, deliveries, earlier, undelivered, blockedAgain } =
    material;
  const { provider } = known;
  const desk = deskFacts(row.provider);
  const since = (at: Date | null) => (at === null ? null : (now.getTime() - at.getTime()) / HOUR);
  const isOver = (at: Date | null) => at !== null && at <= now;
  const letters = takesLetters(provider, route, material);
  const cooling = cool !== undefined && cool.end > now;
  const answered = isAtLeast(row.last_answer_at, row.last_request_at);
  const verdict = row.last_verdict;
  const lists = listsOf(provider, ruleIdOf(material.rule, row.provider), material.listRows);
  const block = ofBlock(material);
  const rounds = roundsOf(material);
  const toDesk = sent.filter(({ round }) => isToDesk(round));
  const lastLetter = toDesk.at(-1)?.at ?? row.last_request_at;
  const cameBack = isAtLeast(blockedAgain?.at ?? null, row.last_request_at);
  // What opened it again need not have said when mail was refused.
  const refusedAt = later(row.last_rejection_at, blockedAgain?.at ?? null);
  const newest = material.newestEvidenceAt;
  const newFacts = newer(newest, lastLetter) || newer(cause?.recordedAt ?? null, lastLetter);
  const open = lettersOfRound(block);
  const claimFacts = Object.fromEntries(claims.map((claim) => [`claim:${claim.key}`, claim.status]));
  return {
    state: row.state,
    round: rounds,
    provider: row.provider,
    kind: provider?.kind ?? null,
    verdict,
    reason: row.reason,
    temporary: material.newestRejection?.temporary ?? null,
    rule: material.rule,
    route: route?.kind ?? null,
    way: route?.key ?? null,
    rounds: provider?.letters?.rounds ?? null,
    takesLetters: letters,
    mayWrite: letters && !cooling,
    coolsDown: cooling,
    asksTooSoon:
      moments['ask-anew'] !== null && moments['ask-anew'] > now && !undelivered && !isChanged(material),
    mayAskAnew: isOver(moments['ask-anew']),
    onlyReceipt:
      desk.unattendedReceipt === true &&
      answer?.verdict === 'acknowledged' &&
      isAtLeast(answer.at, row.last_request_at),
    needsConfirmation:
      provider?.course?.some(({ kind, who }) => kind === 'confirmation' && who === 'we') === true &&
      route?.kind !== 'email' &&
      beginsRound(toDesk.at(-1)?.round ?? 'first') &&
      !answered,
    roundsOver: isSpent(provider, rounds),
    idleOver: !newFacts && (since(row.last_answer_at) ?? 0) >= (provider?.stop?.idle ?? Infinity),
    relistedTooOften: relistedTooOften(provider, material),
    answered,
    everAnswered: row.first_answer_at !== null || row.last_answer_at !== null,
    silent: verdict === null || verdict === 'acknowledged',
    followUps: open.filter(({ round }) => round === 'followup-silence').length,
    followsUp: provider === undefined || provider.timing.followUpAfter !== undefined,
    comesBack: row.follow_up_due_at !== null,
    otherRoute: otherRouteOf(provider, route, rounds)?.kind ?? null,
    secondDesk: remindsElsewhere(provider, route),
    asksOwnership: asksOwnership(answer?.quote ?? ''),
    namesTraffic: namesTraffic(answer?.quote ?? ''),
    newFacts,
    ticket: ticket !== null,
    ticketChannel: ticket?.channel ?? null,
    undelivered: undelivered?.state ?? null,
    draft: material.draft,
    staleDraft: claims.some(
      ({ key, status }) => status === 'stale' && material.draftStates.includes(key) && !FLEETING.has(key),
    ),
    askedCause: block.some(({ round }) => round === 'ask-cause'),
    thanked: block.some(({ round }) => round === 'thanks'),
    sinceOpened: since(row.opened_at) ?? 0,
    sinceRequest: since(row.last_request_at),
    sinceAnswer: since(row.last_answer_at),
    sinceFirstRejection: since(moments['first-rejection']),
    sinceRejection: since(row.last_rejection_at),
    sinceLifted: since(row.mitigated_at),
    sinceRecovered: since(row.recovered_at),
    sinceFix: since(cause?.fixedAt ?? null),
    refusedSinceFix: refusedSinceFix(material),
    sincePassedOn: since(moments['passed-on']),
    refusedSince: isAtLeast(refusedAt, row.last_answer_at) && isAtLeast(refusedAt, row.last_request_at),
    refusedSinceLook: isRefusedSinceLook(material, known.citedOwner),
    flowed: cameBack && blockedAgain?.flowed === true,
    cameBack,
    deliveredSince:
      deliveries.acceptedAt !== null &&
      isAtLeast(deliveries.acceptedAt, row.last_rejection_at) &&
      (!isLifted(row.state) || isAtLeast(deliveries.acceptedAt, row.mitigated_at)),
    byRobot: rounds < 2 && provider?.course?.find(({ kind }) => kind === 'first-answer')?.who === 'robot',
    refusedAfterExpiry:
      moments.fix !== null &&
      newer(row.last_rejection_at, new Date(moments.fix.getTime() + effectHours(provider) * HOUR)),
    expiryOver: (since(moments.fix ?? moments.rejection ?? moments.opened) ?? 0) >= effectHours(provider),
    effectOver: isOver(moments['effect-end']),
    refusedAfterEffect: moments['effect-end'] !== null && newer(refusedAt, moments['effect-end']),
    holdOver: isOver(moments['stated-end']),
    refusedShare: deliveries.all > 0 ? (100 * deliveries.refused) / deliveries.all : null,
    lowWeightList: isLowWeight(material.cited?.owner ? known.citedOwner : provider),
    cause: cause?.class ?? null,
    ownFault: isOurs(cause?.class ?? null),
    fixed: cause?.fixedAt != null,
    upstream: upstreamOf(material, known.citedOwner, now),
    deadList: known.isDeadList,
    lists,
    otherLists: lists.length > 1,
    everRefused: row.rejection_count > 0 || row.last_rejection_at !== null,
    addresses: material.addresses.length,
    casesNearby: material.casesNearby,
    earlierLifted: earlier && !earlier.askedAt,
    relapseDays: earlier ? (row.opened_at.getTime() - earlier.endedAt.getTime()) / DAY : null,
    relapsesInYear: material.earlierEnds.length + row.relapses,
    roleContact: material.contacts.length > 0 ? material.contacts.some((one) => ROLES.test(one)) : null,
    place: material.place,
    ...claimFacts,
  };
}

/** What a person’s answer to a step holds for: until an answer, a letter, another refusal or a cause comes. */
function keyOf({ row, newestRejection, cause, undelivered }: Material): string {
  return [
    row.state,
    row.round,
    row.last_verdict,
    row.last_answer_at?.getTime(),
    row.last_request_at?.getTime(),
    newestRejection?.id,
    cause?.recordedAt.getTime(),
    undelivered?.state,
  ].join(' ');
}

/** Of a list’s refusal, the rule by what looks found since. */
function looked(material: Material, provider: Provider | undefined): Material {
  const { row, listRows } = material;
  const said = ruleIdOf(material.rule, row.provider);
  const rule = ruleAfterLook(provider, said, row.last_rejection_at, listRows);
  return rule === said ? material : { ...material, rule: `${row.provider}/${rule}` };
}

/** All that rules can ask of an incident, with the words and moments that steps are told with. */
export function situationOf(read: Material, known: Known, now: Date): Situation {
  const material = { ...looked(read, known.provider), cause: causeOf(read) };
  const { row, undelivered } = material;
  const rule = ruleIdOf(material.rule, row.provider);
  const provider = known.provider && playbookFor(known.provider, rule);
  // A refusal that goes on when the list has let go is the desk’s own matter.
  const isCleared = upstreamOf(material, known.citedOwner, now) === 'clear';
  const route = provider && routeFor(provider, isCleared ? null : rule);
  const desk = deskFacts(row.provider);
  // What they have not got lets no clock run.
  const cool = undelivered
    ? undefined
    : coolDownOf(row, provider, [...material.sentBefore, ...material.sent], now);
  const moments = momentsOf(material, cool, provider);
  return {
    facts: factsOf(material, { ...known, provider }, moments, route, cool, now),
    moments,
    words: wordsOf(material, { ...known, provider }, route, cool),
    others: { upstream: material.upstream?.number ?? null, earlier: material.earlier?.number ?? null },
    effectHours: effectHours(provider),
    workingDays: provider?.timing.workingDays === true,
    timeZone: desk.timeZone ?? null,
    key: keyOf(material),
  };
}
