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

t.test('a range is no address', (t) => {
  t.same(publicIps('your network 192.0.2.0/24 is listed'), []);
  t.same(publicIps('192.0.2.7/32 is listed'), ['192.0.2.7']);
  t.end();
});

t.test('never the receiver’s address', (t) => {
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
