import t from 'tap';
import { partsOfReply } from '../../src/correspondence/newest-part.ts';

const newest = (text: string): string => partsOfReply(text).newest.trim();

t.test('takes the subject from pasted header lines', async (t) => {
  const parts = partsOfReply('Betreff: Ihre Anfrage\nVon: desk@example.com\n\nHallo');
  t.match(parts, { subject: 'Ihre Anfrage', newest: /^\s*Hallo$/, passedOn: null });
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
  t.equal(partsOfReply(`${'We have our own view of this matter. '.repeat(8)}\n\n${forward}`).passedOn, null);
});
