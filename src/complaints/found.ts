import type { ClaimFinding, Fact, Found, Outcome } from '../evidence/kind.ts';
import { count, day as dayWords } from '../web/format.ts';
import { BAD_RATE, GOOD_RATE } from './rates.ts';

export type ComplaintFacts = {
  /** Complaints by day (UTC), newest first; days without one are left out. */
  days: { day: string; complaints: number; people: number }[];
  /** Complaints of the last week by provider, with what it accepted as far as logs show. */
  providers: { name: string; complaints: number; accepted: number }[];
  /** When any feedback loop reported anything last. */
  lastOfAny: Date | null;
  /** When Microsoft's reported this address last. */
  lastOfMicrosoft: Date | null;
};

export const WEEK = 7;
const DAY_MS = 86_400_000;
/** A loop that was silent for this long may have ended. */
const SILENT_DAYS = 30;
/** Under these a rate says nothing. */
const LEAST_ACCEPTED = 1000;
const LEAST_COMPLAINTS = 3;

const words = (at: Date | string) => dayWords(new Date(at), 'UTC');
const complaintsWords = (n: number) => `${count(n)} ${n === 1 ? 'complaint' : 'complaints'}`;
const ageDays = (at: Date, now: Date) => (now.getTime() - at.getTime()) / DAY_MS;

type Share = ComplaintFacts['providers'][number];
const tells = ({ accepted, complaints }: Share) =>
  accepted >= LEAST_ACCEPTED && complaints >= LEAST_COMPLAINTS;
const rateOf = ({ accepted, complaints }: Share) => (complaints / accepted) * 100;

function shareOutcome(share: Share): Outcome {
  if (!tells(share) || rateOf(share) < GOOD_RATE) return 'note';
  return rateOf(share) >= BAD_RATE ? 'bad' : 'note';
}

const percent = (share: Share) => `${rateOf(share).toFixed(rateOf(share) < 10 ? 2 : 0)}%`;

const shareFact = (share: Share): Fact => ({
  key: share.name,
  label: share.name,
  outcome: shareOutcome(share),
  words: tells(share)
    ? `${complaintsWords(share.complaints)} to ${count(share.accepted)} accepted: ${percent(share)}`
    : `${complaintsWords(share.complaints)}, ${share.accepted > 0 ? `${count(share.accepted)} accepted` : 'no log shows what was accepted'}`,
});

/**
 * Silence proves little, so no claim rests on it: reports prove enrolment, and a rate where there are enough of them.
 * Not every user is in a loop, so a letter names both numbers.
 */
function claimsOf(facts: ComplaintFacts, now: Date): ClaimFinding[] {
  const { lastOfMicrosoft: last } = facts;
  const against = facts.providers.find((share) => tells(share) && rateOf(share) >= GOOD_RATE);
  const low = facts.providers.filter((share) => tells(share) && rateOf(share) < GOOD_RATE);
  return [
    ...(last && ageDays(last, now) <= 90
      ? [
          {
            claim: 'jmrp-enrolled',
            result: 'supports' as const,
            words: `with reports up to ${words(last)}`,
            phrase: { key: 'reports-until', values: { day: { day: last.toISOString().slice(0, 10) } } },
          },
        ]
      : []),
    ...(against
      ? [
          {
            claim: 'complaint-rate-low',
            result: 'contradicts' as const,
            words: `${percent(against)} at ${against.name}`,
          },
        ]
      : low.map(lowRate)),
  ];
}

const lowRate = (share: Share): ClaimFinding => ({
  claim: 'complaint-rate-low',
  result: 'supports',
  words: `${complaintsWords(share.complaints)} to ${count(share.accepted)} messages accepted by ${share.name} in ${WEEK} days`,
  phrase: {
    key: 'complaints-of',
    values: {
      complaints: share.complaints,
      accepted: share.accepted,
      provider: share.name,
      days: WEEK,
    },
  },
});

/** What feedback loops reported of an address in the last week. */
export function complaintsFound(address: string, facts: ComplaintFacts, now: Date): Found {
  const from = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (WEEK - 1) * DAY_MS)
    .toISOString()
    .slice(0, 10);
  const week = facts.days.filter(({ day }) => day >= from);
  const sum = week.reduce((all, { complaints }) => all + complaints, 0);
  const shares = facts.providers.map(shareFact);
  const days: Fact[] = week.map(({ day, complaints }) => ({
    key: day,
    label: words(day),
    outcome: 'note',
    words: complaintsWords(complaints),
  }));
  const isSilent = facts.lastOfAny === null || ageDays(facts.lastOfAny, now) > SILENT_DAYS;
  const silence = facts.lastOfAny
    ? `no feedback loop has reported anything since ${words(facts.lastOfAny)}`
    : 'no feedback loop has reported anything yet';
  const outcome = shares.some((share) => share.outcome === 'bad')
    ? 'bad'
    : isSilent && sum === 0
      ? 'unknown'
      : 'note';
  return {
    outcome,
    summary:
      sum > 0
        ? `${complaintsWords(sum)} in ${WEEK} days`
        : isSilent
          ? silence
          : `no complaint in ${WEEK} days; the newest report of any loop is of ${words(facts.lastOfAny ?? now)}`,
    facts: [...shares, ...days],
    claims: claimsOf(facts, now),
    raw: { [address]: facts },
  };
}
