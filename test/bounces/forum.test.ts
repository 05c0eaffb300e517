import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

const REPLY =
  "550 5.7.1 Unfortunately, messages from [192.0.2.20] weren't sent. Part of their network is on our block list (S3150).";
const FACTS = { provider: 'outlook-com', ip: '192.0.2.20', blockCode: 'S3150', replyCode: '550' };

t.test('links and marks of a forum are no part of hosts and addresses', (t) => {
  const linked = `<[x@outlook.com](mailto:x@outlook.com)>: host [outlook-com.olc.protection.outlook.com](http://outlook-com.olc.protection.outlook.com)[203.0.113.9] said: ${REPLY}`;
  t.match(onlyBlock(linked), {
    ...FACTS,
    mx: 'outlook-com.olc.protection.outlook.com',
    recipient: 'x@outlook.com',
  });
  const marked = `[font=Menlo][email]x@outlook.com[/email][/font]\n[code]${REPLY}[/code]`;
  t.match(onlyBlock(marked), { ...FACTS, recipient: 'x@outlook.com' });
  t.end();
});

t.test('an empty line behind every line parts nothing', (t) => {
  const lines = [
    '<x@gmail.com>: host gmail-smtp-in.l.google.com[203.0.113.26] said:',
    '550-5.7.26 This message does not pass authentication checks (SPF and DKIM',
    'both 550-5.7.26 do not pass). SPF check for [example.org] does not pass with',
    'ip: 550-5.7.26 [192.0.2.20].To best protect our users from spam, the',
    'message 550-5.7.26 has been blocked. Please visit 550',
    '5.7.26 https://support.google.com/mail/answer/81126 x17-20 - gsmtp',
  ];
  const facts = { provider: 'gmail', ip: '192.0.2.20', reason: 'authentication', enhancedCode: '5.7.26' };
  t.match(onlyBlock(lines.join('\n\n')), facts);
  t.match(onlyBlock(lines.join('\n')), facts);
  t.end();
});

t.test('words that no rule knows and that name the recipient are about the recipient', (t) => {
  t.match(
    onlyNotBlock('<x@example.net>: host mx.example.net[203.0.113.9] said: 550 x@example.net is a ghost'),
    { reason: 'not-a-block' },
  );
  t.match(onlyBlock('<x@example.net>: host mx.example.net[203.0.113.9] said: 550 we saw a ghost'), {
    reason: null,
  });
  t.end();
});

t.test('the status of a report counts where it is all there is, and blocks nobody', (t) => {
  const report = (status: string): string =>
    `From: postmaster@example.net\nTo: s@example.com\nSubject: Delivery Status Notification (Failure)\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\nDelivery to the following recipients failed.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.net\n\nFinal-Recipient: rfc822; x@example.net\nAction: failed\nStatus: ${status}\n\n--b--\n`;
  t.match(onlyNotBlock(report('5.1.1')), { enhancedCode: '5.1.1', recipient: 'x@example.net' });
  t.throws(() => onlyBlock(report('5.7.1')), /^0 blocks|0 blocks/);
  t.end();
});

t.test('a host that is named as a way to hand in mail, or as the sender’s own, refuses nothing', (t) => {
  for (const words of [
    'Please send by smtp.gmail.com instead, this is refused',
    'c-192-0-2-20.hsd1.pa.comcast.net looks like a dialup, refused',
    'mail-am6eur05.outbound.protection.outlook.com [192.0.2.20] is not welcome',
  ])
    t.match(onlyBlock(`550 5.7.1 ${words}`), { provider: null }, words);
  t.match(onlyBlock('554 smtp.tim.it Your IP 192.0.2.20 has a bad reputation'), { provider: 'tim-it' });
  t.end();
});

t.test('the fields of a report that were left of it know less than the words above', (t) => {
  const words =
    '<a@free.fr>: host mx1.free.fr[203.0.113.7] said: 550 spam\n    detected (in reply to end of DATA command)';
  const { rejections } = parse(`${words}\nDiagnostic-Code: smtp; 550 spam detected`);
  t.match(rejections, [{ provider: 'free-fr', recipientDomain: 'free.fr', text: '550 spam detected' }]);
  t.equal(rejections.length, 1);
  t.end();
});

t.test('what a message of a postmaster tells is not told by the bounce that returns it', (t) => {
  const bounce = (from: string): string =>
    `<a@example.net>: host mx.example.net[198.51.100.9] said: 550 5.1.1 user unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <postmaster@example.com>
From: ${from}
Subject: your question

host mx.example.org[198.51.100.7] said: 554 5.7.1 Client host [192.0.2.10] blocked`;
  for (const from of ['a@example.com', 'Postmaster <postmaster@example.com>', 'MAILER-DAEMON@example.com'])
    t.match(onlyNotBlock(bounce(from)), { enhancedCode: '5.1.1' }, from);
  t.end();
});

t.test('a bounce as a list, as places for pasted text show one', (t) => {
  const bounce = [
    '-----Original Message-----',
    'From: Mail Delivery System [mailto:MAILER-DAEMON@mx.example.com]',
    'Subject: Undelivered Mail Returned to Sender',
    '<a@example.net>: host mx.example.net[203.0.113.9] refused',
    'to talk to me: 554 gate1.example.net',
    'Reporting-MTA: dns; mx.example.com',
    'Final-Recipient: rfc822; a@example.net',
    'Action: failed',
    'Status: 4.0.0',
    'Remote-MTA: dns; mx.example.net',
    'Diagnostic-Code: smtp; 554 gate1.example.net',
  ];
  for (const mark of ['', '- ', '* ', '3. ']) {
    const { rejections } = parse(bounce.map((line) => `${mark}${line}`).join('\n'));
    t.match(
      rejections,
      [{ replyCode: '554', enhancedCode: null, reason: 'ip-reputation', recipientDomain: 'example.net' }],
      `“${mark}”`,
    );
    t.equal(rejections.length, 1);
  }
  const own = [
    '- gmx: 554 Bad DNS PTR resource record.',
    '- free: 421 Too many spams from your IP (192.0.2.10)',
  ];
  t.equal(parse(own.join('\n')).rejections.length, 2, 'a list of one’s own');
  t.end();
});
