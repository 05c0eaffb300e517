import t from 'tap';
import { canonicalIp, publicIp, publicIps } from '../../src/bounces/sending-ip.ts';
import { onlyBlock } from './parsing.fixture.ts';

t.test('addresses are canonical', (t) => {
  t.equal(canonicalIp('2001:DB8:0:0::0010'), '2001:db8::10');
  t.equal(canonicalIp('::ffff:192.0.2.9'), '192.0.2.9');
  t.equal(canonicalIp('[192.0.2.9]'), '192.0.2.9');
  for (const text of ['', '1.2.3', '192.0.2.256', '00:04:58', 'x.x.x.x', '4', '#.#.#.#', '192.0.2.1.5'])
    t.equal(canonicalIp(text), null, text);
  t.end();
});

t.test('private addresses do not count, documentation addresses do', (t) => {
  for (const ip of [
    '10.0.0.1',
    '192.168.1.1',
    '172.20.0.1',
    '127.0.0.1',
    '0.0.0.0',
    'fe80::1',
    'fd00::1',
    '::1',
    '100.64.0.1',
  ])
    t.equal(publicIp(ip), null, ip);
  for (const ip of ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1']) t.equal(publicIp(ip), ip);
  t.end();
});

t.test('addresses are found however they are written', (t) => {
  const forms = [
    '[192.0.2.22      18] low',
    '(192.0.2.22)',
    'IP=192.0.2.22 - no',
    'see ?ip=192.0.2.22&c=bl',
    '521< 192.0.2.22 >_is_blocked',
    'query/bl?192.0.2.22.',
    '[192.0.2.22]:24706 is',
    'IPv6:2001:db8::5, 192.0.2.22',
  ];
  for (const form of forms) t.ok(publicIps(form).includes('192.0.2.22'), form);
  t.same(publicIps('with the ip: [2001:db8:0:a::7]'), ['2001:db8:0:a::7']);
  t.same(publicIps('192.0.2.45.example.net and mail-192.0.2.45.example.net'), [], 'part of a host name');
  t.same(publicIps('deferred - 4.16.55.1; see'), [], 'a mark of Yahoo’s error pages');
  t.same(
    publicIps('[192.0.2.22] open resolver; https://www.spamhaus.org/returnc/pub/198.51.100.53'),
    ['192.0.2.22'],
    'the receiver’s resolver, which Spamhaus refused',
  );
  t.same(publicIps('Query Refused [Your DNS IP: 198.51.100.53]'), [], 'the resolver that URIBL refused');
  t.end();
});

t.test('an address by which a list was asked counts forwards', (t) => {
  const asked = {
    '550 5.7.1 Rejected: 10.2.0.192.zen.spamhaus.org is listed': '192.0.2.10',
    '554 5.7.1 blocked, see 10.2.0.192.dnsbl.example.org': '192.0.2.10',
    '554 5.7.1 blocked: 10.2.0.192.k3y0k3y0.zen.dq.spamhaus.net': '192.0.2.10',
    [`550 5.7.1 ${'0.1.0.0.'.repeat(1)}${'0.0.0.0.'.repeat(5)}8.b.d.0.1.0.0.2.zen.spamhaus.org is listed`]:
      '2001:db8::10',
    '550 5.7.1 Client host [192.0.2.77] blocked: 10.2.0.192.zen.spamhaus.org': '192.0.2.77',
  };
  for (const [reply, ip] of Object.entries(asked)) t.equal(onlyBlock(reply).ip, ip, reply);
  t.equal(onlyBlock('550 5.7.1 no PTR for 10.2.0.192.in-addr.arpa').ip, null, 'a zone of names is no list');
  t.equal(onlyBlock('550 5.7.1 blocked, bad reputation of 10-2-0-192.pool.example.net').ip, null);
  t.equal(onlyBlock('550 5.7.1 blocked, bad reputation of 10.2.0.192.pool.example.net').ip, null);
  t.end();
});

t.test('an address of the message that came back, or of another hop, is nobody’s', (t) => {
  const input = [
    'From: MAILER-DAEMON@mx.example.com',
    'Subject: failure',
    'Received: from relay.example.com (relay.example.com [198.51.100.1]) by mx.example.com',
    '',
    '<a@example.net>: host mx.example.net[203.0.113.9] said: 554 5.7.1 refused by policy',
    '',
    '--- Below this line is a copy of the message.',
    '',
    'Received: from web (web.example.com [198.51.100.2]) by relay.example.com',
  ];
  t.equal(onlyBlock(input.join('\n')).ip, null);
  t.equal(onlyBlock(`${input.join('\n')}\n550 5.7.1 198.51.100.3 blocked`).ip, null);
  t.end();
});

t.test('a range is no address', (t) => {
  t.same(publicIps('your network 192.0.2.0/24 is listed'), []);
  t.same(publicIps('192.0.2.7/32 is listed'), ['192.0.2.7']);
  t.end();
});

t.test('never the receiver’s address', (t) => {
  const asked = 'host mx.example.org[192.0.2.10] said: 554 5.7.1 refused: 10.2.0.192.zen.spamhaus.org';
  t.equal(onlyBlock(asked).ip, null, 'nor backwards');
  for (const words of ['Remote server (192.0.2.10) replied', 'The recipient server [192.0.2.10] said'])
    t.equal(onlyBlock(`${words}: 554 5.7.1 refused by policy`).ip, null, words);
  t.equal(onlyBlock('host mx.example.org[203.0.113.9] said: 550 5.7.1 refused by policy').ip, null);
  t.equal(
    onlyBlock('host mx.example.org[203.0.113.9] said: 550 5.7.1 refused by policy, I am [203.0.113.9]').ip,
    null,
  );
  t.equal(
    onlyBlock(
      '2026-01-01 10:00:00 1abcDE-0001fg-XY ** a@example.org R=r T=t H=mx.example.org [203.0.113.33]: SMTP error from remote mail server after RCPT TO:<a@example.org>: 550 5.7.1 refused by policy',
    ).ip,
    null,
  );
  t.end();
});

t.test('the reply’s address first, then the record’s own field', (t) => {
  const exim = (reply: string) =>
    `2026-01-01 10:00:00 1abcDE-0001fg-XY ** a@example.org R=r T=t H=mx.example.org [203.0.113.33] I=[192.0.2.77] X=TLS: SMTP error from remote mail server after MAIL FROM:<s@example.com>: ${reply}`;
  t.equal(onlyBlock(exim('550 5.7.1 bad reputation')).ip, '192.0.2.77');
  t.equal(onlyBlock(exim('550 5.7.1 bad reputation of 192.0.2.78')).ip, '192.0.2.78');
  t.equal(onlyBlock(exim('550 5.7.1 bad reputation').replace('192.0.2.77', '10.1.2.3')).ip, null);
  t.end();
});

t.test('a section of a standard is no address', (t) => {
  for (const text of ['bad HELO (see RFC2821 4.1.1.1)', 'RFC 5321, section 4.1.1.1', 'RFC-5321 § 4.1.1.1'])
    t.same(publicIps(text), [], text);
  t.same(publicIps('not as RFC 5321 says: 203.0.113.7'), ['203.0.113.7']);
  t.end();
});
