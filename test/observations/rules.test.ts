import t from 'tap';
import {
  blockedAt,
  DEFAULT_RULE,
  isBlock,
  isProof,
  type MinuteTally,
  quietMinutes,
} from '../../src/observations/rules.ts';

const START = Date.parse('2026-03-10T00:00:00Z');
const at = (minute: number, accepted: number, refused: number): MinuteTally => ({
  minute: new Date(START + minute * 60_000),
  accepted,
  refused,
});

t.test('a block is so many refusals, and so large a share', async (t) => {
  t.ok(isBlock(DEFAULT_RULE, { accepted: 0, refused: 10 }));
  t.notOk(isBlock(DEFAULT_RULE, { accepted: 0, refused: 9 }));
  t.ok(isBlock(DEFAULT_RULE, { accepted: 40, refused: 10 }), 'a fifth');
  t.notOk(isBlock(DEFAULT_RULE, { accepted: 41, refused: 10 }));
  t.ok(isBlock({ ...DEFAULT_RULE, sharePercent: 0 }, { accepted: 1_000_000, refused: 10 }));
});

t.test('the window moves over the minutes as if each were looked at by itself', async (t) => {
  let seed = 7;
  const random = (n: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % n;
  };
  for (let run = 0; run < 400; run++) {
    const rule = {
      ...DEFAULT_RULE,
      refusals: 1 + random(12),
      windowMinutes: 1 + random(20),
      sharePercent: random(60),
    };
    let minute = 0;
    const minutes = Array.from({ length: 40 }, () => {
      minute += 1 + random(6);
      return at(minute, random(4), random(3));
    });
    const expected = minutes.find((one) => {
      const from = one.minute.getTime() - rule.windowMinutes * 60_000;
      const inside = minutes.filter(({ minute }) => minute.getTime() > from && minute <= one.minute);
      const sum = { accepted: 0, refused: 0 };
      for (const { accepted, refused } of inside) {
        sum.accepted += accepted;
        sum.refused += refused;
      }
      return one.refused > 0 && isBlock(rule, sum);
    });
    t.strictSame(blockedAt(rule, minutes), expected?.minute ?? null);
  }
});

t.test('nothing that was refused is no block', async (t) => {
  t.equal(blockedAt(DEFAULT_RULE, []), null);
  t.equal(blockedAt({ ...DEFAULT_RULE, refusals: 1, sharePercent: 0 }, [at(0, 100, 0)]), null);
});

t.test('the quiet time doubles with each relapse, up to a day, and never shrinks', async (t) => {
  t.strictSame(
    [0, 1, 2, 3, 4, 40].map((relapses) => quietMinutes(DEFAULT_RULE, relapses)),
    [120, 240, 480, 960, 1440, 1440],
  );
  t.equal(quietMinutes({ ...DEFAULT_RULE, quietMinutes: 5000 }, 3), 5000);
});

t.test('proof is enough deliveries and enough time since the last refusal', async (t) => {
  const seen = {
    accepted: 20,
    lastRefusal: new Date(START),
    now: new Date(START + 120 * 60_000),
    relapses: 0,
  };
  t.ok(isProof(DEFAULT_RULE, seen));
  t.notOk(isProof(DEFAULT_RULE, { ...seen, accepted: 19 }));
  t.notOk(isProof(DEFAULT_RULE, { ...seen, now: new Date(START + 119 * 60_000) }));
  t.notOk(isProof(DEFAULT_RULE, { ...seen, relapses: 1 }));
});
