import t from 'tap';
import { judge, planAfter, type Standing } from '../../src/webhooks/outcome.ts';
import { LONGEST_MS, pauseAfter, restAfter, retryAfterMs } from '../../src/webhooks/patience.ts';

const NOW = new Date('2026-03-10T09:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const first: Standing = {
  attempts: 1,
  firstAt: NOW,
  isTest: false,
  isOther: false,
  failures: 0,
  failingSince: null,
};
const failed = { status: 500, words: 'answered 500' };

t.test('what an answer amounts to', async (t) => {
  const judged: Record<string, (number | null)[]> = {
    delivered: [200, 202, 204, 299],
    refused: [400, 413, 415, 422],
    gone: [410],
    later: [null, 100, 301, 302, 307, 401, 403, 404, 408, 429, 500, 503],
  };
  for (const [what, statuses] of Object.entries(judged))
    for (const status of statuses) t.equal(judge(status), what, String(status));
});

t.test('pauses grow to hours, and jitter keeps two from coming together for ever', async (t) => {
  const pauses = Array.from({ length: 12 }, (_, index) => pauseAfter(index + 1, 0.5));
  t.strictSame(
    pauses,
    pauses.toSorted((a, b) => a - b),
  );
  t.equal(pauses[0], 5000);
  t.equal(pauses[11], 6 * 3_600_000);
  t.ok(pauseAfter(3, 0) < pauseAfter(3, 0.999));
  t.ok(restAfter(50, 0.999) <= 15 * 60_000, 'a target that comes back is not kept waiting for long');
  const inThreeDays = pauses.reduce((sum, pause) => sum + pause, 0);
  t.ok(inThreeDays < LONGEST_MS, 'twelve attempts are within three days');
});

t.test('Retry-After is honoured, in seconds or as a date, within a day', async (t) => {
  const cases: [string | undefined, number | undefined][] = [
    ['120', 120_000],
    ['Tue, 10 Mar 2026 09:05:00 GMT', 300_000],
    ['Tue, 10 Mar 2020 09:05:00 GMT', 1000],
    ['0', 1000],
    ['999999999', 86_400_000],
    ['soon', undefined],
    ['-5', undefined],
    ['1e9', undefined],
    [undefined, undefined],
  ];
  for (const [value, ms] of cases) t.equal(retryAfterMs(value, NOW), ms, String(value));
  const plan = planAfter({ status: 429, words: '', retryAfterMs: 3_600_000 }, first, NOW, 0.5);
  t.match(plan, { state: 'waiting', dueInMs: 3_600_000, target: { restMs: 3_600_000 } });
});

t.test(
  'an event is tried for three days from its first attempt, and a refused one three times',
  async (t) => {
    t.match(planAfter(failed, first, NOW, 0.5), {
      state: 'waiting',
      dueInMs: 5000,
      target: { failures: 1, pause: null },
    });
    const old = { ...first, attempts: 18, firstAt: ago(LONGEST_MS) };
    t.match(planAfter(failed, old, NOW, 0.5), { state: 'failed' });
    const refused = { status: 400, words: 'answered 400' };
    t.match(planAfter(refused, { ...first, attempts: 2 }, NOW, 0.5), { state: 'waiting' });
    const third = planAfter(refused, { ...first, attempts: 3 }, NOW, 0.5);
    t.equal(third.state, 'failed');
    t.equal(third.target, undefined, 'a receiver that reads and refuses is no dead one');
  },
);

t.test(
  'a target that failed for three days, or wants no more, is paused; a test pauses nothing',
  async (t) => {
    const long = { ...first, failures: 30, failingSince: ago(LONGEST_MS) };
    t.match(planAfter(failed, long, NOW, 0.5), { target: { pause: /three days.*answered 500/ } });
    t.match(planAfter({ status: 410, words: '' }, first, NOW, 0.5), {
      state: 'failed',
      target: { pause: /410/ },
    });
    t.strictSame(planAfter({ status: 410, words: '' }, { ...long, isTest: true }, NOW, 0.5), {
      state: 'failed',
      dueInMs: 0,
    });
  },
);
