import t from 'tap';
import { spf } from '../../../src/evidence/authentication/spf.ts';
import { serve, skip, strings, tableOf, worldOf } from '../dns.fixture.ts';
import { claimIn, rowsOf } from '../found.fixture.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
const includes = (number: number) =>
  range(1, number)
    .map((at) => `include:i${at}.example.net`)
    .join(' ');

const SERVED = {
  'example.com': `
@ IN TXT "v=spf1 ip4:203.0.113.0/28 include:_spf.example.net -all"
@ IN TXT "some other text"
none IN A 203.0.113.1
soft IN TXT "v=spf1 ip4:198.51.100.0/24 ~all"
neutral IN TXT "v=spf1 ip4:198.51.100.0/24"
open IN TXT "v=spf1 +all"
two IN TXT "v=spf1 ip4:203.0.113.7 -all"
two IN TXT "v=spf1 ip4:203.0.113.8 -all"
wrong IN TXT "v=spf1 ipv4:203.0.113.7 -all"
split IN TXT "v=spf1 ip4:203.0" ".113.7 -all"
long IN TXT ${strings(
    `v=spf1 ${range(1, 120)
      .map((at) => `ip4:198.51.100.${at}`)
      .join(' ')} ip4:203.0.113.7 -all`,
  )}
redirect IN TXT "v=spf1 redirect=_spf.example.net"
exists IN TXT "v=spf1 exists:%{ir}.%{v}.ok.example.net -all"
macro IN TXT "v=spf1 include:%{d}.macro.example.net include:%{l}._spf.example.net -all"
ptr IN TXT "v=spf1 ptr:example.net -all"
mx IN TXT "v=spf1 mx -all"
mx IN MX 10 mail.example.net.
loop IN TXT "v=spf1 include:loop2.example.com -all"
loop2 IN TXT "v=spf1 include:loop.example.com -all"
dangling IN TXT "v=spf1 include:gone.example.net ip4:203.0.113.7 -all"
failing IN TXT "v=spf1 include:spf.broken.example ip4:203.0.113.7 -all"
eleven IN TXT ${strings(`v=spf1 ${includes(11)} ip4:203.0.113.7 -all`)}
early IN TXT ${strings(`v=spf1 ip4:203.0.113.7 ${includes(11)} -all`)}
ten IN TXT ${strings(`v=spf1 ${includes(10)} ip4:203.0.113.7 -all`)}
void IN TXT "v=spf1 a:no1.example.net a:no2.example.net a:no3.example.net ip4:203.0.113.7 -all"
`,
  'example.net': `
_spf IN TXT "v=spf1 include:_deep.example.net ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"
_deep IN TXT "v=spf1 ip4:198.51.100.0/24 -all"
mail IN A 203.0.113.7
mail IN TXT "v=spf1 a -all"
macro.example.com.macro IN TXT "v=spf1 ip4:203.0.113.7 -all"
postmaster._spf IN TXT "v=spf1 ip4:203.0.113.9 -all"
7.113.0.203.in-addr.ok IN A 127.0.0.2
${range(1, 11)
  .map((at) => `i${at} IN TXT "v=spf1 ip4:192.0.2.${at} -all"`)
  .join('\n')}
`,
  '113.0.203.in-addr.arpa': '7 IN PTR mail.example.net.',
  'xn--bcher-kva.example': '@ IN TXT "v=spf1 ip4:203.0.113.7 -all"',
};

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({ served: SERVED, broken: ['broken.example'] });
  t.teardown(server.close);
  const look = (domains: string[], address = '203.0.113.7', helo = '') =>
    spf.look({ address, helo, domains }, server.world);
  const verdict = async (domain: string, address?: string) => {
    const found = await look([domain], address);
    const row = found.facts.find(({ key }) => key === `verdict:${domain}`);
    return `${row?.outcome}: ${row?.words} · ${claimIn(found)}`;
  };

  t.test('a record that passes is shown with all that it includes', async (t) => {
    const found = await look(['example.com'], '203.0.113.7', 'mail.example.net');
    t.strictSame(rowsOf(found), {
      'verdict:example.com': 'good: pass: 203.0.113.7 may send for example.com',
      'record:example.com': 'note: v=spf1 ip4:203.0.113.0/28 include:_spf.example.net -all',
      'all:example.com': 'good: -all: nobody else may send',
      'look-ups:example.com': 'good: 2 of 10 look-ups',
      'part:example.com > _spf.example.net':
        'good: v=spf1 include:_deep.example.net ip4:192.0.2.0/24 ip6:2001:db8::/32 -all',
      'part:example.com > _spf.example.net > _deep.example.net': 'good: v=spf1 ip4:198.51.100.0/24 -all',
      helo: 'good: pass: 203.0.113.7 may send for mail.example.net',
    });
    t.strictSame(
      found.facts.filter(({ label }) => label.includes('↳')).map(({ label }) => label),
      ['↳ include _spf.example.net', '\u2003↳ include _deep.example.net'],
    );
    t.equal(found.outcome, 'good');
    t.equal(claimIn(found), 'spf-pass supports');
    t.equal(found.summary, 'passes for example.com');
  });

  t.test('every result of RFC 7208 has its words, and none but pass supports the claim', async (t) => {
    for (const [domain, words] of [
      ['none.example.com', 'bad: none: none.example.com has no SPF record · spf-pass contradicts'],
      ['gone.example.com', 'bad: none: gone.example.com has no SPF record · spf-pass contradicts'],
      [
        'soft.example.com',
        'bad: softfail: soft.example.com says that 203.0.113.7 should not send · spf-pass contradicts',
      ],
      [
        'neutral.example.com',
        'bad: neutral: neutral.example.com says nothing of 203.0.113.7 · spf-pass contradicts',
      ],
      [
        'redirect.example.com',
        'bad: fail: redirect.example.com says that 203.0.113.7 may not send; 2 look-ups · spf-pass contradicts',
      ],
    ] as const)
      t.equal(await verdict(domain), words);
    for (const domain of ['two', 'wrong', 'loop', 'dangling', 'eleven', 'void'])
      t.match(
        await verdict(`${domain}.example.com`),
        /^bad: permerror: the record of .* · spf-pass contradicts$/,
        domain,
      );
    t.match(await verdict('failing.example.com'), /^unknown: temperror: not known .* · spf-pass unknown$/);
    t.match(await verdict('no domain'), /^bad: no domain is not a domain · spf-pass contradicts$/);
  });

  t.test('strings are joined, long answers come by TCP, macros and mechanisms are evaluated', async (t) => {
    for (const domain of ['split', 'long', 'exists', 'macro', 'ptr', 'mx', 'ten'])
      t.match(await verdict(`${domain}.example.com`), /^good: pass: /, domain);
    t.match(await verdict('example.com', '2001:db8::7'), /^good: pass: 2001:db8::7 may send/);
    t.match(await verdict('redirect.example.com', '192.0.2.1'), /^good: pass: /);
    t.match(await verdict('bücher.example'), /^undefined/, 'rows have the name that DNS has');
    t.match(rowsOf(await look(['bücher.example']))['verdict:xn--bcher-kva.example'], /^good: pass: /);
    const macro = rowsOf(await look(['macro.example.com']));
    t.equal(macro['part:macro.example.com > %{d}.macro.example.net'], 'note: depends on the message');
    t.match(rowsOf(await look(['ptr.example.com']))['ptr:ptr.example.com'], /^note: .*not to be used/);
  });

  t.test('the broken part of a record is named', async (t) => {
    const part = async (domain: string, key: string) =>
      rowsOf(await look([domain]))[key.startsWith('>') ? `part:${domain} ${key}` : `${key}:${domain}`];
    t.equal(
      await part('dangling.example.com', '> gone.example.net'),
      'bad: has no SPF record: the whole record cannot be used',
    );
    t.equal(
      await part('loop.example.com', '> loop2.example.com > loop.example.com'),
      'bad: leads back to itself: the whole record cannot be used',
    );
    t.match(await part('failing.example.com', '> spf.broken.example'), /^unknown: not known: /);
    t.equal(await part('failing.example.com', 'look-ups'), 'unknown: at least 1 of 10 look-ups');
    t.match(await part('open.example.com', 'all'), /^bad: \+all/);
    t.equal((await look(['open.example.com'])).outcome, 'bad', 'though it passes');
  });

  t.test('eleven look-ups are too many, also where the address matches before them', async (t) => {
    const early = await look(['early.example.com']);
    t.match(rowsOf(early)['verdict:early.example.com'], /^good: pass/);
    t.equal(rowsOf(early)['look-ups:early.example.com'], 'bad: needs 11 look-ups; 10 are allowed');
    t.equal(claimIn(early), 'spf-pass contradicts');
    t.equal(rowsOf(await look(['ten.example.com']))['look-ups:ten.example.com'], 'good: 10 of 10 look-ups');
  });

  t.test(
    'one of several domains that fails speaks against the claim; none known leaves it open',
    async (t) => {
      const both = await look(['example.com', 'soft.example.com', 'failing.example.com']);
      t.equal(claimIn(both), 'spf-pass contradicts');
      t.equal(
        both.summary,
        'passes for example.com; does not pass for soft.example.com; unknown for failing.example.com',
      );
      const open = await look(['example.com', 'failing.example.com']);
      t.equal(claimIn(open), 'spf-pass unknown');
      const none = await look([]);
      t.equal(claimIn(none), 'spf-pass unknown');
      t.equal(none.outcome, 'note');
    },
  );
});

t.test('hostile and enormous records are bounded', async (t) => {
  const bomb = `v=spf1 ${includes(5000)} -all`;
  const answers = Object.fromEntries(range(1, 5000).map((at) => [`i${at}.example.net TXT`, [bomb]]));
  let asked = 0;
  const table = tableOf({
    ...answers,
    'example.com TXT': [bomb],
    'evil.example TXT': [`v=spf1 include:<script>\u202e${'%'.repeat(30_000)} ${'a'.repeat(30_000)} -all`],
  });
  const found = await spf.look(
    { address: '203.0.113.7', helo: '', domains: ['example.com', 'evil.example'] },
    worldOf((name, type) => {
      asked += 1;
      return table(name, type);
    }),
  );
  t.ok(asked < 700, `${asked} questions`);
  t.ok(found.facts.length < 2000, `${found.facts.length} rows`);
  t.equal(found.outcome, 'bad');
  for (const { key, label, words } of found.facts)
    t.ok(key.length < 700 && label.length < 300 && words.length < 700 && !words.includes('\u202e'));
});
