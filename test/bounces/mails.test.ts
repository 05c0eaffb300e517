import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

const HEAD = [
  'Return-Path: <>',
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.com>',
  'To: <s@example.com>',
  'Subject: Undelivered Mail Returned to Sender',
  'Date: Fri, 9 Jan 2026 10:00:00 +0200',
  'MIME-Version: 1.0',
];

const report = (text: string[], status: string[], original = ['Subject: hello', '', 'body']): string =>
  [
    ...HEAD,
    'Content-Type: multipart/report; report-type=delivery-status;',
    '\tboundary="=_b/1"',
    '',
    'preamble 550 nonsense',
    '--=_b/1',
    'Content-Type: text/plain; charset=utf-8',
    '',
    ...text,
    '--=_b/1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example.com',
    'Arrival-Date: Fri, 9 Jan 2026 09:00:00 +0000',
    '',
    ...status,
    '--=_b/1',
    'Content-Type: message/rfc822',
    '',
    ...original,
    '--=_b/1--',
  ].join('\n');

const recipient = (address: string, mta: string, diagnostic: string, action = 'failed'): string[] => [
  `Final-Recipient: rfc822; ${address}`,
  `Action: ${action}`,
  'Status: 5.0.0',
  `Remote-MTA: dns; ${mta}`,
  ...(diagnostic === '' ? [] : [`Diagnostic-Code: smtp; ${diagnostic}`]),
  '',
];

const TSS09 =
  '553 5.7.2 [TSS09] All messages from 192.0.2.10 will be\n    permanently deferred; Retrying will NOT succeed.';

t.test('a delivery report (RFC 3464) with several recipients', (t) => {
  const input = report(
    ['It failed.'],
    [
      ...recipient('a@yahoo.com', 'mta5.am0.yahoodns.net', TSS09),
      ...recipient('b@example.org', 'mx.example.org', '550 5.1.1 user unknown'),
      ...recipient(
        'c@t-online.de',
        'mx00.t-online.de',
        '554 IP=192.0.2.10 - A problem occurred. Ask tosa@rx.t-online.de (BL)',
      ),
      ...recipient('d@example.org', 'mx.example.org', '250 2.0.0 OK', 'relayed'),
    ],
  );
  const { format, rejections, notBlocks } = parse(input);
  t.equal(format, 'bounce');
  t.match(rejections, [
    {
      provider: 'yahoo',
      recipient: 'a@yahoo.com',
      ip: '192.0.2.10',
      mx: 'mta5.am0.yahoodns.net',
      at: '2026-01-09T09:00:00.000Z',
      enhancedCode: '5.7.2',
    },
    { provider: 't-online', blockCode: 'BL', recipient: 'c@t-online.de' },
  ]);
  t.match(notBlocks, [{ recipient: 'b@example.org' }]);
  t.equal(rejections.length + notBlocks.length, 3);
  t.equal(
    input.split('\n')[(rejections[0]?.line ?? 0) - 1],
    'Diagnostic-Code: smtp; 553 5.7.2 [TSS09] All messages from 192.0.2.10 will be',
    'the line number is that of the input',
  );
  t.end();
});

t.test('the returned message is not searched, nor its Received lines', (t) => {
  const input = report(['x'], recipient('a@example.org', 'mx.example.org', '550 5.7.1 refused by policy'), [
    'Received: from x ([192.0.2.200]) by y',
    'Subject: 550 5.7.1 blocked using zen.spamhaus.org',
    '',
    '421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred',
  ]);
  t.match(onlyBlock(input), { ip: null, reason: 'policy' });
  t.end();
});

t.test('a report without Diagnostic-Code takes the reply from the text', (t) => {
  const input = report(
    ['a@yahoo.com: 553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred'],
    recipient('a@yahoo.com', 'mta5.am0.yahoodns.net', ''),
  );
  t.match(onlyBlock(input), { provider: 'yahoo', replyCode: '553', ip: '192.0.2.10' });
  t.end();
});

t.test('Sendmail: the first answer of the transcript is the cause, not what followed', (t) => {
  const input = report(
    [
      '   ----- The following addresses had permanent fatal errors -----',
      '<a@example.org>',
      '    (reason: 550 5.1.1 <a@example.org>... User unknown)',
      '',
      '   ----- Transcript of session follows -----',
      '... while talking to mx.example.org.:',
      '>>> MAIL From:<s@example.com>',
      '<<< 550-5.7.1 Access denied, bad reputation',
      '<<< 550 5.7.1 of 192.0.2.222',
      '>>> RCPT To:<a@example.org>',
      '<<< 503 5.5.2 Need MAIL command',
      '550 5.1.1 <a@example.org>... User unknown',
    ],
    recipient('a@example.org', 'mx.example.org', '503 5.5.2 Need MAIL command'),
  );
  t.match(parse(input).rejections, [
    { replyCode: '550', enhancedCode: '5.7.1', ip: '192.0.2.222', reason: 'ip-reputation' },
  ]);
  t.end();
});

t.test('qmail and Exim bounces have no report part', (t) => {
  const qmail = [
    ...HEAD,
    '',
    'Hi. This is the qmail-send program.',
    '',
    '<a@yahoo.com>:',
    'Connected to 203.0.113.74 but sender was rejected.',
    'Remote host said: 553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred',
    '',
    '--- Below this line is a copy of the message.',
    '',
    'Received: from 192.0.2.77',
    '550 5.7.1 blocked',
  ].join('\n');
  t.match(onlyBlock(qmail), { provider: 'yahoo', recipient: 'a@yahoo.com', ip: '192.0.2.10' });
  const exim = [
    ...HEAD,
    '',
    'This message was created automatically.',
    '',
    '  a@example.org',
    '    host relay.example.org [203.0.113.2]',
    '    SMTP error from remote mail server after initial connection:',
    '    571 No PTR Record found. Reverse DNS required:',
    '    192.0.2.22',
    '',
    '------ This is a copy of the message, including all the headers. ------',
    'x',
  ].join('\n');
  t.match(onlyBlock(exim), {
    recipient: 'a@example.org',
    mx: 'relay.example.org',
    ip: '192.0.2.22',
    replyCode: '571',
    reason: 'missing-ptr',
    at: '2026-01-09T08:00:00.000Z',
  });
  t.match(onlyBlock(exim.slice(exim.indexOf('\n\n'))), { ip: '192.0.2.22' }, 'pasted without the header');
  t.end();
});

t.test('quoted-printable and base64 parts, and HTML only', (t) => {
  const html = `<html><body><p>Your message could not be delivered.</p><p><a href=3D"mailto:a@example.org">a@example.org</a><br>Remote Server returned &#39;550 5.7.606 Access denied, banned sen=
ding IP [192.0.2.110]. AS(1430)&#39;</p></body></html>`;
  const mail = (encoding: string, body: string, type = 'text/html') =>
    [
      ...HEAD,
      `Content-Type: ${type}; charset=utf-8`,
      `Content-Transfer-Encoding: ${encoding}`,
      '',
      body,
    ].join('\n');
  const facts = {
    provider: 'microsoft-365',
    ip: '192.0.2.110',
    recipient: 'a@example.org',
    enhancedCode: '5.7.606',
    blockCode: 'AS(1430)',
  };
  t.match(onlyBlock(mail('quoted-printable', html)), facts);
  const plain =
    "a@example.org\nRemote Server returned '550 5.7.606 Access denied, banned sending IP [192.0.2.110]. AS(1430)'";
  t.match(
    onlyBlock(
      mail(
        'base64',
        Buffer.from(plain)
          .toString('base64')
          .replace(/(.{60})/g, '$1\n'),
        'text/plain',
      ),
    ),
    facts,
  );
  t.same(parse(mail('base64', '%%% not base64 %%%', 'text/plain')).rejections, []);
  t.end();
});

t.test('a bounce forwarded as an attachment', (t) => {
  const inner = [
    ...HEAD,
    '',
    '<a@yahoo.com>: host mta5.am0.yahoodns.net[203.0.113.21] said:',
    '    553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently',
    '    deferred',
  ].join('\n');
  const outer = [
    'From: Ada <ada@example.net>',
    'To: noc@example.com',
    'Subject: Fwd: Undelivered Mail',
    'Content-Type: multipart/mixed; boundary=f',
    '',
    '--f',
    'Content-Type: text/plain',
    '',
    'see below',
    '--f',
    'Content-Type: message/rfc822',
    '',
    inner,
    '--f--',
  ].join('\n');
  t.match(onlyBlock(outer), { provider: 'yahoo', recipient: 'a@yahoo.com' });
  t.end();
});

t.test('a boundary that differs from the one announced is found', (t) => {
  const input = report(['x'], recipient('a@yahoo.com', 'mta5.am0.yahoodns.net', TSS09)).replace(
    'boundary="=_b/1"',
    'boundary="changed"',
  );
  t.match(onlyBlock(input), { provider: 'yahoo' });
  t.end();
});

t.test('fields of a report pasted without the rest', (t) => {
  t.match(onlyBlock(recipient('a@yahoo.com', 'mta5.am0.yahoodns.net', TSS09).join('\n')), {
    provider: 'yahoo',
    recipient: 'a@yahoo.com',
    ip: '192.0.2.10',
  });
  t.end();
});

t.test('complaints and automatic answers are told apart', (t) => {
  const arf = [
    'From: <fbl@example.net>',
    'To: <fbl@example.com>',
    'Subject: complaint',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=x',
    '',
    '--x',
    'Content-Type: text/plain',
    '',
    'abuse report for 192.0.2.3, 550 5.7.1 spam',
    '--x',
    'Content-Type: message/feedback-report',
    '',
    'Feedback-Type: abuse',
    'Source-IP: 192.0.2.3',
    '--x--',
  ].join('\n');
  t.match(parse(arf), { format: 'complaint', rejections: [], notBlocks: [] });
  t.match(
    parse(['From: staff@hotmail.com', 'Subject: complaint about message from 192.0.2.3', '', 'x'].join('\n')),
    { format: 'complaint' },
  );
  const away = [
    'From: Ada <ada@example.net>',
    'To: s@example.com',
    'Subject: Out of office',
    'Auto-Submitted: auto-replied',
    '',
    'I am away, call extension 550 please.',
  ].join('\n');
  t.match(parse(away), { format: 'auto-reply', rejections: [] });
  t.match(
    parse(
      ['From: Ada <ada@example.net>', 'To: s@example.com', 'Subject: hello', '', 'nothing new'].join('\n'),
    ),
    { format: 'mail', rejections: [], notBlocks: [] },
  );
  t.end();
});

t.test('a delay notice is a temporary rejection', (t) => {
  t.match(
    onlyBlock(
      report(
        ['delayed'],
        recipient(
          'a@yahoo.com',
          'mta5.am0.yahoodns.net',
          '421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred',
          'delayed',
        ),
      ),
    ),
    { temporary: true, blockCode: 'TSS04' },
  );
  t.end();
});

t.test('user unknown in a report is no block', (t) => {
  t.match(
    onlyNotBlock(
      report(
        ['x'],
        recipient(
          'a@gmail.com',
          'gmail-smtp-in.l.google.com',
          '550-5.1.1 The email account that you tried to reach\n    does not exist. 550 5.1.1 - gsmtp',
        ),
      ),
    ),
    { provider: 'gmail', reason: 'not-a-block' },
  );
  t.end();
});
