import t from 'tap';
import { checkAddress, checkAddresses, whyNotHeader } from '../../src/mail-out/mail-address.ts';
import { overrideStops } from '../letters/override-stops.ts';
import { mailDesk, TO } from './mail-out.fixture.ts';

/** Threats 10 and 11: header injection, and mail to somebody whom nobody meant. */

const GOOD: [typed: string, sent: string][] = [
  ['abuse@example.com', 'abuse@example.com'],
  ['First.Last+tag@EXAMPLE.com', 'First.Last+tag@example.com'],
  ["o'hara!#$%&*/=?^_`{|}~-@example.com", "o'hara!#$%&*/=?^_`{|}~-@example.com"],
  ['postmaster@bücher.example', 'postmaster@xn--bcher-kva.example'],
  ['postmaster@例え.テスト', 'postmaster@xn--r8jz45g.xn--zckzah'],
];
const BAD = [
  '',
  'abuse',
  '@example.com',
  'abuse@',
  'abuse@localhost',
  'abuse@127.0.0.1',
  'abuse@[127.0.0.1]',
  'a@b@example.com',
  '"a@evil.example"@example.com',
  '"a b"@example.com',
  'a(comment)@example.com',
  '<abuse@example.com>',
  'Abuse <abuse@example.com>',
  '@relay.example:abuse@example.com',
  'abuse@example.com>,<evil@evil.example',
  'abuse@example.com\r\nRCPT TO:<evil@evil.example>',
  'abuse@example.com\0',
  'abuse@exa\u00admple.com',
  'abuse@example\u3002com',
  'abuse@example.com\u200b',
  'abuse@example.com%00',
  'abüse@example.com',
  'abuse..desk@example.com',
  '.abuse@example.com',
  'abuse.@example.com',
  'abuse@-example.com',
  'abuse@example..com',
  `${'a'.repeat(65)}@example.com`,
  `a@${'b'.repeat(64)}.com`,
  `a@${'b.'.repeat(130)}com`,
  '=?utf-8?q?a?=@=?utf-8?q?b?=',
  'group:abuse@example.com;',
  'a\\@evil.example@example.com',
];

t.test('threat 11: one bare address, or none', async (t) => {
  for (const [typed, address] of GOOD) t.strictSame(checkAddress(typed), { address }, typed);
  for (const typed of BAD)
    t.match(checkAddress(typed), { problem: String }, JSON.stringify(typed).slice(0, 80));
});

t.test('threat 11: an address line of 1 MB is refused at once', async (t) => {
  for (const long of [
    'a@example.com,'.repeat(80_000),
    `${'('.repeat(1_000_000)}@example.com`,
    `"${'\\"'.repeat(500_000)}"@example.com`,
    'a'.repeat(1_000_000),
  ]) {
    const began = performance.now();
    t.match(checkAddresses(long), { problem: String });
    t.match(checkAddress(long), { problem: String });
    t.ok(performance.now() - began < 100, 'within 100 ms');
  }
});

t.test('a field takes several, each once, and no more than a mail takes', async (t) => {
  t.strictSame(checkAddresses(' a@example.com, B@example.com;\n A@example.com '), {
    addresses: ['A@example.com', 'B@example.com'],
  });
  t.match(checkAddresses(Array.from({ length: 21 }, (_, n) => `a${n}@example.com`).join(' ')), {
    problem: /at most 20/,
  });
  t.match(checkAddresses('  '), { problem: /whom/ });
});

t.test('threat 10: nothing in a header field ends its line', async (t) => {
  for (const text of [
    'a\r\nBcc: evil@evil.example',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\u2028b',
    'a\u0085b',
    'a\u001bb',
  ])
    t.type(whyNotHeader(text), 'string', encodeURIComponent(text));
  t.equal(whyNotHeader('Müller, “Postmaster” <x> 📧'), undefined);
});

t.test('threats 10 and 11: on the wire stands what the person confirmed, and nothing else', async (t) => {
  const desk = await mailDesk(t, { account: { fromName: 'Jonas “J” Weber, <evil@evil.example>' } });
  const { message } = await desk.send({ to: 'Desk@bücher.example other@example.net' });
  await desk.work();
  t.strictSame(desk.server.recipients, ['Desk@xn--bcher-kva.example', 'other@example.net']);
  t.strictSame((await desk.dispatch(message)).envelope_recipients, desk.server.recipients);
  t.strictSame(
    desk.server.lines.filter((line) => line.startsWith('MAIL')).map((line) => line.split(' SIZE')[0]),
    ['MAIL FROM:<desk@harbour.example.com>'],
  );
  const head = desk.server.messages[0]?.toString().split('\r\n\r\n')[0] ?? '';
  t.match(head, /^To: Desk@xn--bcher-kva\.example, other@example\.net$/m);
  t.strictSame(
    head.split('\r\n').filter((line) => /^(to|cc|bcc|from):/i.test(line)).length,
    2,
    'one From, one To',
  );
  const letter = await desk.draft();
  for (const to of [`${TO}\r\nBcc: evil@evil.example`, `${TO}>`, 'Desk <desk@example.net>', `"${TO}"`]) {
    const answer = await desk.api('POST', `/letters/${letter}/send`, { channel: 'email', deliver: true, to });
    t.match(answer, { status: 422, body: { fields: { mailTo: String } } }, JSON.stringify(to));
  }
  const answer = await desk.api('PATCH', `/letters/${letter}`, { subject: 'a\r\nBcc: evil@evil.example' });
  t.equal(answer.status, 200);
  await overrideStops(desk.api, letter);
  await desk.api('POST', `/letters/${letter}/send`, { channel: 'email', deliver: true, to: TO });
  await desk.work();
  t.match(desk.server.messages[1]?.toString(), /^Subject: a Bcc: evil@evil\.example$/m, 'one line');
  t.notMatch(desk.server.messages[1]?.toString(), /^Bcc:/im);
});
