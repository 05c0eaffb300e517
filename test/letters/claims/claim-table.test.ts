import t from 'tap';
import { KINDS } from '../../../src/evidence/kinds.ts';
import { kindsToCheck, waysFor } from '../../../src/letters/claims/claim-help.ts';
import claimData from '../../../src/letters/claims/claims.json' with { type: 'json' };
import { CLAIM_KEYS, judgeClaims, whenUnknown } from '../../../src/letters/claims/claims.ts';
import largeProviders from '../../../src/letters/claims/large-providers.json' with { type: 'json' };
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { hoursAgo, NOW, record, sourcesWith } from '../letters.fixture.ts';

/** How old evidence may be when a letter is sent, in hours (null: it does not age), and what is done without any. */
const RULES: Record<string, [maxAge: number | null, unknown: 'intent' | 'omit' | 'warn']> = {
  'ip-controlled': [30 * 24, 'warn'],
  'refusal-fresh': [24, 'warn'],
  'no-public-listing': [24, 'omit'],
  'fcrdns-ok': [24, 'warn'],
  'helo-ok': [7 * 24, 'omit'],
  'spf-pass': [48, 'intent'],
  'dkim-pass': [48, 'intent'],
  'dmarc-policy': [48, 'intent'],
  'jmrp-enrolled': [90 * 24, 'intent'],
  'snds-access': [30 * 24, 'intent'],
  'snds-green': [72, 'omit'],
  'complaint-rate-low': [72, 'omit'],
  'trap-hits-none': [7 * 24, 'omit'],
  'bounce-rate-low': [7 * 24, 'omit'],
  'sender-score': [48, 'omit'],
  'transactional-only': [30 * 24, 'omit'],
  'low-volume': [7 * 24, 'omit'],
  'named-lookups': [24, 'warn'],
  'signal-spam-member': [90 * 24, 'omit'],
  'volume-steady': [72, 'omit'],
  'confirmed-opt-in': [90 * 24, 'omit'],
  'one-click-unsubscribe': [30 * 24, 'intent'],
  'list-cleaned': [30 * 24, 'omit'],
  'compromise-fixed': [30 * 24, 'omit'],
  'no-compromise-found': [72, 'omit'],
  'egress-25-closed': [7 * 24, 'intent'],
  'rate-limited-outbound': [90 * 24, 'intent'],
  'forwarding-filtered': [90 * 24, 'intent'],
  'new-ip-warmup': [7 * 24, 'warn'],
  'previous-owner': [null, 'omit'],
  'range-clean': [24, 'omit'],
  'mutual-customers-affected': [48, 'omit'],
  'deliveries-elsewhere-fine': [24, 'omit'],
  'imprint-online': [24, 'warn'],
  'abuse-mailbox-works': [30 * 24, 'intent'],
  'fix-date': [30 * 24, 'omit'],
  'stopped-sending': [24, 'intent'],
  'sender-certified': [90 * 24, 'omit'],
  'accepted-again': [48, 'omit'],
};

t.test('every claim: supported, contradicted, too old, unknown', async (t) => {
  t.strictSame(Object.keys(RULES).sort(), [...CLAIM_KEYS].sort());
  for (const [key, [maxAge, unknown]] of Object.entries(RULES)) {
    const status = (changes: Partial<Parameters<typeof record>[1]> | null) =>
      judgeClaims(
        [key],
        sourcesWith({ rejections: [], evidence: changes === null ? [] : [record(key, changes)] }),
        NOW,
      )[0];
    const supports = status({ observedAt: hoursAgo(maxAge ?? 24 * 3650) });
    t.match(
      supports,
      { status: 'supported', fails: [], basis: [{ result: 'supports' }] },
      `${key} supported`,
    );
    t.equal(status({ result: 'contradicts' })?.status, 'contradicted', `${key} contradicted`);
    t.equal(
      status({ observedAt: hoursAgo((maxAge ?? 0) + 0.01) })?.status,
      maxAge === null ? 'supported' : 'stale',
      `${key} too old`,
    );
    t.equal(status({ result: 'unknown' })?.status, 'unknown', `${key}: a look that told nothing`);
    t.match(status(null), { status: 'unknown', basis: [], evidence: null }, `${key}: no look`);
    t.equal(whenUnknown(key), unknown, `${key}: what is done without it`);
  }
});

t.test('what the data names is there', async (t) => {
  const kinds = new Set([...KINDS.map(({ key }) => key), 'snds', 'complaints']);
  for (const { key, ...claim } of claimData as { key: string; kinds?: string[]; alsoBy?: string }[]) {
    for (const kind of claim.kinds ?? []) t.ok(kinds.has(kind), `${key}: ${kind}`);
    if (claim.alsoBy) t.ok(CLAIM_KEYS.includes(claim.alsoBy), key);
  }
  const { byKey } = readCatalogue();
  for (const key of Object.keys(largeProviders)) t.ok(byKey.get(key), key);
});

t.test('a check is asked for what it can tell, and only where a claim does not hold', async (t) => {
  t.strictSame(
    kindsToCheck([
      { key: 'fcrdns-ok', status: 'stale' },
      { key: 'helo-ok', status: 'unknown' },
      { key: 'spf-pass', status: 'supported' },
      { key: 'complaint-rate-low', status: 'contradicted' },
      { key: 'fix-date', status: 'unknown' },
    ]),
    ['names', 'snds', 'complaints'],
  );
});

t.test('what only a person can find out is one click away, at the address that lacks it', async (t) => {
  const addresses = ['203.0.113.7', '203.0.113.8'].map((text) => ({
    text,
    jmrpSince: null,
    sndsSince: null,
  }));
  const claims = judgeClaims(
    ['sender-score', 'dkim-pass', 'confirmed-opt-in', 'refusal-fresh', 'fix-date', 'spf-pass'],
    sourcesWith({
      addresses,
      rejections: [],
      evidence: [
        record('sender-score', { address: '203.0.113.7' }),
        record('sender-score', { address: '203.0.113.8', result: 'contradicts' }),
        record('spf-pass'),
      ],
    }),
    NOW,
  );
  const ways = claims.map((claim) =>
    waysFor(claim, {
      incident: 41,
      back: '/incidents/41/letters/7',
      addresses: addresses.map(({ text }) => text),
      domains: ['example.com'],
    }).map(({ href }) => href),
  );
  t.match(ways[0]?.[0], '/evidence/203.0.113.8/places/sender-score?incident=41');
  t.match(ways[1]?.[0], '/evidence/203.0.113.7#h-sample');
  t.match(ways[2]?.[0], '/settings/profile?back=%2Fincidents%2F41%2Fletters%2F7#optIn');
  t.match(ways[3]?.[0], '/log?incident=41');
  t.match(ways[4], ['/incidents/41/evidence/new?claim=fix-date&back=%2Fincidents%2F41%2Fletters%2F7']);
  t.strictSame(ways[5], [], 'nothing where it holds');
});

t.test('several addresses: for which it does not hold, and what all of them say', async (t) => {
  const addresses = ['203.0.113.7', '203.0.113.8', '203.0.113.16/28'].map((text) => ({
    text,
    jmrpSince: null,
    sndsSince: null,
  }));
  const score = (address: string, words: string) => record('sender-score', { address, words });
  const judged = (...evidence: ReturnType<typeof record>[]) =>
    judgeClaims(['sender-score'], sourcesWith({ addresses, evidence }), NOW)[0];
  const [one, other, range] = [
    score('203.0.113.7', '99 of 100'),
    score('203.0.113.8', '98 of 100'),
    score('203.0.113.16/28', '97 of 100'),
  ] as const;
  t.match(judged(one, other, range), {
    status: 'supported',
    words: '99 of 100; 98 of 100; 97 of 100',
    fails: [],
    basis: [{ about: '203.0.113.7' }, { about: '203.0.113.8' }, { about: '203.0.113.16/28' }],
  });
  t.match(judged(one, other), { status: 'unknown', fails: ['203.0.113.16/28'] }, 'nobody looked there');
  t.match(judged(one, { ...other, result: 'contradicts' }, range), {
    status: 'contradicted',
    words: '98 of 100',
    fails: ['203.0.113.8'],
  });
  t.match(judged(one, other, { ...range, observedAt: hoursAgo(50) }), {
    status: 'stale',
    fails: ['203.0.113.16/28'],
  });
  t.match(
    judged(one, other, { ...range, result: 'contradicts', against: ['203.0.113.18'] }),
    { fails: ['203.0.113.18'] },
    'the one address of a range that spoils it',
  );
  const clean = addresses.map(({ text }) => record('no-public-listing', { address: text }));
  const ranged = (evidence: ReturnType<typeof record>[], about = addresses) =>
    judgeClaims(['range-clean'], sourcesWith({ addresses: about, evidence }), NOW)[0]?.status;
  t.equal(ranged(clean), 'supported', 'lists that were asked for every address show that the range is clean');
  t.equal(ranged(clean.slice(1)), 'unknown');
  t.equal(ranged(clean, addresses.slice(0, 1)), 'unknown', 'one address is no range');
});
