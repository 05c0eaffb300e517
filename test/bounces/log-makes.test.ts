import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

t.test('Sendmail keeps at times no more of a refusal than its enhanced code', (t) => {
  const line = (dsn: string, stat: string): string =>
    `Jan  9 08:00:01 mx1 sm-mta[7]: q09801x1000007: to=<a@example.net>, delay=00:00:01, mailer=esmtp, pri=30400, relay=mx.example.net. [203.0.113.9], dsn=${dsn}, stat=${stat}`;
  t.match(onlyBlock(line('5.7.1', 'Service unavailable')), {
    replyCode: null,
    enhancedCode: '5.7.1',
    reason: 'policy',
    temporary: false,
    recipient: 'a@example.net',
    mx: 'mx.example.net',
  });
  t.match(onlyBlock(line('4.7.1', 'Deferred')), { enhancedCode: '4.7.1', temporary: true });
  t.match(onlyBlock(line('5.0.0', 'Service unavailable')), { enhancedCode: '5.0.0', reason: null });
  t.match(onlyNotBlock(line('5.1.1', 'User unknown')), { enhancedCode: null });
  t.same(parse(line('4.0.0', 'Deferred')).rejections, [], 'put off, and nobody says why');
  t.end();
});

t.test('OpenSMTPD: what its own mailboxes say, and what it says to others, refuses nothing of ours', (t) => {
  const head = 'Jan  9 08:00:01 mx smtpd[45]: 8f4864084ecc48f4';
  const local = [
    `${head} mda delivery evpid=7077717e797a776e from=<s@example.com> to=<b@example.net> rcpt=<b@example.net> user=b delay=1s result=PermFail stat=Error ("550 5.7.1 blocked by a rule")`,
    'Jan  9 08:00:01 mx smtpd[45]: delivery: PermFail for 6430369adcce4408: from=<s@example.com>, to=<b@example.net>, user=b, method=mda, delay=1s, stat=Error (550 blocked)',
  ];
  for (const line of local) {
    const { rejections, notBlocks } = parse(line);
    t.same([rejections, notBlocks], [[], []], line);
  }
  const inbound = `${head} smtp failed-command address=198.51.100.9 host=x.example.org command="RCPT TO:<b@example.net>" result="550 5.7.1 Rejected, listed at zen.spamhaus.org"`;
  const outbound = `${head} mta delivery evpid=7077717e797a776e from=<s@example.com> to=<b@example.net> rcpt=<-> source="192.0.2.77" relay="203.0.113.9 (mx.example.net)" delay=1s result="PermFail" stat="550 5.7.1 192.0.2.77 is blacklisted"`;
  t.match(onlyBlock(`${inbound}\n${outbound}`), { ip: '192.0.2.77', mx: 'mx.example.net' });
  t.match(onlyBlock(inbound), { ip: '198.51.100.9' });
  t.end();
});
