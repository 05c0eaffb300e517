import t from 'tap';
import { deliveryRecords } from '../../../src/letters/claims/claims-from-deliveries.ts';
import type { Deliveries } from '../../../src/letters/claims/claims-from-volume.ts';

const NOW = new Date('2026-03-11T08:15:00Z');
const HOUR = 3_600_000;
const ago = (hours: number) => new Date(Math.floor((NOW.getTime() - hours * HOUR) / HOUR) * HOUR);
const daysBack = (back: number) => new Date(NOW.getTime() - back * 24 * HOUR).toISOString().slice(0, 10);

/** The series of so many days up to today, each with so many messages. */
const days = (volumes: number[], refused = 0) =>
  volumes.map((volume, index) => ({
    day: daysBack(volumes.length - 1 - index),
    accepted: volume - refused,
    refused,
  }));
const provider = (name: string, accepted: number, refused = 0, newest = ago(1)) => ({
  name,
  accepted,
  refused,
  newest,
});
const seen = (changes: Partial<Deliveries> = {}): Deliveries => ({
  network: '203.0.113.7',
  days: [],
  lastAccepted: null,
  lastTried: null,
  since: { accepted: 0, first: null, refusedAt: null },
  elsewhere: [],
  ...changes,
});
const recordsOf = (changes: Partial<Deliveries>, saidHeldAt: Date | null = null) =>
  deliveryRecords([seen(changes)], { now: NOW, saidHeldAt });
const found = (claim: string, changes: Partial<Deliveries>, saidHeldAt: Date | null = null) =>
  recordsOf(changes, saidHeldAt).find((one) => one.claim === claim);

t.test('no log says nothing', async (t) => {
  t.strictSame(recordsOf({}), []);
});

t.test('steady volume: from three weeks on, never over twice the median', async (t) => {
  const volume = (volumes: number[]) => found('volume-steady', { days: days(volumes), lastTried: ago(1) });
  const steady = [50, ...Array<number>(22).fill(1000), 1999, 10];
  t.match(volume(steady), {
    result: 'supports',
    address: '203.0.113.7',
    words: '1,000 a day in the median of 23 days, at most 1,999',
    said: [{ phrase: { key: 'volume-steady', values: { most: 1999, median: 1000, days: 23 } } }],
    basis: [{ link: '/addresses/203.0.113.7#h-del', facts: { days: days(steady) } }],
  });
  t.match(volume([50, ...Array<number>(22).fill(1000), 2001, 10]), {
    result: 'contradicts',
    words: '2,001 on one day, 1,000 in the median of 23 days',
  });
  t.equal(volume([50, ...Array<number>(20).fill(1000), 10]), undefined, 'twenty days are too few');
  t.equal(volume(Array<number>(25).fill(0)), undefined, 'nor is nothing a volume');
  const gaps = days(steady).filter((_, index) => index % 2 === 0);
  t.equal(
    found('volume-steady', { days: gaps, lastTried: ago(1) }),
    undefined,
    'a day without any counts as none sent',
  );
});

t.test('a low volume is below a hundred a day on every day; a spike is no low volume', async (t) => {
  const low = (volumes: number[]) => found('low-volume', { days: days(volumes), lastTried: ago(1) });
  t.match(low([1, ...Array<number>(7).fill(40), 99, 5]), {
    result: 'supports',
    said: [{ phrase: { key: 'volume-low', values: { most: 99, days: 8 } } }],
  });
  t.match(low([1, ...Array<number>(7).fill(40), 121, 5]), { result: 'contradicts' });
  t.equal(low([1, ...Array<number>(7).fill(400), 900, 5]), undefined, 'neither low nor a spike');
  t.equal(low([1, ...Array<number>(5).fill(40), 5]), undefined, 'five days tell nothing');
});

t.test('other large providers: three with 98 per cent, and trouble at none', async (t) => {
  const fine = [provider('Gmail', 4000, 1), provider('Yahoo', 98, 2), provider('GMX', 20)];
  t.match(found('deliveries-elsewhere-fine', { elsewhere: fine }), {
    result: 'supports',
    words: '99.9% of 4,121 messages accepted by Gmail, Yahoo, GMX in 24 hours',
    said: [{ phrase: { values: { percent: { percent: '99.9' }, total: 4121, hours: 24 } } }],
  });
  t.equal(found('deliveries-elsewhere-fine', { elsewhere: fine.slice(1) }), undefined, 'two are not enough');
  t.equal(
    found('deliveries-elsewhere-fine', { elsewhere: [...fine.slice(0, 2), provider('GMX', 19)] }),
    undefined,
    'nor do nineteen messages tell anything',
  );
  t.match(found('deliveries-elsewhere-fine', { elsewhere: [...fine, provider('iCloud', 89, 11)] }), {
    result: 'contradicts',
    words: 'iCloud accepted 89 of 100 in 24 hours',
  });
});

t.test('accepted again: five since the last refusal, which is then no fresh one', async (t) => {
  const since = (accepted: number, first: Date | null = ago(3)) => ({
    lastAccepted: ago(1),
    since: { accepted, first, refusedAt: ago(5) },
  });
  const proven = recordsOf(since(5));
  t.match(proven, [
    {
      claim: 'accepted-again',
      result: 'supports',
      words: '5 accepted since 11 March 2026, 05:00 UTC, and none refused',
    },
    { claim: 'refusal-fresh', result: 'contradicts' },
  ]);
  t.match(recordsOf(since(4)), [
    { claim: 'accepted-again', result: 'contradicts', words: /only 4 accepted since$/ },
  ]);
  t.match(recordsOf(since(0, null)), [
    { claim: 'accepted-again', result: 'contradicts', words: /nothing accepted since$/ },
  ]);
  t.strictSame(
    recordsOf({ lastAccepted: ago(1), since: { accepted: 9, first: null, refusedAt: null } }),
    [],
    'who was never refused is not accepted again',
  );
});

t.test('sending is held: half a day without a try, while the log goes on', async (t) => {
  const usual = days([9, ...Array<number>(8).fill(30), 0]);
  const others = [provider('Gmail', 1, 0, ago(1))];
  t.match(found('stopped-sending', { days: usual, lastTried: ago(14), elsewhere: others }), {
    result: 'supports',
    observedAt: ago(1),
    said: [{ phrase: { key: 'none-sent-since', values: { time: { time: ago(13).toISOString() } } } }],
  });
  t.equal(found('stopped-sending', { days: usual, lastTried: ago(11), elsewhere: others }), undefined);
  t.equal(
    found('stopped-sending', {
      days: usual,
      lastTried: ago(14),
      elsewhere: [provider('Gmail', 1, 0, ago(5))],
    }),
    undefined,
    'a log that stopped shows nothing',
  );
  t.equal(
    found('stopped-sending', { days: days([9, 3, 3, 3, 3, 0]), lastTried: ago(14), elsewhere: others }),
    undefined,
    'who sends little may just have had nothing to send',
  );
  t.match(
    found('stopped-sending', { lastTried: ago(2) }, ago(4)),
    { result: 'contradicts', observedAt: ago(2) },
    'mail went out after somebody said that it is held',
  );
  t.equal(found('stopped-sending', { lastTried: ago(4) }, ago(2)), undefined);
});

t.test('an address from which our own logs show mail is ours', async (t) => {
  t.match(found('ip-controlled', { elsewhere: [provider('Gmail', 1, 0, ago(30))] }), {
    result: 'supports',
    observedAt: ago(30),
    said: [{ phrase: { key: 'in-our-logs', values: { day: { day: '2026-03-10' } } } }],
  });
});
