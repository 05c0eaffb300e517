import t from 'tap';
import { CLAIM_KEYS, isArgumentFor, judgeClaims } from '../../../src/letters/claims/claims.ts';
import type { ClaimSources } from '../../../src/letters/claims/claims-from-facts.ts';
import { fullProfile, hoursAgo, minimalProfile, NOW, record, sourcesWith } from '../letters.fixture.ts';

const judged = (key: string, sources: Partial<ClaimSources>) =>
  judgeClaims([key], sourcesWith(sources), NOW)[0];
const statusOf = (key: string, sources: Partial<ClaimSources>) => judged(key, sources)?.status;
const at = (text: string) => ({ text, jmrpSince: null, sndsSince: null });

t.test('every claim has a key of its own and words for the list', async (t) => {
  t.equal(new Set(CLAIM_KEYS).size, CLAIM_KEYS.length);
  for (const claim of judgeClaims(CLAIM_KEYS, sourcesWith({ rejections: [] }), NOW)) {
    t.ok(claim.text.length > 3, claim.key);
    t.match(
      claim,
      { status: 'unknown', evidence: null, words: null, observedAt: null, stated: null },
      claim.key,
    );
  }
  t.throws(() => judgeClaims(['no-such-claim'], sourcesWith(), NOW), {
    name: 'RangeError',
    message: /no-such-claim/,
  });
});

t.test('the newest record decides', async (t) => {
  const old = record('fcrdns-ok', { observedAt: hoursAgo(20) });
  t.equal(statusOf('fcrdns-ok', { evidence: [old] }), 'supported');
  t.equal(
    statusOf('fcrdns-ok', { evidence: [old, record('fcrdns-ok', { result: 'contradicts' })] }),
    'contradicted',
  );
  t.equal(
    statusOf('fcrdns-ok', {
      evidence: [
        record('fcrdns-ok', { result: 'contradicts', observedAt: hoursAgo(20) }),
        record('fcrdns-ok'),
      ],
    }),
    'supported',
  );
  t.match(judged('fcrdns-ok', { evidence: [old] }), {
    evidence: 'web-3.harbour.example.com; a check',
    words: 'web-3.harbour.example.com',
    observedAt: hoursAgo(20),
  });
});

t.test('a look that failed is never good news, also after one that succeeded', async (t) => {
  t.equal(
    statusOf('no-public-listing', {
      evidence: [
        record('no-public-listing', { observedAt: hoursAgo(2) }),
        record('no-public-listing', { result: 'unknown', words: 'the resolver gave no answer' }),
      ],
    }),
    'unknown',
  );
});

t.test('evidence grows stale at the age of its claim, to the hour', async (t) => {
  for (const [key, hours] of [
    ['no-public-listing', 24],
    ['fcrdns-ok', 24],
    ['spf-pass', 48],
    ['snds-green', 72],
    ['jmrp-enrolled', 90 * 24],
    ['accepted-again', 48],
  ] as const) {
    t.equal(statusOf(key, { evidence: [record(key, { observedAt: hoursAgo(hours) })] }), 'supported', key);
    t.equal(statusOf(key, { evidence: [record(key, { observedAt: hoursAgo(hours + 0.01) })] }), 'stale', key);
  }
  t.equal(
    statusOf('previous-owner', { evidence: [record('previous-owner', { observedAt: hoursAgo(20_000) })] }),
    'supported',
    'what happened does not age',
  );
});

t.test('a contradiction stands until somebody has looked again', async (t) => {
  t.equal(
    statusOf('no-public-listing', {
      evidence: [record('no-public-listing', { result: 'contradicts', observedAt: hoursAgo(500) })],
    }),
    'contradicted',
  );
});

t.test('a claim about several addresses holds when each was looked at', async (t) => {
  const addresses = [at('203.0.113.7'), at('203.0.113.8')];
  const one = record('fcrdns-ok', { address: '203.0.113.7' });
  const other = record('fcrdns-ok', { address: '203.0.113.8', observedAt: hoursAgo(3) });
  t.equal(statusOf('fcrdns-ok', { addresses, evidence: [one] }), 'unknown');
  t.match(
    judged('fcrdns-ok', { addresses, evidence: [one, other] }),
    { status: 'supported', observedAt: hoursAgo(3) },
    'as old as the oldest',
  );
  t.equal(
    statusOf('fcrdns-ok', { addresses, evidence: [one, { ...other, result: 'contradicts' }] }),
    'contradicted',
  );
  t.equal(
    statusOf('fcrdns-ok', { addresses, evidence: [one, { ...other, observedAt: hoursAgo(30) }] }),
    'stale',
  );
  t.equal(
    statusOf('fcrdns-ok', { addresses, evidence: [record('fcrdns-ok')] }),
    'supported',
    'a record without an address speaks for all',
  );
  t.equal(
    statusOf('fcrdns-ok', { addresses, evidence: [record('fcrdns-ok', { address: '198.51.100.1' })] }),
    'unknown',
    'one of another address for none',
  );
});

t.test(
  'ranges: a record of the range speaks for its addresses, one bad address spoils the range',
  async (t) => {
    const range = [at('203.0.113.0/29')];
    const key = 'no-public-listing';
    t.equal(
      statusOf(key, {
        addresses: [at('203.0.113.3')],
        evidence: [record(key, { address: '203.0.113.0/29' })],
      }),
      'supported',
    );
    t.equal(
      statusOf(key, {
        addresses: [at('203.0.113.9')],
        evidence: [record(key, { address: '203.0.113.0/29' })],
      }),
      'unknown',
    );
    t.equal(
      statusOf(key, { addresses: range, evidence: [record(key, { address: '203.0.113.3' })] }),
      'unknown',
      'one clean address is not the range',
    );
    const clean = record(key, { address: '203.0.113.0/29', observedAt: hoursAgo(5) });
    t.equal(
      statusOf(key, {
        addresses: range,
        evidence: [clean, record(key, { address: '203.0.113.3', result: 'contradicts' })],
      }),
      'contradicted',
    );
    t.equal(
      statusOf(key, {
        addresses: range,
        evidence: [
          record(key, { address: '203.0.113.3', result: 'contradicts', observedAt: hoursAgo(9) }),
          clean,
        ],
      }),
      'supported',
      'the newer look at the whole counts',
    );
    t.equal(
      statusOf(key, {
        addresses: [at('2001:db8::7')],
        evidence: [
          record(key, { address: '2001:db8::/64' }),
          record(key, { address: '203.0.113.0/29', result: 'contradicts' }),
        ],
      }),
      'supported',
      'families do not mix',
    );
  },
);

t.test('enrolment: by the profile or the address, and only when every address is', async (t) => {
  const profile = { ...minimalProfile, jmrpSince: '2019-02-01' };
  t.match(judged('jmrp-enrolled', { profile }), { status: 'supported', words: 'since 1 February 2019' });
  t.equal(statusOf('snds-access', { profile }), 'unknown');
  const enrolled = { text: '203.0.113.7', jmrpSince: '2020-01-05', sndsSince: '2020-01-05' };
  t.equal(statusOf('snds-access', { addresses: [enrolled] }), 'supported');
  t.equal(statusOf('snds-access', { addresses: [enrolled, at('203.0.113.8')] }), 'unknown');
  t.match(
    judged('snds-access', { addresses: [enrolled, { ...enrolled, sndsSince: '2021-03-01' }] }),
    { words: 'since 1 March 2021' },
    'since all of them are',
  );
  t.equal(
    statusOf('snds-access', {
      addresses: [enrolled],
      evidence: [record('snds-access', { result: 'contradicts' })],
    }),
    'contradicted',
  );
});

t.test('only transactional mail: when the profile says so, not when it merely names such mail', async (t) => {
  const kinds = (mailKinds: string) =>
    statusOf('transactional-only', { profile: { ...minimalProfile, mailKinds } });
  for (const words of [
    'only order confirmations and password resets',
    'transactional mail only',
    'order confirmations; no newsletters, no marketing',
    'Ausschließlich Bestellbestätigungen und Rechnungen',
    'Rechnungen, keine Werbung',
  ])
    t.equal(kinds(words), 'supported', words);
  for (const words of ['', 'order confirmations and staff mail', 'personal mail only', 'no newsletters'])
    t.equal(kinds(words), 'unknown', words);
  for (const words of [
    'newsletters and receipts',
    'only receipts and marketing',
    'Rundbriefe, Rechnungen',
    'invoices; weekly campaign',
  ])
    t.equal(kinds(words), 'contradicted', words);
  t.equal(
    statusOf('transactional-only', {
      profile: { ...minimalProfile, mailKinds: 'newsletters' },
      evidence: [record('transactional-only')],
    }),
    'contradicted',
    'the profile against a record',
  );
});

t.test('confirmed opt-in: from the words of the profile', async (t) => {
  const optIn = (words: string) =>
    statusOf('confirmed-opt-in', { profile: { ...minimalProfile, optIn: words } });
  t.equal(optIn('a double opt-in with a confirmation link'), 'supported');
  t.equal(optIn('Bestätigte Anmeldung'), 'supported');
  for (const words of ['', 'a form on the web site', 'sign-up without confirmation', 'no double opt-in'])
    t.equal(optIn(words), 'unknown', words);
  t.equal(optIn('a bought list, confirmed by phone'), 'contradicted');
  t.equal(statusOf('sender-certified', { profile: fullProfile }), 'supported');
  t.equal(
    statusOf('sender-certified', { profile: { ...fullProfile, programmes: ['a feedback loop'] } }),
    'unknown',
  );
});

t.test('rejections: fresh for a day, their recipients counted once each for two', async (t) => {
  const rejection = (hours: number, recipient: string | null, isTimed = true) => ({
    at: isTimed ? hoursAgo(hours) : null,
    recordedAt: hoursAgo(hours),
    recipient,
    recipientDomain: null,
  });
  t.match(judged('refusal-fresh', { rejections: [rejection(30, null), rejection(24, null)] }), {
    status: 'supported',
    observedAt: hoursAgo(24),
  });
  t.match(judged('refusal-fresh', { rejections: [rejection(24.1, null)] }), {
    status: 'stale',
    observedAt: hoursAgo(24.1),
  });
  t.equal(
    statusOf('refusal-fresh', { rejections: [rejection(2, null, false)] }),
    'supported',
    'when it was logged, where it names no time',
  );
  t.equal(statusOf('refusal-fresh', { rejections: [] }), 'unknown');
  const named = [
    rejection(2, 'a@example.com'),
    rejection(3, 'A@example.com'),
    rejection(3, 'b@example.com'),
    rejection(4, null),
  ];
  t.match(judged('mutual-customers-affected', { rejections: named }), { status: 'supported', words: '2' });
  t.equal(
    statusOf('mutual-customers-affected', {
      rejections: [rejection(49, 'a@example.com'), rejection(50, 'b@example.com')],
    }),
    'stale',
  );
  t.equal(
    statusOf('mutual-customers-affected', { rejections: named.slice(0, 1) }),
    'unknown',
    'one recipient is nothing to argue with',
  );
  t.equal(statusOf('mutual-customers-affected', { rejections: [rejection(1, null)] }), 'unknown');
});

t.test('what other lists say is no argument for a list operator', async (t) => {
  t.notOk(isArgumentFor('no-public-listing', 'block-list'));
  t.ok(isArgumentFor('no-public-listing', 'mailbox-provider'));
  t.ok(isArgumentFor('fcrdns-ok', 'block-list'));
});
