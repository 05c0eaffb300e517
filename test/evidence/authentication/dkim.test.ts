import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { dkim } from '../../../src/evidence/authentication/dkim.ts';
import { readKey } from '../../../src/evidence/authentication/dkim-key.ts';
import { serve, skip, strings } from '../dns.fixture.ts';
import { rowsOf } from '../found.fixture.ts';

const rsa = (modulusLength: number, type: 'spki' | 'pkcs1' = 'spki') =>
  generateKeyPairSync('rsa', { modulusLength })
    .publicKey.export({ type: type as 'spki', format: 'der' })
    .toString('base64');
const ed25519 = () =>
  generateKeyPairSync('ed25519')
    .publicKey.export({ type: 'spki', format: 'der' })
    .subarray(-32)
    .toString('base64');

const RSA = rsa(2048);

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({
    served: {
      'example.com': `
good._domainkey IN TXT ${strings(`v=DKIM1; k=rsa; p=${RSA}`)}
large._domainkey IN TXT ${strings(`v=DKIM1; k=rsa; p=${rsa(4096)}`)}
two._domainkey IN TXT ${strings(`v=DKIM1; p=${RSA}`)}
two._domainkey IN TXT "v=DKIM1; p="
revoked._domainkey IN TXT "v=DKIM1; p="
handed._domainkey IN CNAME good._domainkey
`,
    },
    broken: ['broken.example'],
  });
  t.teardown(server.close);
  const look = (selectors: string[], domain = 'example.com') =>
    dkim.look({ domain, selectors }, server.world);

  t.test('keys are read from several strings, by TCP where they are long, and over CNAME', async (t) => {
    const found = await look(['good', 'large', 'handed']);
    t.strictSame(rowsOf(found), {
      'key:good': 'good: RSA, 2048 bits',
      'key:large': 'good: RSA, 4096 bits',
      'key:handed': 'good: RSA, 2048 bits',
    });
    t.equal(found.facts[0]?.label, 'good._domainkey.example.com');
    t.equal(found.summary, '3 of 3 keys can be used');
    t.equal(found.outcome, 'good');
  });

  t.test('a good key alone does not support the claim; no good key contradicts it', async (t) => {
    t.match((await look(['good'])).claims, [
      { claim: 'dkim-pass', result: 'unknown', words: /a key alone proves/ },
    ]);
    t.match((await look(['good', 'revoked'])).claims, [{ result: 'unknown' }]);
    t.match((await look(['revoked', 'missing'])).claims, [
      { result: 'contradicts', words: /revoked: p= is empty and missing\._domainkey.*no key is published/ },
    ]);
    t.match((await look([])).claims, [{ result: 'unknown', words: 'no selector is known' }]);
  });

  t.test('missing, doubled and unanswered keys are told apart', async (t) => {
    t.strictSame(rowsOf(await look(['missing', 'two', 'no selector!'])), {
      'key:missing': 'bad: no key is published',
      'key:two': 'bad: 2 records; which one counts is open, so receivers may refuse',
      'key:no selector!': 'bad: is not a selector',
    });
    const failed = await look(['one'], 'broken.example');
    t.match(rowsOf(failed)['key:one'], /^unknown: not known: /);
    t.match(failed.claims, [{ result: 'unknown' }]);
    t.equal(failed.summary, '0 of 1 key can be used, 1 unknown');
  });
});

t.test('every fault of a key record is named', async (t) => {
  for (const [record, state, words] of [
    [`v=DKIM1; p=${RSA}`, 'valid', 'RSA, 2048 bits'],
    [`p=${RSA}`, 'valid', 'RSA, 2048 bits'],
    [`v=DKIM1; k=rsa; h=sha1:sha256; s=email; t=s; n=note; p=${RSA};`, 'valid', 'RSA, 2048 bits'],
    [`v=DKIM1; p=${RSA.slice(0, 50)} ${RSA.slice(50)}`, 'valid', 'RSA, 2048 bits'],
    [`v=DKIM1; p=${rsa(2048, 'pkcs1')}`, 'valid', 'RSA, 2048 bits'],
    [`v=DKIM1; p=${rsa(1024)}`, 'weak', 'RSA, 1024 bits; 2048 are advised (RFC 8301)'],
    [`v=DKIM1; p=${rsa(512)}`, 'bad', 'RSA, 512 bits; receivers refuse less than 1024 (RFC 8301)'],
    [`v=DKIM1; k=ed25519; p=${ed25519()}`, 'weak', /^Ed25519; .*RFC 8463/],
    [`v=DKIM1; k=ed25519; p=${RSA}`, 'bad', /32 octets, and this one 294/],
    [`v=DKIM1; p=${ed25519()}`, 'bad', 'p= is no RSA key'],
    [`v=DKIM2; p=${RSA}`, 'bad', 'wrong version: v=DKIM2, not DKIM1'],
    [`p=${RSA}; v=DKIM1`, 'bad', 'v=DKIM1 has to be the first tag'],
    [`v=DKIM1; t=y; p=${RSA}`, 'bad', /in test mode/],
    ['v=DKIM1; p=', 'bad', 'revoked: p= is empty'],
    ['v=DKIM1; k=rsa', 'bad', 'holds no key: p= is missing'],
    ['v=DKIM1; p=!!!', 'bad', 'p= is not base64'],
    ['v=DKIM1; p=AAAA', 'bad', 'p= is no RSA key'],
    [`v=DKIM1; k=dsa; p=${RSA}`, 'bad', 'unknown kind of key: k=dsa'],
    [`v=DKIM1; s=tlsrpt; p=${RSA}`, 'bad', 'not for mail: s=tlsrpt'],
    [`v=DKIM1; h=sha1; p=${RSA}`, 'bad', 'allows no SHA-256: h=sha1'],
    [`v=DKIM1; rubbish; p=${RSA}`, 'bad', '“rubbish” has no value'],
    [`v=DKIM1; p=${RSA}; p=${RSA}`, 'bad', 'the tag p stands there twice'],
    ['<script>alert(1)</script>', 'bad', 'holds no key: p= is missing'],
  ] as const)
    t.match(readKey(record), { state, words }, record.slice(0, 60));
});

t.test('an enormous record is read in bounds', async (t) => {
  for (const record of [
    ';'.repeat(65_535),
    `v=DKIM1; p=${'A'.repeat(65_000)}`,
    `v=DKIM1; p=x; ${'a=\u202e;'.repeat(20_000)}`,
  ]) {
    const { state, words } = readKey(record);
    t.equal(state, 'bad');
    t.ok(words.length < 300);
  }
});
