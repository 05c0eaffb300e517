import t from 'tap';
import { onlyBlock, parse } from './parsing.fixture.ts';

const REFUSED = '550 5.7.1 Client host [192.0.2.10] refused, poor reputation';
const HEAD = [
  'From: Mail Delivery System <MAILER-DAEMON@mx.example.com>',
  'To: <s@example.com>',
  'Subject: Mail delivery failed',
  'Date: Fri, 9 Jan 2026 08:00:00 +0000',
];
const RETURNED = ['', 'Received: from x (x [198.51.100.200]) by mx.example.com', 'Subject: hello'];
const mail = (fields: string[], ...body: string[]): string => [...HEAD, ...fields, '', ...body].join('\n');
const FACTS = {
  ip: '192.0.2.10',
  recipient: 'a@example.net',
  replyCode: '550',
  text: REFUSED,
  at: '2026-01-09T08:00:00.000Z',
};

t.test('GMX and IONOS name the address in quotes, and the host in words', (t) => {
  const below = ['', '--- The header of the original message is following. ---', ...RETURNED];
  const now = mail(
    [],
    '"a@example.net":',
    `SMTP error from remote server for RCPT TO command, host: mx.example.net (203.0.113.9) reason: ${REFUSED}`,
    ...below,
  );
  t.match(onlyBlock(now), { ...FACTS, mx: 'mx.example.net' });
  const earlier = mail(
    [],
    '"a@example.net":',
    'SMTP error from remote server after RCPT command:',
    'host: mx.example.net',
    '5.7.1 Client host [192.0.2.10] blocked using bl.spamcop.net',
    ...below,
  );
  t.match(onlyBlock(earlier), {
    recipient: 'a@example.net',
    mx: 'mx.example.net',
    replyCode: null,
    enhancedCode: '5.7.1',
    listOwner: 'spamcop',
  });
  t.end();
});

t.test('Courier names address and host above the dialogue', (t) => {
  const input = mail(
    [],
    'UNDELIVERABLE MAIL',
    '',
    '<a@example.net>:',
    '    mx.example.net [203.0.113.9]:',
    ' >>> MAIL FROM:<s@example.com>',
    ` <<< ${REFUSED}`,
  );
  t.match(onlyBlock(input), { ...FACTS, mx: 'mx.example.net' });
  t.end();
});

t.test('MDaemon prints its session with stamps', (t) => {
  const at = ' Fri 2026-01-09 08:00:00:';
  const input = mail(
    [],
    'Failed address: a@example.net',
    '',
    '--- Session Transcript ---',
    `${at} <-- 220 mx.example.net ESMTP`,
    `${at} --> RCPT To:<a@example.net>`,
    `${at} <-- ${REFUSED}`,
    `${at} --> QUIT`,
    '--- End Transcript ---',
  );
  t.match(onlyBlock(input), FACTS);
  t.end();
});

t.test('the field that names who failed is used when it names one', (t) => {
  const body = ['The mail system said:', '', `    ${REFUSED}`];
  t.match(onlyBlock(mail(['X-Failed-Recipients: a@example.net'], ...body)), FACTS);
  t.match(onlyBlock(mail(['X-Failed-Recipients: a@example.net, b@example.net'], ...body)), {
    recipient: null,
  });
  t.end();
});

t.test('the recipient is where the mail went in the end, not the alias that it was sent to', (t) => {
  const fields = [
    'Final-Recipient: rfc822; a@example.net',
    'Original-Recipient: rfc822; alias@example.com',
    'Action: failed',
    'Remote-MTA: dns; mx.example.net. (203.0.113.9, the server for the domain)',
    `Diagnostic-Code: smtp; ${REFUSED}`,
  ];
  t.match(onlyBlock(fields.join('\n')), { recipient: 'a@example.net', mx: 'mx.example.net' });
  t.match(onlyBlock(fields.slice(1).join('\n')), { recipient: 'alias@example.com' });
  t.end();
});

t.test('fields of a report that were pasted alone count once, with their date', (t) => {
  const found = parse(
    [
      'Reporting-MTA: dns; mx.example.com',
      'Arrival-Date: Fri, 9 Jan 2026 08:00:00 +0000',
      '',
      'Final-Recipient: rfc822; a@example.net',
      'Action: failed',
      'Diagnostic-Code: smtp; 550-5.7.1 Client host [192.0.2.10]',
      '    550 5.7.1 refused, poor reputation',
    ].join('\n'),
  );
  t.match(found, { format: 'bounce', rejections: [{ ...FACTS, seen: 1 }], notBlocks: [] });
  t.end();
});
