import t from 'tap';
import { partsOfReply, takeSubjectLine } from '../../../src/correspondence/reading/newest-part.ts';

const newest = (text: string): string => partsOfReply(text).newest.trim();

t.test('takes the subject from pasted header lines', async (t) => {
  const parts = partsOfReply('Betreff: Ihre Anfrage\nVon: desk@example.com\n\nHallo');
  t.match(parts, { subject: 'Ihre Anfrage', newest: /^\s*Hallo$/, passedOn: null });
});

t.test('a long header line goes on in the next one', async (t) => {
  const parts = partsOfReply(
    'Subject: RE: SRX1790000031ID\nFrom: The desk\n<desk.of.many.words@example.com>\nTo: you\n\nHello',
  );
  t.match(parts, { subject: 'RE: SRX1790000031ID', newest: /^\s*Hello$/ });
});

t.test('a subject alone above the text is its subject', async (t) => {
  const words = 'Hello,\n\nthe block is off.';
  for (const [head, subject] of [
    ['Subject: Your request', 'Your request'],
    ['\nSubject: Re: a: b\r', 'Re: a: b'],
    ['Betreff: AW: Sperre\n', 'AW: Sperre'],
    ['件名: 受信拒否', '受信拒否'],
    ['Temat: Blokada', 'Blokada'],
  ] as const)
    t.strictSame(takeSubjectLine(`${head}\n${words}`), { subject, text: words }, head);
  for (const text of [
    words,
    `From: desk\nSubject: x\n\n${words}`,
    `Subject: x\nFrom: desk\n\n${words}`,
    'Subject: nothing else',
    `Subject:\n${words}`,
    `Subjects: three\n${words}`,
  ])
    t.equal(takeSubjectLine(text), null, text);
});

t.test('cuts what an introduction announces, in each language', async (t) => {
  const introductions = [
    'On Mon, 2 Nov 2026 at 10:11, Omar wrote:',
    'Am 02.11.2026 um 10:11 schrieb Omar:\n-----Ursprüngliche Nachricht-----',
    'Le lun. 2 nov. 2026 à 10:11, Omar a écrit :',
    'Il giorno lun 2 nov 2026 Omar ha scritto:',
    'El lun, 2 nov 2026, Omar escribió:',
    'Op ma 2 nov 2026 om 10:11 schreef Omar het volgende: schreef:',
    '-----Original Message-----',
    'From: Omar\nSent: Monday\nSubject: x',
    'Von: Omar\nGesendet: Montag\nBetreff: x',
  ];
  for (const line of introductions) t.equal(newest(`Answer.\n\n${line}\nold words`), 'Answer.', line);
});

t.test('keeps answers between quoted questions', async (t) => {
  t.equal(newest('> Is it open?\nYes.\n> Since when?\nToday.'), 'Yes.\nToday.');
  t.equal(newest('Omar wrote:\n> Is it open?\n\nYes, it is.'), 'Yes, it is.');
});

t.test('drops signatures and legal footers', async (t) => {
  t.equal(newest('Done.\n-- \nThe desk'), 'Done.');
  t.equal(newest('Done.\n\nThis mail is confidential and meant for its intended recipient.'), 'Done.');
});

t.test('a bare forward passes on what it carries, a commented one does not', async (t) => {
  const forward = '---------- Forwarded message ---------\nFrom: desk@example.com\n\nWe removed it.';
  t.match(partsOfReply(`see below\n\n${forward}`).passedOn, /We removed it/);
  const dashed = forward.replace(/-+/g, '——–');
  t.match(partsOfReply(dashed).passedOn, /We removed it/, 'between dashes of other lengths');
  t.equal(partsOfReply(`${'We have our own view of this matter. '.repeat(8)}\n\n${forward}`).passedOn, null);
});

/** How mail programs put older mail below a new one, without any marks on its lines. */
const BELOW: Record<string, (old: string) => string> = {
  'Outlook, English': (old) =>
    `From: Desk <d@example.net>\nSent: Monday, November 9, 2026 10:12 AM\nTo: Host\nSubject: RE: block\n\n${old}`,
  'Outlook, German': (old) =>
    `Von: Desk\nGesendet: Montag, 9. November 2026 10:12\nAn: Host\nBetreff: AW: Sperre\n\n${old}`,
  'Outlook, French': (old) =>
    `De : Desk\nEnvoyé : lundi 9 novembre 2026 10:12\nÀ : Host\nObjet : RE: blocage\n\n${old}`,
  'Outlook, Italian': (old) =>
    `Da: Desk\nInviato: lunedì 9 novembre 2026 10:12\nA: Host\nOggetto: R: blocco\n\n${old}`,
  'Outlook, Spanish': (old) =>
    `De: Desk\nEnviado el: lunes, 9 de noviembre de 2026 10:12\nPara: Host\nAsunto: RE: bloqueo\n\n${old}`,
  'Outlook, Dutch': (old) =>
    `Van: Desk\nVerzonden: maandag 9 november 2026 10:12\nAan: Host\nOnderwerp: RE: blokkade\n\n${old}`,
  'Outlook, Portuguese': (old) =>
    `De: Desk\nEnviada: segunda-feira, 9 de novembro de 2026 10:12\nPara: Host\nAssunto: RE: bloqueio\n\n${old}`,
  'Outlook, Japanese': (old) =>
    `差出人: Desk\n送信日時: 2026年11月9日 10:12\n宛先: Host\n件名: RE: 受信拒否\n\n${old}`,
  'a line and a head': (old) => `________________________________\nFrom: Desk\nDate: 9 Nov 2026\n\n${old}`,
  'a head in bold': (old) => `*From:* Desk <d@example.net>\n*Sent:* Monday\n*To:* Host\n\n${old}`,
  'a wrapped introduction': (old) =>
    `On Mon, Nov 9, 2026 at 10:12 AM Desk at Example <d@example.net>\nwrote:\n\n${old}`,
  'a wrapped introduction, German': (old) =>
    `Am Mo., 9. Nov. 2026 um 10:12 Uhr schrieb Desk <\nd@example.net>:\n\n${old}`,
  'an introduction that names the address only': (old) =>
    `2026年11月9日(月) 10:12 Desk <d@example.net>:\n\n${old}`,
};

for (const [name, below] of Object.entries(BELOW)) {
  t.test(`older mail below is cut: ${name}`, async (t) => {
    t.equal(newest(`Answer.\n\n${below('Old words.')}`), 'Answer.');
    t.equal(newest(`Answer.\n\n${below('Old words.\nFrom: Poor')}`), 'Answer.');
  });
}

t.test('an answer below a quotation stays, with or without marks of bold type', async (t) => {
  t.equal(
    newest('On Mon, Nov 9, 2026 at 10:12 AM Desk <d@example.net>\nwrote:\n> Old words.\n\nAnswer.'),
    'Answer.',
  );
});

t.test('a row of a table that begins with a bar is no quotation', async (t) => {
  t.equal(newest('| 192.0.2.1 | Mitigated |'), '| 192.0.2.1 | Mitigated |');
  t.equal(newest('Answer.\n| old words'), 'Answer.');
});
