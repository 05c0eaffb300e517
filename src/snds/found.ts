import { BAD_RATE, GOOD_RATE } from '../complaints/rates.ts';
import type { ClaimFinding, Fact, Found, Outcome, Phrase } from '../evidence/kind.ts';
import { count, day as dayWords } from '../web/format.ts';
import type { Bounds, Filter } from './snds-file.ts';

/** What a day of one address comes to. */
export type DayFacts = {
  day: string;
  filter: Filter | null;
  complaints: Bounds;
  complaintText: string;
  rcpt: number | null;
  data: number | null;
  recipients: number | null;
  trapHits: number | null;
  activity: string;
  comments: string;
};
/** What a status report said of a range, and when it was last seen to say so. */
export type BlockedRange = { first: string; last: string; blocked: boolean; details: string; seenAt: Date };

/** A day is in the reports on the day after; a weekend may come on top. */
export const FRESH_DAYS = 3;
/** What is said of a day is said of the week that ends with it. */
const WEEK = 7;
const SHOWN_DAYS = 14;
const DAY_MS = 86_400_000;

/** Days from that day to this, as the calendar counts. */
const ageOf = (day: string, now: Date) => Math.floor(now.getTime() / DAY_MS) - Date.parse(day) / DAY_MS;
const words = (day: string) => dayWords(new Date(day), 'UTC');

const OF_FILTER: Record<Filter, Outcome> = { green: 'good', yellow: 'note', red: 'bad' };

/** `< 0.1%` is good, 0.1 to 0.3 is worth a note, and from there on it is bad. */
export function rateOutcome({ low, high }: Bounds): Outcome {
  if (low === null) return 'unknown';
  if (low >= BAD_RATE) return 'bad';
  return low >= GOOD_RATE || high === null || high > GOOD_RATE ? 'note' : 'good';
}

const WORST: Outcome[] = ['bad', 'unknown', 'note', 'good'];
const worstOf = (outcomes: Outcome[]): Outcome => WORST.find((one) => outcomes.includes(one)) ?? 'unknown';

/** The colour must be known; rate and traps count where they are told. */
export function dayOutcome(facts: DayFacts): Outcome {
  const rate = rateOutcome(facts.complaints);
  return worstOf([
    facts.filter ? OF_FILTER[facts.filter] : 'unknown',
    rate === 'unknown' ? 'good' : rate,
    (facts.trapHits ?? 0) > 0 ? 'note' : 'good',
  ]);
}

const hits = (value: number) => `${count(value)} trap ${value === 1 ? 'hit' : 'hits'}`;

function dayText(facts: DayFacts): string {
  return [
    facts.filter?.toUpperCase() ?? 'no filter result',
    facts.complaintText ? `complaints ${facts.complaintText}` : 'complaint rate not told',
    facts.trapHits === null
      ? 'trap hits not told'
      : facts.trapHits === 0
        ? 'no trap hit'
        : hits(facts.trapHits),
    ...(facts.recipients === null ? [] : [`${count(facts.recipients)} recipients`]),
    ...(facts.comments ? [facts.comments] : []),
  ].join(', ');
}

const rangeWords = ({ first, last }: BlockedRange) => (first === last ? first : `${first} to ${last}`);

/** A status that nobody has seen for days is no news of today. */
function rangeFact(range: BlockedRange, now: Date): Fact {
  const fresh = now.getTime() - range.seenAt.getTime() <= FRESH_DAYS * DAY_MS;
  const word = range.blocked ? 'blocked' : 'not blocked';
  // Most details begin with the word themselves.
  const details = range.details.replace(/^blocked /i, '');
  const said = details ? `${word}${details === range.details ? ':' : ''} ${details}` : word;
  return {
    key: `range ${range.first}`,
    label: rangeWords(range),
    outcome: fresh ? (range.blocked ? 'bad' : 'note') : 'unknown',
    words: fresh ? said : `${said}; seen on ${dayWords(range.seenAt, 'UTC')}, and no status since`,
  };
}

const finding = (
  claim: string,
  result: ClaimFinding['result'],
  text: string,
  phrase?: Phrase,
): ClaimFinding => ({ claim, result, words: text, ...(phrase ? { phrase } : {}) });

/** Whether each day of a week is known to keep to something; one that does not is enough to contradict it. */
function overWeek(days: DayFacts[], judge: (facts: DayFacts) => 'supports' | 'contradicts' | 'unknown') {
  const results = days.map((facts) => ({ facts, result: judge(facts) }));
  const against = results.find(({ result }) => result === 'contradicts')?.facts;
  return { against, supported: results.length > 0 && results.every(({ result }) => result === 'supports') };
}

const RATE_SAYS = { good: 'supports', note: 'contradicts', bad: 'contradicts', unknown: 'unknown' } as const;
/** Whether the rate is below what providers ask for; `< 0.3%` may be or not. */
function rateSays({ complaints }: DayFacts) {
  const { low, high } = complaints;
  if (low !== null && low < GOOD_RATE && (high === null || high > GOOD_RATE)) return 'unknown';
  return RATE_SAYS[rateOutcome(complaints)];
}

/** Of recipients that were named to Microsoft's servers, the share that they did not take. */
const FEW_REFUSED = 0.02;
const MANY_REFUSED = 0.05;
/** Under so many recipients in a week a share says nothing. */
const LEAST_RECIPIENTS = 500;

/** Recipients refused among those that were named; nothing is found where reports do not count both. */
function refusedRecipients(week: DayFacts[], newest: string): ClaimFinding[] {
  const counted = week.flatMap(({ rcpt, recipients }) =>
    rcpt === null || recipients === null ? [] : [{ rcpt, taken: Math.min(recipients, rcpt) }],
  );
  const named = counted.reduce((sum, { rcpt }) => sum + rcpt, 0);
  if (counted.length < week.length || named < LEAST_RECIPIENTS) return [];
  const refused = named - counted.reduce((sum, { taken }) => sum + taken, 0);
  const share = refused / named;
  const result = share < FEW_REFUSED ? 'supports' : share > MANY_REFUSED ? 'contradicts' : 'unknown';
  const values = { refused, recipients: named, days: week.length, day: { day: newest } };
  return [
    finding(
      'bounce-rate-low',
      result,
      `${count(refused)} of ${count(named)} recipients refused in ${week.length} days up to ${words(newest)}`,
      result === 'supports' ? { key: 'recipients-refused', values } : undefined,
    ),
  ];
}

/** Green on every day that the week has; red on any, or a range that is blocked, speaks against it. */
function greenWeek(week: DayFacts[], span: Span, blocked: Fact | undefined): ClaimFinding {
  const claim = 'snds-green';
  if (blocked) return finding(claim, 'contradicts', `${blocked.label}: ${blocked.words}`);
  const red = week.find(({ filter }) => filter === 'red');
  if (red) return finding(claim, 'contradicts', `RED for ${words(red.day)}`);
  const other = week.find(({ filter }) => filter !== 'green');
  if (other)
    return finding(
      claim,
      'unknown',
      other.filter === null
        ? `no filter result for ${words(other.day)}`
        : `${other.filter.toUpperCase()} for ${words(other.day)}`,
    );
  return finding(claim, 'supports', `GREEN ${span.words}`, {
    key: 'snds-green',
    values: span.values,
  });
}

type Span = { words: string; values: { days: number; day: { day: string } } };

function claimsOf(days: DayFacts[], now: Date, blocked: Fact | undefined): ClaimFinding[] {
  const [newest] = days;
  const claims = ['snds-access', 'snds-green', 'complaint-rate-low', 'trap-hits-none'];
  if (!newest || ageOf(newest.day, now) > FRESH_DAYS) {
    const since = newest ? `no data since ${words(newest.day)}` : 'no data';
    return claims.map((claim) =>
      claim === 'snds-green' && blocked
        ? greenWeek([], { words: '', values: { days: 0, day: { day: '' } } }, blocked)
        : finding(claim, 'unknown', since),
    );
  }
  const week = days.filter(({ day }) => ageOf(day, now) - ageOf(newest.day, now) < WEEK);
  const span: Span = {
    words:
      week.length === 1
        ? `on ${words(newest.day)}`
        : `on each of ${week.length} days up to ${words(newest.day)}`,
    values: { days: week.length, day: { day: newest.day } },
  };
  const rate = overWeek(week, rateSays);
  const traps = overWeek(week, ({ trapHits }) =>
    trapHits === null ? 'unknown' : trapHits === 0 ? 'supports' : 'contradicts',
  );
  return [
    finding('snds-access', 'supports', `with data up to ${words(newest.day)}`, {
      key: 'data-until',
      values: { day: { day: newest.day } },
    }),
    // Microsoft shows an address only to those whom its network has authorised.
    finding('ip-controlled', 'supports', `SNDS gives us its data, up to ${words(newest.day)}`, {
      key: 'snds-authorised',
      values: { day: { day: newest.day } },
    }),
    greenWeek(week, span, blocked),
    ...refusedRecipients(week, newest.day),
    rate.against
      ? finding(
          'complaint-rate-low',
          'contradicts',
          `${rate.against.complaintText} on ${words(rate.against.day)}`,
        )
      : finding(
          'complaint-rate-low',
          rate.supported ? 'supports' : 'unknown',
          rate.supported ? `below ${GOOD_RATE}% ${span.words}` : 'the rate is not told for each day',
          rate.supported
            ? { key: 'rate-below', values: { percent: { percent: String(GOOD_RATE) }, ...span.values } }
            : undefined,
        ),
    traps.against
      ? finding(
          'trap-hits-none',
          'contradicts',
          `${hits(traps.against.trapHits ?? 0)} on ${words(traps.against.day)}`,
        )
      : finding(
          'trap-hits-none',
          traps.supported ? 'supports' : 'unknown',
          traps.supported ? `none ${span.words}` : 'hits are not told for each day',
          traps.supported ? { key: 'traps-none', values: span.values } : undefined,
        ),
  ];
}

const NO_DATA =
  'no data for this address: it sent under 100 messages a day to Outlook.com, SNDS access is missing, or no report was imported';

/** What SNDS says of an address, from its days (newest first) and the ranges that status reports name. */
export function sndsFound(address: string, given: DayFacts[], now: Date, ranges: BlockedRange[] = []): Found {
  // A day that has not come yet is a mistake of whoever made the report.
  const days = given.filter(({ day }) => ageOf(day, now) >= -1);
  const [newest] = days;
  const status = ranges.map((range) => rangeFact(range, now));
  const recent = days.filter(({ day }) => ageOf(day, now) < SHOWN_DAYS);
  const rows = recent.map((facts) => ({
    key: facts.day,
    label: words(facts.day),
    outcome: dayOutcome(facts),
    words: dayText(facts),
  }));
  const isStale = newest !== undefined && ageOf(newest.day, now) > FRESH_DAYS;
  const ofDays: Outcome = !newest || isStale ? 'unknown' : dayOutcome(newest);
  const blocked = status.find(({ outcome }) => outcome === 'bad');
  const summary = !newest
    ? NO_DATA
    : isStale
      ? `no data since ${words(newest.day)}, then ${dayText(newest)}`
      : `${dayText(newest)} on ${words(newest.day)}`;
  return {
    outcome: blocked ? 'bad' : ofDays,
    summary: blocked ? `${blocked.words}; ${summary}` : summary,
    facts: [
      ...status,
      ...(isStale || !newest
        ? [{ key: 'age', label: 'Newest day', outcome: 'unknown' as const, words: summary }]
        : []),
      ...rows,
    ],
    claims: claimsOf(days, now, blocked),
    raw: { [address]: { days: recent, ranges } },
  };
}
