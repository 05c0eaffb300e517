import t from 'tap';
import { onlyBlock, onlyNotBlock, parse } from './parsing.fixture.ts';

const REPLY =
  "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Part of their network is on our block list (S3150).";
const S3150 = {
  provider: 'outlook-com',
  ip: '192.0.2.10',
  replyCode: '550',
  enhancedCode: '5.7.1',
  blockCode: 'S3150',
  reason: 'ip-reputation',
  temporary: false,
};

t.test('one reply, however it is dressed', (t) => {
  const dressings: Record<string, string> = {
    bare: REPLY,
    'with what the log says of it': `host mx.example.net[203.0.113.9] said: ${REPLY} (in reply to MAIL FROM command)`,
    'as a Diagnostic-Code': `Diagnostic-Code: smtp; ${REPLY}`,
    'in quotes of a mail client': `Remote Server returned '${REPLY}'`,
    'quoted by mail': REPLY.replace(/(.{40}) /g, '$1\n> ').replace(/^/, '> '),
    'quoted twice': REPLY.replace(/(.{40}) /g, '$1\n>> ').replace(/^/, '>> '),
    wrapped: REPLY.replace(/(.{30}) /g, '$1\n    '),
    'with HTML references': REPLY.replace("'", '&#39;'),
    'as HTML': `<p>${REPLY.replace("'", '&rsquo;')}</p><p>Please help</p>`,
    'with soft breaks': `${REPLY.slice(0, 76)}=\n${REPLY.slice(76)}`,
    'as a tuple of a program': `smtplib.SMTPDataError: (550, b"5.7.1 ${REPLY.slice(10)}")`,
    'in a chat': `[12:01] <ada> look: ${REPLY}\n[12:02] <bob> again?`,
    'after a bullet': `From the ticket:\n- ${REPLY}`,
    'with carriage returns': `said:\r\n${REPLY}\r\n`,
    'with a byte order mark': `\ufeff${REPLY}`,
  };
  for (const [name, input] of Object.entries(dressings)) t.match(onlyBlock(input), S3150, name);
  t.end();
});

t.test('a multi-line reply is one reply, and its text is one line', (t) => {
  const input = [
    '550-5.7.26 The MAIL FROM domain [example.com] has an SPF record with a hard fail',
    '550-5.7.26 policy (-all) but it fails to pass SPF checks with the ip:',
    '550-5.7.26 [192.0.2.24]. See',
    '550 5.7.26 https://support.google.com/mail/answer/81126 abc - gsmtp',
  ].join('\n');
  const found = onlyBlock(input);
  t.match(found, {
    provider: 'gmail',
    ip: '192.0.2.24',
    enhancedCode: '5.7.26',
    reason: 'authentication',
    line: 1,
  });
  t.equal(found.text.match(/5\.7\.26/g)?.length, 1, 'the repeated prefix is gone');
  t.same(onlyBlock(input.replaceAll('\n', ' ')).text, found.text, 'the same on one line');
  t.end();
});

t.test('several replies below each other, with and without blank lines', (t) => {
  const input = [
    'gmail: 421 4.7.0 [192.0.2.1 15] very low reputation of the sending IP address',
    'T-Online: 554 IP=192.0.2.1 - A problem occurred. (BL) tosa@rx.t-online.de',
    '',
    '553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred',
  ];
  const { rejections } = parse(input.join('\n'));
  t.same(
    rejections.map(({ provider, line }) => [provider, line]),
    [
      ['gmail', 1],
      ['t-online', 2],
      ['yahoo', 4],
    ],
  );
  t.end();
});

t.test('half a reply without any code is recognised by telling words only', (t) => {
  t.match(onlyBlock('they say: ... on our block list (S3140)'), {
    provider: 'outlook-com',
    blockCode: 'S3140',
    replyCode: null,
    temporary: null,
  });
  t.match(onlyBlock('Customer cannot write to Cox. AUP#CXBL for IP 192.0.2.81'), {
    provider: 'cox',
    blockCode: 'CXBL',
    ip: '192.0.2.81',
  });
  t.same(parse('Our spam policy will be discussed on Monday. Block lists are boring.').rejections, []);
  t.same(parse('We need 550 chairs and 421 tables for the conference').rejections, []);
  t.end();
});

t.test('the reply code in the text decides on permanence, not what the log calls it', (t) => {
  const input =
    'Dec  8 15:53:52 mx1 postfix/smtp[58]: B1B14: to=<a@t-online.de>, relay=mx00.t-online.de[203.0.113.33]:25, delay=1.2, dsn=4.0.0, status=deferred (host mx00.t-online.de[203.0.113.33] refused to talk to me: 554 IP=192.0.2.10 - None/bad reputation. Ask tobr@rx.t-online.de for reset. (NOWL))';
  t.match(onlyBlock(input), {
    provider: 't-online',
    temporary: false,
    blockCode: 'NOWL',
    enhancedCode: null,
    recipient: 'a@t-online.de',
    mx: 'mx00.t-online.de',
    ip: '192.0.2.10',
    at: '2025-12-08T15:53:52.000Z',
    atGuessed: true,
  });
  t.match(onlyBlock('553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred'), {
    temporary: false,
  });
  t.match(onlyBlock('421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred'), { temporary: true });
  t.end();
});

t.test('the same rejection counts once, with how often and when it was seen', (t) => {
  const line = (second: string, who: string) =>
    `2026-01-10T10:00:${second}Z mx postfix/smtp[1]: A1: to=<${who}@outlook.com>, relay=outlook-com.olc.protection.outlook.com[203.0.113.5]:25, dsn=5.7.1, status=bounced (host outlook-com.olc.protection.outlook.com[203.0.113.5] said: ${REPLY} (in reply to MAIL FROM command))`;
  const found = onlyBlock([line('01', 'a'), line('02', 'b'), line('09', 'c')].join('\n'));
  t.match(found, {
    seen: 3,
    line: 1,
    recipient: 'a@outlook.com',
    at: '2026-01-10T10:00:01.000Z',
    times: ['01', '02', '09'].map((second) => Date.parse(`2026-01-10T10:00:${second}Z`)),
  });
  t.end();
});

t.test('what is no block is told apart', (t) => {
  t.match(onlyNotBlock('550 5.1.1 <a@example.com>: user unknown'), {
    reason: 'not-a-block',
    ip: null,
    enhancedCode: '5.1.1',
  });
  t.match(onlyNotBlock('connect to mx.example.net[203.0.113.4]:25: Connection timed out'), {
    reason: 'not-a-block',
    replyCode: null,
  });
  t.same(parse('250 2.0.0 OK queued as 12345').notBlocks, []);
  t.same(
    parse(
      'A1: to=<a@example.com>, relay=mx.example.com[203.0.113.1]:25, dsn=2.0.0, status=sent (250 2.0.0 spam filter says OK)',
    ).rejections,
    [],
  );
  t.end();
});

t.test('what could not be found is noted in plain words', (t) => {
  t.same(parse('').notes, ['The input is empty.']);
  t.same(parse('good morning').notes, ['No refusal was recognised in the input.']);
  t.match(parse('550 5.7.1 refused by policy').notes.join('\n'), /which provider[\s\S]*sending address/);
  t.same(parse(REPLY).notes, []);
  t.end();
});
