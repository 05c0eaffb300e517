import fc from 'fast-check';
import t from 'tap';
import { maskFor, onlyAbout, unmasked } from '../../src/sharing/mask.ts';
import { maskSignatures } from '../../src/sharing/signatures.ts';

const mask = maskFor(
  {
    names: ['Jonas Weber', 'Mai Li', 'Grant May', 'The operator', 'Anne-Sophie Dupont'],
    phones: ['+49 30 901820-5'],
    recipients: ['jane.roe@example.net', '<k.vester>'],
  },
  'Weber Hosting',
);

t.test('people are left out', async (t) => {
  const cases: [given: string, left: string][] = [
    ['<jane.roe@example.net>: 550 5.1.1 no', '<[address]>: 550 5.1.1 no'],
    ['Message-ID: <20260310.1@mail.example.com>', 'Message-ID: <[address]>'],
    ['"jane roe"@example.net refused', '[address] refused'],
    ['https://x.example/u?m=jane%40example.net', '[address]'],
    ['mailto:jörg@bücher.example', '[address]'],
    ['550 jane.roe unknown; k.vester too.', '550 [address] unknown; [address] too.'],
    ['Jonas asked JONAS, and jonas’s answer', '[name] asked [name], and [name] answer'],
    ['written by Jonas Weber', 'written by [name] Weber'],
    ['Mai Li says that may lift', '[name] says that may lift'],
    ['Anne-Sophie Dupont', '[name]'],
    ['The operator looked', 'The operator looked'],
    ['call 030 9018205 or +49 (30) 901820-5', 'call [telephone] or [telephone]'],
    ['+1 212 555 0123, (212) 555-0123, 0049 30 1234567', '[telephone], [telephone], [telephone]'],
  ];
  for (const [given, left] of cases) t.equal(mask(given), left, given);
});

t.test('facts of the block stay', async (t) => {
  for (const text of [
    '550 5.7.1 messages from [203.0.113.7] blocked (S3150)',
    '2001:db8::25 and 198.51.100.0/24',
    '2026-03-10 09:12:07 UTC+01:00',
    'since 03-04-2026, 01/02/26',
    'SRX1234567890ID',
    '212 of 212 accepted',
  ])
    t.equal(mask(text), text);
});

t.test('other incidents have no number, the shared one has', async (t) => {
  t.equal(onlyAbout(41, unmasked)('#41 as #4, #410 and #12'), '#41 as #…, #… and #…');
});

t.test('who signs and who is greeted is left out; the text between stays', async (t) => {
  t.equal(
    maskSignatures(
      'Hello Priya, thanks.\n\nWe looked.\n\nKind regards,\n\nRavi K.\nSender Support\n\nCase 12',
    ),
    'Hello [name], thanks.\n\nWe looked.\n\nKind regards,\n\n[signature]\n\nCase 12',
  );
  t.equal(maskSignatures('My name is Ravi Kumar and I work here'), 'My name is [name] and I work here');
  t.equal(maskSignatures('Thank you for contacting us about it.'), 'Thank you for contacting us about it.');
});

t.test('no text, however made, keeps a mail address', async () => {
  const word = fc.stringMatching(/^[a-z0-9._+=-]{1,12}$/);
  const host = fc.stringMatching(/^[a-z0-9-]{1,8}\.example$/);
  const around = fc.constantFrom(' ', '<', '>', '(', ')', '"', "'", ',', ';', '\n', ':', '');
  fc.assert(
    fc.property(
      fc.string(),
      around,
      word,
      host,
      around,
      fc.string(),
      (before, open, local, at, close, after) => {
        const masked = mask(`${before}${open}${local}@${at}${close}${after}`);
        return !masked.includes(`${local}@${at}`);
      },
    ),
  );
});

t.test('long lines without a blank are read once', async (t) => {
  t.equal(mask('a'.repeat(500_000)).length, 500_000);
  t.equal(mask(`${'1 '.repeat(100_000)}`).length > 0, true);
  t.equal(maskSignatures('dear '.repeat(100_000)).length > 0, true);
});
