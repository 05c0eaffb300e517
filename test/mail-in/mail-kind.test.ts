import { readFileSync } from 'node:fs';
import t from 'tap';
import { readMail } from '../../src/correspondence/mail.ts';
import { checkData } from '../../src/data-file.ts';
import subjects from '../../src/mail-in/reading/automatic-subjects.json' with { type: 'json' };
import { AutomaticSubjects, mailKind } from '../../src/mail-in/reading/mail-kind.ts';
import { arf, jmrp } from '../complaints/mails.fixture.ts';

const octets = (fields: Record<string, string>, body = 'Hello.') =>
  Buffer.from(
    `${Object.entries({
      From: 'Desk <desk@provider.example>',
      To: 'us@example.com',
      Subject: 'Your request',
      ...fields,
    })
      .map(([name, value]) => `${name}: ${value}`)
      .join('\r\n')}\r\n\r\n${body}\r\n`,
  );

async function kindOf(raw: Buffer, envelopeSender: string | null = 'desk@provider.example') {
  const { subject } = await readMail(raw);
  return mailKind(raw, { envelopeSender, subject });
}

t.test('what nobody wrote says so', async (t) => {
  for (const fields of [
    { 'Auto-Submitted': 'auto-replied' },
    { 'Auto-Submitted': 'auto-generated (ticket)' },
    { 'Auto-Submitted': 'auto-notified; owner-email="a@example.com"' },
    { 'X-Autoreply': 'yes' },
    { Precedence: 'auto_reply' },
    { Precedence: 'bulk' },
    { 'X-Auto-Response-Suppress': 'All' },
    { Subject: 'Automatische Antwort: Ihre Anfrage' },
    { Subject: 'Réponse automatique : demande' },
    { Subject: 'Risposta automatica: richiesta' },
    { Subject: 'Respuesta automática: solicitud' },
    { Subject: 'Automatisch antwoord: verzoek' },
    { Subject: 'Resposta automática: pedido' },
    { Subject: '=?UTF-8?B?6Ieq5YuV6L+U5L+h77ya44GK5ZWP44GE5ZCI44KP44Gb?=' },
    { Subject: 'Out of office: your request' },
  ])
    t.equal(await kindOf(octets(fields)), 'automatic', JSON.stringify(fields));
  t.equal(await kindOf(octets({}), ''), 'automatic', 'the empty envelope sender');
  t.equal(await kindOf(octets({ 'Return-Path': '<>' }), null), 'automatic', 'as a mailbox keeps it');
});

t.test('what a person wrote in a ticket system is a reply', async (t) => {
  for (const fields of [
    {},
    { 'Auto-Submitted': 'no' },
    { Precedence: 'bulk', 'In-Reply-To': '<1@example.com>' },
    { 'X-Auto-Response-Suppress': 'All', References: '<1@example.com>' },
    { 'X-Auto-Response-Suppress': 'All', 'Auto-Submitted': 'no' },
    { Subject: 'Re: Automatic reply rules on your side' },
    { Precedence: 'first-class' },
  ])
    t.equal(await kindOf(octets(fields)), 'reply', JSON.stringify(fields));
});

t.test('list mail is told by its fields', async (t) => {
  t.equal(await kindOf(octets({ 'List-Id': 'Mail operators <ops.lists.example>' })), 'list');
  t.equal(await kindOf(octets({ Precedence: 'list' })), 'list');
});

t.test('delivery reports of all makes are told from answers that quote one', async (t) => {
  const file = (name: string) => readFileSync(new URL(`../fixtures/mails/${name}`, import.meta.url));
  for (const name of ['google-dsn', 'global-dsn-rfc6533', 'sendmail-several', 'delay-postfix-report', 'ses'])
    t.equal(await kindOf(file(`${name}.eml`), ''), 'delivery-report', name);
  for (const name of ['domino', 'mdaemon', 'yahoo-sorry', 'exchange-german-html-only-no-report'])
    t.equal(await kindOf(file(`${name}.eml`), ''), 'delivery-report', `${name}, of an older form`);
  const quoting = octets(
    { From: 'Postmaster <postmaster@provider.example>', Subject: 'Re: Delivery failure' },
    'This is solved.\r\n> 550 5.7.1 [203.0.113.7] is on our block list',
  );
  t.equal(await kindOf(quoting), 'reply');
});

t.test(
  'reports of feedback loops are complaints; one that a desk attaches to its answer is none',
  async (t) => {
    t.equal(await kindOf(Buffer.from(arf())), 'complaint');
    t.equal(await kindOf(Buffer.from(jmrp('192.0.2.10'))), 'complaint');
    const attached = octets(
      { 'Content-Type': 'multipart/mixed; boundary=x', 'MIME-Version': '1.0' },
      `--x\r\n\r\nThese are the complaints.\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n${arf()}\r\n--x--`,
    );
    t.equal(await kindOf(attached), 'reply');
  },
);

t.test('the list of subjects holds to its schema', async (t) => {
  t.doesNotThrow(() => checkData(AutomaticSubjects, subjects, 'automatic-subjects.json'));
  t.throws(() => checkData(AutomaticSubjects, { xx: [] }, 'automatic-subjects.json'), {
    name: 'BadDataFile',
  });
});

t.test('any octets are of some kind, in bounded time', async (t) => {
  for (const raw of [
    Buffer.alloc(0),
    Buffer.alloc(100_000, 0),
    Buffer.from(`Subject: ${'a '.repeat(500_000)}\r\n\r\n`),
    Buffer.from('X: 1\r\n'.repeat(100_000)),
    Buffer.from(`Precedence: ${'('.repeat(100_000)}`),
  ])
    t.type(await kindOf(raw), 'string');
});
