import t from 'tap';
import { domainMail } from '../../../src/evidence/domain/domain-mail.ts';
import { transportPolicy } from '../../../src/evidence/domain/transport-policy.ts';
import { serve, skip, strings } from '../dns.fixture.ts';
import { claimIn, rowsOf } from '../found.fixture.ts';

t.test('with a real server', { skip }, async (t) => {
  const server = await serve({
    served: {
      'example.com': `
@ IN MX 20 backup.example.net.
@ IN MX 10 mx.example.net.
news IN A 203.0.113.7
null IN MX 0 .
mixed IN MX 0 .
mixed IN MX 10 mx.example.net.
dead IN MX 10 gone.example.net.
numeric IN MX 10 203.0.113.7.
open IN MX 10 mx.broken.example.
_mta-sts IN TXT "v=STSv1; id=20261125;"
_smtp._tls IN TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
_mta-sts.two IN TXT "v=STSv1; id=1"
_mta-sts.two IN TXT "v=STSv1; id=2"
_mta-sts.wrong IN TXT "v=STSv1;"
_smtp._tls.wrong IN TXT ${strings(`v=TLSRPTv1; rua=; ${'x'.repeat(3000)}`)}
`,
      'example.net': 'mx IN A 203.0.113.7\nmx IN AAAA 2001:db8::7\nbackup IN A 203.0.113.8',
    },
    broken: ['broken.example'],
  });
  t.teardown(server.close);
  const mail = (domain: string) => domainMail.look({ domain, selectors: [] }, server.world);
  const policies = (domain: string) => transportPolicy.look({ domain, selectors: [] }, server.world);

  t.test('a domain with mail servers can be answered; whether anybody reads it is left open', async (t) => {
    const found = await mail('example.com');
    t.strictSame(rowsOf(found), {
      mx: 'good: mx.example.net and backup.example.net',
      'mx:mx.example.net': 'good: at 203.0.113.7 and 2001:db8::7',
      'mx:backup.example.net': 'good: at 203.0.113.8',
      soa: 'good: a zone of its own',
      abuse: 'note: mail to it has somewhere to go; whether it is read was not tried',
      postmaster: 'note: mail to it has somewhere to go; whether it is read was not tried',
    });
    t.equal(claimIn(found), 'abuse-mailbox-works unknown');
    t.equal(found.summary, 'mail goes to mx.example.net');
  });

  t.test('without an MX the address serves; a subdomain is in the zone above', async (t) => {
    const found = await mail('news.example.com');
    t.match(rowsOf(found)['mx'], /^note: no MX/);
    t.equal(rowsOf(found)['soa'], 'good: in the zone of example.com');
    t.equal(found.outcome, 'good');
  });

  t.test('a domain that nobody can answer is bad', async (t) => {
    for (const [domain, row, words] of [
      ['null.example.com', 'mx', /^bad: the domain takes no mail \(null MX, RFC 7505\)/],
      ['mixed.example.com', 'mx', /^bad: a null MX stands beside others/],
      ['dead.example.com', 'mx:gone.example.net', /^bad: has no address/],
      ['numeric.example.com', 'mx:203.0.113.7', /^bad: is not the name of a host/],
      ['gone.example.com', 'mx', /^bad: neither MX nor address/],
    ] as const) {
      const found = await mail(domain);
      t.match(rowsOf(found)[row], words, domain);
      t.equal(rowsOf(found)['abuse'], 'bad: mail to it goes nowhere');
      t.equal(claimIn(found), 'abuse-mailbox-works contradicts');
      t.equal(found.outcome, 'bad');
    }
    t.equal(rowsOf(await mail('gone.invalid'))['soa'], 'bad: no SOA record');
    t.equal((await mail('no domain')).outcome, 'bad');
  });

  t.test('no answer leaves it open', async (t) => {
    for (const domain of ['broken.example', 'open.example.com']) {
      const found = await mail(domain);
      t.equal(found.outcome, 'unknown', domain);
      t.match(rowsOf(found)['postmaster'], /^unknown: /);
      t.equal(claimIn(found), 'abuse-mailbox-works unknown');
    }
  });

  t.test('MTA-STS and TLS-RPT are noted, and their absence is no fault', async (t) => {
    const both = await policies('example.com');
    t.strictSame(rowsOf(both), {
      'mta-sts': 'good: v=STSv1; id=20261125',
      'tls-rpt': 'good: v=TLSRPTv1; rua=mailto:tls@example.com',
      'mta-sts-policy': 'unknown: not known: policy files are not fetched here',
    });
    t.equal(both.outcome, 'unknown');
    t.equal(both.summary, 'MTA-STS and TLS-RPT published');
    t.equal((await policies('news.example.com')).outcome, 'note');
    t.match(rowsOf(await policies('two.example.com'))['mta-sts'], /^bad: 2 records/);
    const wrong = rowsOf(await policies('wrong.example.com'));
    t.match(wrong['mta-sts'], /^bad: .*id= are needed/);
    t.match(wrong['tls-rpt'], /^bad: .*rua= are needed/);
    t.ok((wrong['tls-rpt'] ?? '').length < 400);
    t.equal((await policies('broken.example')).outcome, 'unknown');
    t.strictSame((await policies('no domain')).facts, []);
  });
});
