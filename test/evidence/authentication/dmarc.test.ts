import t from 'tap';
import { dmarc } from '../../../src/evidence/authentication/dmarc.ts';
import { serve, skip, strings, tableOf, worldOf } from '../dns.fixture.ts';
import { claimIn, rowsOf } from '../found.fixture.ts';

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({
    served: {
      'example.com': `
_dmarc IN TXT "v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:dmarc@example.com,mailto:us@reports.example.net!10m"
_dmarc.own IN TXT "v=DMARC1; p=none"
_dmarc.two IN TXT "v=DMARC1; p=none"
_dmarc.two IN TXT "v=DMARC1; p=reject"
_dmarc.other IN TXT "some other text"
_dmarc.far IN TXT "v=DMARC1; p=reject; rua=mailto:x@elsewhere.example.org"
_dmarc.soft IN TXT "v=DMARC1; p=reject; t=y; pct=20"
_dmarc.split IN TXT "v=DMARC1; p=rej" "ect"
_dmarc.long IN TXT ${strings(`v=DMARC1; p=reject; rua=${Array.from({ length: 15 }, (_, at) => `mailto:${'x'.repeat(60)}${at}@example.com`).join(',')}`)}
`,
      'example.net': '*._report._dmarc.reports IN TXT "v=DMARC1"',
      'example.org': '_dmarc.middle IN TXT "v=DMARC1; p=none; rua=mailto:d@example.org"',
      'suffix.example': `
_dmarc IN TXT "v=DMARC1; p=reject; psd=y"
_dmarc.club IN TXT "v=DMARC1; p=quarantine; psd=n"
`,
    },
    broken: ['broken.example'],
  });
  t.teardown(server.close);
  const look = (domain: string) => dmarc.look({ domain, selectors: [] }, server.world);

  t.test('a record is read tag by tag; alone it leaves the claim open', async (t) => {
    const found = await look('example.com');
    t.strictSame(rowsOf(found), {
      record:
        'good: v=DMARC1; p=reject; sp=quarantine; adkim=s; rua=mailto:dmarc@example.com,mailto:us@reports.example.net!10m',
      syntax: 'good: nothing wrong',
      policy: 'good: p=reject: mail that fails is to be refused',
      alignment: 'note: DKIM strict, SPF relaxed',
      'rua:dmarc@example.com': 'good: in our own domain',
      'rua:us@reports.example.net': 'good: reports.example.net takes them',
    });
    t.equal(found.summary, 'p=reject');
    t.equal(claimIn(found), 'dmarc-policy unknown');
    t.match(found.claims[0]?.words, /asks for p=reject; whether mail is aligned shows in a message/);
    t.equal(
      rowsOf(await look('split.example.com'))['policy'],
      'good: p=reject: mail that fails is to be refused',
    );
    t.equal((await look('long.example.com')).facts.length, 4 + 15, 'a long one comes by TCP');
  });

  t.test('a domain without a record has that of its organisation, with sp', async (t) => {
    const found = await look('a.b.news.example.com');
    t.match(rowsOf(found)['record'], /^good: from _dmarc\.example\.com: v=DMARC1; p=reject/);
    t.equal(rowsOf(found)['policy'], 'good: sp=quarantine: mail that fails is to be held for suspicious');
    t.equal(found.summary, 'p=quarantine, from example.com');
    t.equal((await look('own.example.com')).summary, 'p=none', 'its own goes first');
    t.equal(
      rowsOf(await look('own.example.com'))['policy'],
      'note: p=none: mail that fails is to be treated as ever',
    );
    t.equal(
      (await look('a.two.example.com')).summary,
      'p=quarantine, from example.com',
      'two records are none',
    );
    t.equal((await look('other.example.com')).summary, 'p=quarantine, from example.com');
    const deep = `${'a.'.repeat(30)}example.com`;
    const walked = await look(deep);
    t.equal(walked.summary, 'p=quarantine, from example.com');
    t.ok(Object.keys(walked.raw).length <= 10, 'a long name does not cost many questions');
  });

  t.test('psd marks where the walk ends (RFC 9989)', async (t) => {
    t.equal((await look('mail.club.suffix.example')).summary, 'p=quarantine, from club.suffix.example');
    t.equal((await look('mail.shop.suffix.example')).summary, 'p=reject, from suffix.example');
    const middle = await look('mail.middle.example.org');
    t.match(rowsOf(middle)['older-receivers'], /^note: .*_dmarc\.example\.org/);
  });

  t.test('no record, several and no answer are told apart', async (t) => {
    const none = await look('nothing.example.net');
    t.strictSame(rowsOf(none), { record: 'bad: no record at _dmarc.nothing.example.net, nor above it' });
    t.equal(claimIn(none), 'dmarc-policy contradicts');
    const failed = await look('mail.broken.example');
    t.match(rowsOf(failed)['record'], /^unknown: not known: _dmarc\.mail\.broken\.example/);
    t.equal(claimIn(failed), 'dmarc-policy unknown');
    t.equal(claimIn(await look('no domain')), 'dmarc-policy contradicts');
  });

  t.test('reports to a stranger need its consent', async (t) => {
    t.equal(
      rowsOf(await look('far.example.com'))['rua:x@elsewhere.example.org'],
      'bad: elsewhere.example.org does not say that it takes them: no record at far.example.com._report._dmarc.elsewhere.example.org',
    );
    t.equal(rowsOf(await look('own.example.com'))['rua'], 'note: none are asked for (rua)');
  });

  t.test('what softens a policy is said', async (t) => {
    const rows = rowsOf(await look('soft.example.com'));
    t.match(rows['test'], /^note: t=y/);
    t.match(rows['pct'], /^note: pct=20: RFC 9989 has dropped it/);
  });
});

t.test('every fault of a record is named', async (t) => {
  const syntax = async (record: string) => {
    const found = await dmarc.look(
      { domain: 'example.com', selectors: [] },
      worldOf(tableOf({ '_dmarc.example.com TXT': [record] })),
    );
    return `${rowsOf(found)['syntax']} · ${claimIn(found)}`;
  };
  for (const [record, words] of [
    ['v=DMARC1', 'bad: p= is missing · dmarc-policy contradicts'],
    ['v=DMARC1; p=block', 'bad: p=block is none of none, quarantine, reject · dmarc-policy contradicts'],
    ['v=DMARC1; p=none; p=reject', 'bad: the tag p stands there twice · dmarc-policy unknown'],
    ['v=DMARC1; p=none; adkim=x', 'bad: adkim=x is none of r, s · dmarc-policy unknown'],
    ['v=DMARC1; p=none; pct=200', 'bad: pct=200 is no number from 0 to 100 · dmarc-policy unknown'],
    [
      'v=DMARC1; p=none; rua=a@example.com',
      'bad: rua names a@example.com, which is no mailto: address · dmarc-policy unknown',
    ],
    ['v=DMARC1; p=none; foo=bar', 'bad: there is no tag foo · dmarc-policy unknown'],
    [
      'v=DMARC1; p=none;; rua',
      'bad: two semicolons with nothing between them and “rua” has no value · dmarc-policy unknown',
    ],
    ['v=dmarc1; p=none', 'bad: the version has to be written v=DMARC1 · dmarc-policy unknown'],
    ['v = DMARC1 ; P=none', 'bad: p= is missing and there is no tag P · dmarc-policy contradicts'],
    ['v=DMARC1; p=REJECT;', 'good: nothing wrong · dmarc-policy unknown'],
  ] as const)
    t.equal(await syntax(record), words);
});

t.test('hostile and enormous records are bounded', async (t) => {
  for (const record of [
    `v=DMARC1; p=none; ${'x=\u202e<b>;'.repeat(8000)}`,
    `v=DMARC1; p=none; rua=${'mailto:a@b.example,'.repeat(3000)}`,
    `v=DMARC1;${';'.repeat(65_000)}`,
  ]) {
    const found = await dmarc.look(
      { domain: 'example.com', selectors: [] },
      worldOf(tableOf({ '_dmarc.example.com TXT': [record] })),
    );
    t.ok(found.facts.length < 40);
    for (const { key, words } of found.facts)
      t.ok(key.length < 400 && words.length < 1500 && !words.includes('\u202e'));
    t.ok(JSON.stringify(found.raw).length < 10_000);
  }
});
