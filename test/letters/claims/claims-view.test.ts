import t from 'tap';
import { claimsView, type StoredClaim } from '../../../src/letters/claims/claims-view.ts';

const claim = (over: Partial<StoredClaim>): StoredClaim => ({
  key: 'spf-pass',
  text: 'SPF passes',
  status: 'contradicted',
  evidence: 'example.com has no SPF record',
  words: null,
  observedAt: null,
  whenUnknown: 'intent',
  stated: null,
  ...over,
});

const viewOf = (claims: StoredClaim[], written = claims) =>
  claimsView({
    incident: 1,
    letter: 1,
    claims,
    written,
    overrides: [],
    earlier: [],
    isSent: false,
    addresses: ['203.0.113.7'],
    domains: ['example.com'],
    check: undefined,
  });

t.test('a claim that stops a letter without standing in it says why it is left out', async (t) => {
  const { blocking, claims, unsaid } = viewOf([claim({})]);
  t.equal(blocking.length, 1);
  t.equal(unsaid, 1);
  t.equal(claims[0]?.left, 'left out of the letter, as it does not hold');
});

t.test('one that stands in the text is not called left out', async (t) => {
  const { blocking, claims, unsaid } = viewOf([claim({})], [claim({ status: 'supported', stated: 'fact' })]);
  t.equal(blocking.length, 1);
  t.equal(unsaid, 0);
  t.equal(claims[0]?.left, '');
});

t.test('what is unknown is worded as a plan, or wanted by the desk', async (t) => {
  const unknown = claim({ status: 'unknown', evidence: null });
  const left = (one: StoredClaim) => viewOf([one]).claims[0]?.left ?? viewOf([one]).unknown[0]?.left;
  t.equal(left({ ...unknown, stated: 'intent' }), 'worded as what we will do');
  t.equal(left({ ...unknown, whenUnknown: 'warn' }), 'left out; this desk usually wants it');
  t.equal(left(unknown), 'left out of the letter');
});
