import t from 'tap';
import {
  type BlockedRange,
  type DayFacts,
  dayOutcome,
  rateOutcome,
  sndsFound,
} from '../../src/snds/found.ts';
import { daysAgo } from './reports.fixture.ts';

const NOW = new Date('2026-06-10T09:00:00Z');
const day = (ago: number, differs: Partial<DayFacts> = {}): DayFacts => ({
  day: daysAgo(ago, NOW),
  filter: 'green',
  complaints: { low: 0, high: 0.1 },
  complaintText: '< 0.1%',
  rcpt: 4100,
  data: 4000,
  recipients: 3900,
  trapHits: 0,
  activity: '',
  comments: '',
  ...differs,
});
const found = (days: DayFacts[], ranges: BlockedRange[] = []) => sndsFound('192.0.2.10', days, NOW, ranges);
const claims = (days: DayFacts[]) =>
  Object.fromEntries(found(days).claims.map(({ claim, result }) => [claim, result]));

t.test('colour, rate and traps of the newest day make the outcome, the worst of them', async (t) => {
  const cases: [Partial<DayFacts>, string][] = [
    [{}, 'good'],
    [{ filter: 'yellow' }, 'note'],
    [{ filter: 'red' }, 'bad'],
    [{ filter: null }, 'unknown'],
    [{ complaints: { low: 0.1, high: 0.1 } }, 'note'],
    [{ complaints: { low: 0.3, high: 0.3 } }, 'bad'],
    [{ complaints: { low: 10, high: null } }, 'bad'],
    [{ complaints: { low: null, high: null } }, 'good'],
    [{ trapHits: 1 }, 'note'],
    [{ filter: 'red', trapHits: 1 }, 'bad'],
    [{ filter: null, complaints: { low: 0.5, high: 0.5 } }, 'bad'],
  ];
  for (const [differs, outcome] of cases) {
    t.equal(dayOutcome(day(1, differs)), outcome, JSON.stringify(differs));
    t.equal(found([day(1, differs), day(2, { filter: 'red' })]).outcome, outcome);
  }
  t.equal(rateOutcome({ low: 0, high: 0.3 }), 'note', 'under 0.3% may be over 0.1%');
});

t.test(
  'a feed that stops is never good: its last colour is told with its day, and nothing is claimed',
  async (t) => {
    const stopped = found([day(4), day(5)]);
    t.match(stopped, { outcome: 'unknown', summary: /^no data since 6 June 2026, then GREEN/ });
    t.match(stopped.facts[0], { key: 'age', outcome: 'unknown' });
    t.ok(stopped.claims.length >= 4 && stopped.claims.every(({ result }) => result === 'unknown'));
    t.equal(found([day(3)]).outcome, 'good', 'three days are a weekend');
    const none = found([]);
    t.match(none, { outcome: 'unknown', summary: /^no data for this address/ });
    t.ok(none.claims.every(({ result }) => result === 'unknown'));
  },
);

t.test('a day that has not come yet counts for nothing', async (t) => {
  t.match(found([day(-40), day(9)]), { outcome: 'unknown', summary: /^no data since 1 June 2026/ });
});

t.test('claims hold for the week, and one day against them is enough', async (t) => {
  const week = [1, 2, 3, 5].map((ago) => day(ago));
  t.strictSame(claims(week), {
    'snds-access': 'supports',
    'ip-controlled': 'supports',
    'snds-green': 'supports',
    'bounce-rate-low': 'unknown',
    'complaint-rate-low': 'supports',
    'trap-hits-none': 'supports',
  });
  t.match(claims([...week, day(6, { complaints: { low: 0.1, high: 0.1 } })]), {
    'complaint-rate-low': 'contradicts',
  });
  t.match(claims([...week, day(6, { trapHits: 2 })]), { 'trap-hits-none': 'contradicts' });
  t.match(claims([...week, day(6, { trapHits: null })]), { 'trap-hits-none': 'unknown' });
  t.match(claims([...week, day(6, { complaints: { low: 0, high: 0.3 } })]), {
    'complaint-rate-low': 'unknown',
  });
  t.match(claims([...week, day(20, { trapHits: 2, filter: 'red' })]), {
    'trap-hits-none': 'supports',
    'snds-green': 'supports',
  });
  t.match(claims([day(1, { filter: 'yellow' }), ...week.slice(1)]), { 'snds-green': 'unknown' });
  t.match(claims([...week, day(6, { filter: 'red' })]), { 'snds-green': 'contradicts' });
  t.match(claims(week.map((one) => ({ ...one, recipients: 4050 }))), { 'bounce-rate-low': 'supports' });
  t.match(claims(week.map((one) => ({ ...one, recipients: 3800 }))), { 'bounce-rate-low': 'contradicts' });
  t.notOk('bounce-rate-low' in claims([day(1, { rcpt: 100, recipients: 100 })]), 'too few to tell');
  t.notOk('bounce-rate-low' in claims([day(1, { rcpt: null })]));
  t.match(claims([day(1, { filter: null })]), { 'snds-green': 'unknown', 'snds-access': 'supports' });
});

t.test('a blocked range is bad whatever the colour, as long as it was seen of late', async (t) => {
  const range = {
    first: '192.0.2.0',
    last: '192.0.2.15',
    blocked: true,
    details: 'by complaints',
    seenAt: NOW,
  };
  const blocked = found([day(1)], [range]);
  t.match(blocked, { outcome: 'bad', summary: /^blocked: by complaints; GREEN/ });
  t.match(blocked.facts[0], { label: '192.0.2.0 to 192.0.2.15', outcome: 'bad' });
  t.match(
    blocked.claims.find(({ claim }) => claim === 'snds-green'),
    { result: 'contradicts', words: '192.0.2.0 to 192.0.2.15: blocked: by complaints' },
    'also where the days are green',
  );
  const words = found([day(1)], [{ ...range, details: 'Blocked due to complaints' }]).facts[0]?.words;
  t.equal(words, 'blocked due to complaints', 'the word is not said twice');
  const old = found([day(1)], [{ ...range, seenAt: new Date(NOW.getTime() - 5 * 86_400_000) }]);
  t.match(old, { outcome: 'good' });
  t.match(old.facts[0], { outcome: 'unknown', words: /seen on 5 June 2026, and no status since/ });
});
