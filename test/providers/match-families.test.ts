import t from 'tap';
import { readReply } from '../../src/bounces/reply-code.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { recognise } from '../../src/providers/match.ts';
import type { Reason } from '../../src/providers/schema.ts';

const catalogue = readCatalogue();

const ask = (text: string, from: { host?: string; recipientDomain?: string } = {}) =>
  recognise({ ...readReply(text), host: null, recipientDomain: null, ...from }, catalogue);

/** Wordings of receivers that nobody knows, by the reason they give. */
const FAMILIES: [Reason, string[]][] = [
  [
    'ip-reputation',
    [
      '554 Access from your IP is denied',
      '550 192.0.2.10 is currently blocked from sending mail to us',
      '421 192.0.2.10 is on our temporary deny list',
      '550 Your IP 192.0.2.10 is on our blacklist',
      '554 Ihre IP-Adresse 192.0.2.10 ist gesperrt',
      '554 Votre adresse IP est bloquée',
      '550 您的IP地址已被列入黑名单',
      '554 您的IP已被封禁',
      '550 5.7.1 192.0.2.10 is a known spam source',
      '554 5.7.1 192.0.2.10 sends spam, see link http://www.example.net/',
    ],
  ],
  [
    'domain-reputation',
    ['550 Bad reputation of domain example.com', '550 Sender domain example.com is blacklisted'],
  ],
  [
    'missing-ptr',
    ['554 no rDNS for 192.0.2.10', '550 PTR lookup failure', '554 Kein gültiger PTR-Eintrag für 192.0.2.10'],
  ],
  [
    'authentication',
    ['550 Sender does not pass SPF', '554 5.7.1 Failed DMARC: p=reject', '550 DKIM missing'],
  ],
  [
    'rate-limit',
    [
      '450 4.2.1 Over the message rate limit. Try again later.',
      '421 Trop de messages',
      '421 接続数が多すぎます',
      '550 Hourly quota exceeded for sender',
    ],
  ],
  [
    'content',
    [
      '550 High probability of spam',
      '550 Mensaje rechazado por ser spam',
      '554 垃圾邮件,拒绝接收',
      '550 known spam URL in message',
      '550 5.7.1 [192.0.2.10] message rejected: known spam link found',
      '552 rejected: contains URL listed as known spam',
      '550 Message from 192.0.2.10 contains a known spam domain in a link',
      '550 5.7.1 The domain shop.example.org in the message body is blacklisted',
    ],
  ],
  [
    'policy',
    [
      '550 HELO name is invalid',
      '550 Dynamic/residential IP 192.0.2.10 not accepted',
      '550 5.1.8 Sender domain does not exist',
      '550 Administrative prohibition',
    ],
  ],
  [
    'listed-on-third-party-list',
    ['550 rejected, 192.0.2.10 found on bad.dnsbl.example.net', '550 5.7.1 DNSBL hit on 192.0.2.10'],
  ],
  [
    'not-a-block',
    [
      '550 that account has expired',
      '550 Usuário inexistente',
      '550 宛先不明',
      '552 Mailbox is vol',
      '550 Relaying to x@example.net is prohibited here',
      '535 5.7.8 wrong password',
      '530 5.7.0 xyzzy',
      '525 5.7.13 xyzzy',
      '454 4.7.0 TLS not available due to local problem',
      '554 5.6.3 xyzzy',
      'conversation with mx.example.net timed out',
    ],
  ],
];

for (const [reason, texts] of FAMILIES) {
  t.test(`${reason} in the words of unknown receivers`, (t) => {
    for (const text of texts) t.match(ask(text), { provider: null, reason }, text);
    t.end();
  });
}

t.test('a known list that is named outweighs vague words beside it', (t) => {
  t.match(ask('550 192.0.2.10 is refused by spam.spamrats.com (currently sending spam)'), {
    reason: 'listed-on-third-party-list',
    listName: 'SpamRATS Spam',
  });
  t.match(ask('550 5.7.1 192.0.2.10: https://www.mailspike.org/'), {
    provider: null,
    providerBasis: 'list',
    reason: 'listed-on-third-party-list',
    listName: 'Mailspike',
  });
  t.equal(ask('550 5.1.1 no such user; psbl.org was asked too').reason, 'not-a-block');
  t.equal(ask('550 5.1.1 no such user; spamcop.net was asked too').reason, 'not-a-block');
  t.match(ask('451 4.7.1 192.0.2.10 is listed at psbl.surriel.com, try again later'), {
    reason: 'listed-on-third-party-list',
    listOwner: 'psbl',
  });
  t.end();
});

t.test('the page of a list’s operator does not make it the receiver', (t) => {
  const text =
    '554 5.7.1 [192.0.2.10] blocked using b.barracudacentral.org; http://www.barracudanetworks.com/reputation/';
  t.match(ask(text), { provider: null, listOwner: 'barracuda', reason: 'listed-on-third-party-list' });
  t.equal(ask(text, { host: 'mx.ess.barracudanetworks.com' }).provider, 'barracuda');
  t.end();
});

t.test('a vendor in front that cites another list keeps its place as receiver', (t) => {
  t.match(ask('550 Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.10 community.mimecast.com [abc]'), {
    provider: 'mimecast',
    reason: 'listed-on-third-party-list',
    listOwner: 'spamcop',
  });
  t.end();
});

t.test('the ending of Google’s replies names it, and the code says why', (t) => {
  t.match(ask('550 5.7.40 refused. - gsmtp'), { provider: 'gmail', reason: 'authentication' });
  t.match(ask('421 4.7.0 Temporary System Problem. - gsmtp'), { provider: 'gmail', reason: 'not-a-block' });
  t.match(ask('550 5.7.28 refused. - gsmtp'), { provider: 'gmail', reason: 'ip-reputation' });
  t.end();
});

t.test('codes alone name Yahoo and Apple', (t) => {
  t.match(ask('421 4.7.0 [TSS05] later'), { provider: 'yahoo', blockCode: 'TSS05', reason: 'ip-reputation' });
  t.match(ask('553 5.7.1 [TSS07] no'), { provider: 'yahoo', reason: 'listed-on-third-party-list' });
  t.match(ask('554 (RLY:CH2) http://postmaster.aol.com/'), { provider: 'yahoo', blockCode: 'RLY:CH2' });
  t.match(ask('421 [BS02] later'), { provider: 'icloud', blockCode: 'BS02' });
  t.match(ask('421 [TSS04] see https://www.yahoo-help.jp/'), {
    provider: 'yahoo-japan',
    reason: 'ip-reputation',
  });
  t.end();
});

t.test('what stands past the cut is not read', (t) => {
  t.equal(ask(`550 ${'x '.repeat(1000)}(S3150) blocked using zen.spamhaus.org`).listOwner, 'spamhaus');
  t.equal(ask(`550 ${'x '.repeat(3000)}(S3150) blocked using zen.spamhaus.org`).listOwner, null);
  t.end();
});
