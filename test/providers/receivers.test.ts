import t from 'tap';
import { readReply } from '../../src/bounces/reply-code.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { recognise } from '../../src/providers/match.ts';

const catalogue = readCatalogue();

const ask = (text: string, from: { host?: string; recipientDomain?: string } = {}) =>
  recognise({ ...readReply(text), host: null, recipientDomain: null, ...from }, catalogue);

/** An MX as companies have it that let somebody else filter their mail. */
const FILTERS: [string, string][] = [
  ['mx0a-00123401.pphosted.com', 'proofpoint'],
  ['mx1-us1.ppe-hosted.com', 'proofpoint'],
  ['eu-smtp-inbound-1.mimecast.com', 'mimecast'],
  ['d1.ess.barracudanetworks.com', 'barracuda'],
  ['mx1.hc123.iphmx.com', 'talos'],
  ['cluster5.eu.messagelabs.com', 'symantec'],
  ['example-org.in.tmes.trendmicro.eu', 'trendmicro'],
  ['in.hes.trendmicro.com', 'trendmicro'],
  ['gw1.fortimailcloud.com', 'fortinet'],
  ['mx-01-us-west-2.prod.hydra.sophos.com', 'sophos'],
  ['mx01.hornetsecurity.com', 'hornetsecurity'],
  ['mx17a.antispameurope.com', 'hornetsecurity'],
  ['mx1.antispamcloud.com', 'spamexperts'],
  ['mx1.mtaroutes.com', 'spamexperts'],
  ['mx1.cloud.vadesecure.com', 'vade'],
  ['route1.mx.cloudflare.net', 'cloudflare'],
  ['mx1.zerospam.ca', 'zerospam'],
  ['primary.us.email.fireeyecloud.com', 'fireeye'],
];

t.test('the MX of a recipient names the filter that stands in front of it', (t) => {
  for (const [host, provider] of FILTERS) {
    t.match(
      ask('550 5.7.1 refused by policy', { host, recipientDomain: 'example.org' }),
      { provider, providerBasis: 'host' },
      host,
    );
  }
  t.end();
});

t.test('domains of one’s own at a mailbox provider are known by their MX', (t) => {
  for (const [host, provider] of [
    ['mx.yandex.net', 'yandex'],
    ['mxbiz1.qq.com', 'tencent-qq'],
    ['qiye163mx01.mxmail.netease.com', 'netease'],
    ['mxn.mxhichina.com', 'aliyun'],
  ] as const)
    t.equal(ask('550 5.7.1 refused', { host, recipientDomain: 'example.org' }).provider, provider, host);
  t.end();
});

t.test('who only asks a list of Trend Micro is not taken for Trend Micro', (t) => {
  t.match(ask('554 5.7.1 Client host [192.0.2.10] blocked using abc.r.mail-abuse.com'), {
    provider: null,
    listOwner: 'trendmicro',
  });
  t.match(ask('450 4.7.1 held by Trend Micro Email Reputation Service. (ERS-QIL)'), {
    provider: 'trendmicro',
    blockCode: 'ERS-QIL',
    reason: 'ip-reputation',
  });
  t.end();
});

t.test('a provider that cites another’s rating keeps its place, and the rating its owner', (t) => {
  const cloudmark =
    '554 5.7.1 203.0.113.7 refused, see http://csi.cloudmark.com/reset-request/?ip=203.0.113.7';
  for (const [recipientDomain, provider] of [
    ['terra.com.br', 'terra-br'],
    ['uol.com.br', 'uol-br'],
    ['bigpond.com', 'telstra'],
  ] as const)
    t.match(ask(cloudmark, { recipientDomain }), {
      provider,
      reason: 'listed-on-third-party-list',
      listOwner: 'cloudmark',
    });
  t.match(
    ask(
      "554 irony-in2.icp.iinet.net.au Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
    ),
    { provider: 'iinet', reason: 'ip-reputation' },
  );
  t.end();
});

t.test('numbers of I.UA are read to their end', (t) => {
  t.equal(ask('550 http://mail.i.ua/err/1/').reason, 'not-a-block');
  t.equal(ask('550 http://mail.i.ua/err/10/').reason, 'policy');
  t.equal(ask('550 http://mail.i.ua/err/9').reason, 'ip-reputation');
  t.end();
});

t.test('NetEase’s codes are told apart by all of their letters', (t) => {
  for (const [code, reason] of [
    ['MI:DMC', 'rate-limit'],
    ['MI:DMA', 'authentication'],
    ['DT:SPM', 'content'],
    ['DT:RBL', 'listed-on-third-party-list'],
    ['RP:FRL', 'not-a-block'],
    ['RP:TRC', 'rate-limit'],
    ['HL:IHU', 'ip-reputation'],
  ] as const)
    t.match(ask(`550 ${code} 163 mx1,abc`), { provider: 'netease', blockCode: code, reason }, code);
  t.end();
});

t.test('the page of one mailbox provider’s desk names it, that of a list or of several nobody', (t) => {
  for (const [page, provider] of [
    ['https://postmaster.laposte.net/', 'laposte-net'],
    ['http://postmaster.web.de/', 'gmx'],
    ['https://www.spectrum.net/support/internet/mail', 'spectrum'],
    ['https://csi.cloudmark.com/reset-request/?ip=203.0.113.9', null],
    ['https://check.spamhaus.org/query/ip/203.0.113.9', null],
    ['https://postmaster.example.org/', null],
  ] as const)
    t.equal(ask(`554 Not wanted, ask at ${page}`).provider, provider, page);
  t.end();
});

t.test('a reply retold with a provider’s domain where a host would stand is that provider’s', (t) => {
  t.match(ask('550 Blacklisted', { host: 'freenet.de' }), { provider: 'freenet', providerBasis: 'host' });
  t.end();
});
