import t from 'tap';
import { names } from '../../../src/evidence/names/names.ts';
import { reverseName } from '../../../src/evidence/names/reverse-name.ts';
import { serve, skip, tableOf, worldOf } from '../dns.fixture.ts';
import { claimsOf, rowsOf } from '../found.fixture.ts';

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({
    served: {
      '113.0.203.in-addr.arpa': `
7 IN PTR mail.example.net.
8 IN PTR mail.example.net.
9 IN PTR dyn-203-0-113-9.pool.example.net.
10 IN PTR mail.example.net.
10 IN PTR mx.example.net.
10 IN PTR gone.example.net.
11 IN PTR other.example.net.
64 IN CNAME 64.64-27.113.0.203.in-addr.arpa.
65 IN CNAME 65.64-27.113.0.203.in-addr.arpa.
66 IN CNAME 66.customer.example.org.
67 IN PTR mail.broken.example.
68 IN PTR static68.example.net.
64.64-27 IN PTR mx64.example.net.
`,
      'customer.example.org': '66 IN PTR mx66.example.net.',
      'example.net': `
mail IN A 203.0.113.7
mail IN A 203.0.113.10
mail IN AAAA 2001:db8::7
mx IN A 203.0.113.10
other IN A 198.51.100.1
v6 IN AAAA 2001:db8::1:7
dyn-203-0-113-9.pool IN A 203.0.113.9
mx64 IN A 203.0.113.64
mx66 IN A 203.0.113.66
static68 IN A 203.0.113.68
`,
      '8.b.d.0.1.0.0.2.ip6.arpa': `
7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR mail.example.net.
7.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0 IN PTR mx.example.net.
`,
    },
    broken: ['broken.example', '100.51.198.in-addr.arpa'],
  });
  t.teardown(server.close);
  const look = (address: string, helo = '') => names.look({ address, helo, domains: [] }, server.world);

  t.test('a name that leads back, and is the HELO name, speaks for us', async (t) => {
    const found = await look('203.0.113.7', 'Mail.Example.NET.');
    t.strictSame(rowsOf(found), {
      ptr: 'good: mail.example.net',
      'forward:mail.example.net': 'good: leads back to 203.0.113.7',
      'generic:mail.example.net': 'good: looks chosen',
      helo: 'good: mail.example.net',
      'helo-resolves': 'good: mail.example.net leads to 203.0.113.7',
      'helo-ptr': 'good: the same, and it leads back',
    });
    t.strictSame(claimsOf(found), { 'fcrdns-ok': 'supports', 'helo-ok': 'supports' });
    t.equal(found.outcome, 'good');
    t.equal(found.summary, 'mail.example.net leads back; HELO is the same');
    t.strictSame(Object.keys(found.raw).sort(), ['7.113.0.203.in-addr.arpa PTR', 'mail.example.net A']);
  });

  t.test('IPv6 is looked up by nibbles and confirmed by AAAA', async (t) => {
    t.equal(
      reverseName('2001:db8::7'),
      '7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
    );
    const good = await look('2001:db8::7', 'mail.example.net');
    t.equal(good.outcome, 'good');
    t.strictSame(claimsOf(good), { 'fcrdns-ok': 'supports', 'helo-ok': 'supports' });
    const bad = await look('2001:db8::1:7');
    t.equal(rowsOf(bad)['forward:mx.example.net'], 'bad: has no IPv6 address');
    t.equal(claimsOf(bad)['fcrdns-ok'], 'contradicts');
  });

  t.test('a name that leads elsewhere or nowhere speaks against us', async (t) => {
    const elsewhere = await look('203.0.113.11');
    t.equal(
      rowsOf(elsewhere)['forward:other.example.net'],
      'bad: leads to 198.51.100.1, not to 203.0.113.11',
    );
    t.equal(elsewhere.outcome, 'bad');
    t.equal(claimsOf(elsewhere)['fcrdns-ok'], 'contradicts');
    const stale = await look('203.0.113.8');
    t.equal(stale.summary, 'mail.example.net does not lead back; HELO name not known');
  });

  t.test('no reverse name is bad; a server that fails leaves it unknown', async (t) => {
    const none = await look('203.0.113.200', 'mail.example.net');
    t.equal(rowsOf(none)['ptr'], 'bad: no reverse name');
    t.strictSame(claimsOf(none), { 'fcrdns-ok': 'contradicts', 'helo-ok': 'contradicts' });
    t.equal(rowsOf(none)['helo-ptr'], 'bad: there is no reverse name');
    const failed = await look('198.51.100.7', 'mail.example.net');
    t.match(rowsOf(failed)['ptr'], /^unknown: not known: /);
    t.strictSame(claimsOf(failed), { 'fcrdns-ok': 'unknown', 'helo-ok': 'unknown' });
    t.equal(failed.outcome, 'unknown');
    const forward = await look('203.0.113.67', 'mail.broken.example');
    t.match(rowsOf(forward)['forward:mail.broken.example'], /^unknown: not known: /);
    t.strictSame(claimsOf(forward), { 'fcrdns-ok': 'unknown', 'helo-ok': 'unknown' });
  });

  t.test('one of several names that leads back is enough; each is shown', async (t) => {
    const found = await look('203.0.113.10', 'mx.example.net');
    const rows = rowsOf(found);
    t.match(rows['ptr'], /^note: 3 names: gone\.example\.net, mail\.example\.net and mx\.example\.net/);
    t.equal(rows['forward:gone.example.net'], 'bad: does not exist');
    t.equal(rows['forward:mx.example.net'], 'good: leads back to 203.0.113.10');
    t.strictSame(claimsOf(found), { 'fcrdns-ok': 'supports', 'helo-ok': 'supports' });
  });

  t.test('a reverse zone that is handed on by CNAME is followed (RFC 2317)', async (t) => {
    t.equal((await look('203.0.113.64')).summary, 'mx64.example.net leads back; HELO name not known');
    t.equal((await look('203.0.113.66')).summary, 'mx66.example.net leads back; HELO name not known');
    const dangling = await look('203.0.113.65');
    t.equal(
      rowsOf(dangling)['ptr'],
      'bad: no reverse name: 65.113.0.203.in-addr.arpa leads to 65.64-27.113.0.203.in-addr.arpa, which has no PTR',
    );
  });

  t.test('a name that looks generic does not support the claim, though it leads back', async (t) => {
    const found = await look('203.0.113.9');
    t.equal(
      rowsOf(found)['generic:dyn-203-0-113-9.pool.example.net'],
      'bad: looks generic: “dyn” stands in it',
    );
    t.equal(claimsOf(found)['fcrdns-ok'], 'contradicts');
    const slight = await look('203.0.113.68');
    t.equal(rowsOf(slight)['generic:static68.example.net'], 'note: looks generic: “static” stands in it');
    t.equal(claimsOf(slight)['fcrdns-ok'], 'supports');
  });

  t.test('HELO names: no host, another one, one that does not exist', async (t) => {
    for (const [helo, row, words] of [
      ['localhost', 'helo', 'bad: localhost is not the full name of a host'],
      [
        '[203.0.113.7]',
        'helo',
        'bad: [203.0.113.7] is an address; many receivers want the full name of a host',
      ],
      ['203.0.113.7', 'helo', 'bad: 203.0.113.7 is not the full name of a host'],
      ['mx.example.net', 'helo-ptr', 'note: mx.example.net is not mail.example.net'],
      ['mx.example.net', 'helo-resolves', 'note: mx.example.net leads to 203.0.113.10, not to 203.0.113.7'],
      ['v6.example.net', 'helo-resolves', 'note: v6.example.net leads to 2001:db8::1:7, not to 203.0.113.7'],
      ['gone.example.net', 'helo-resolves', 'bad: gone.example.net has no address'],
    ] as const) {
      const found = await look('203.0.113.7', helo);
      t.equal(rowsOf(found)[row], words);
      t.equal(claimsOf(found)['helo-ok'], 'contradicts', helo);
    }
    t.equal(claimsOf(await look('203.0.113.7'))['helo-ok'], 'unknown');
  });
});

t.test('hundreds of hostile names are bounded, in questions and in words', async (t) => {
  const records = Array.from({ length: 500 }, (_, at) => `<b>\u202e\n${at}${'x'.repeat(300)}.example.net`);
  let asked = 0;
  const table = tableOf({ '7.113.0.203.in-addr.arpa PTR': records });
  const found = await names.look(
    { address: '203.0.113.7', helo: `a\u0000${'b.'.repeat(5000)}`, domains: [] },
    worldOf((name, type) => {
      asked += 1;
      return table(name, type);
    }),
  );
  t.ok(asked < 50, `${asked} questions`);
  t.ok(found.facts.length < 50);
  for (const { key, label, words } of found.facts) {
    t.ok(
      key.length < 320 && label.length < 150 && words.length < 1000,
      `${key.length} ${label.length} ${words.length}`,
    );
    t.notMatch(words, /[\u0000-\u001f\u202e]/);
  }
  t.equal(found.outcome, 'bad');
});
