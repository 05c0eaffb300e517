import t from 'tap';
import { diffTexts } from '../../../src/letters/gate/diff.ts';
import { factsWith } from '../letters.fixture.ts';
import { bodyWith, gateFacts, judged, said } from './gate.fixture.ts';

const MANY = Array.from({ length: 100 }, (_, index) => `203.0.113.${index + 1}`);

t.test('a letter with a hundred addresses is judged', async (t) => {
  const letter = factsWith({ addresses: MANY, lastLetter: null, lastReply: null });
  const body = bodyWith(`All of them:\n${MANY.map((one) => `– ${one}`).join('\n')}`);
  const found = said({ body, subject: 'Mail from 203.0.113.7 and 99 more' }, { letter });
  t.notOk(found.some((one) => one.includes('address-of-others')));
  t.ok(found.includes('good address-told'));
});

t.test('text from right to left keeps its offsets', async (t) => {
  const body = bodyWith('الاسم: مكتب البريد ‮ immediately. שלום!!');
  for (const { place, key } of judged({ body }).findings)
    if (key === 'phrase:immediately') t.equal(body.slice(place?.start, place?.end), 'immediately');
  t.ok(said({ body }).includes('stop phrase:immediately'));
  t.ok(said({ body }).includes('warn exclamation-marks'));
});

/** Texts that are made to be slow; doubled, they may take about twice as long, and are cut at the limit. */
const HOSTILE: Record<string, (n: number) => string> = {
  capitals: (n) => 'ABC '.repeat(n),
  marks: (n) => `e${'\u0301'.repeat(n * 4)}`,
  brackets: (n) => '['.repeat(n * 4),
  placeholders: (n) => '[a b] '.repeat(n),
  exclamations: (n) => '! '.repeat(n * 2),
  addresses: (n) => '203.0.113.9 '.repeat(n),
  digits: (n) => '1.1.1.'.repeat(n),
  colons: (n) => ':'.repeat(n * 4),
  phrases: (n) => 'urgent lawyer please please '.repeat(n / 4),
  blanks: (n) => ' '.repeat(n * 4),
  lines: (n) => '\n'.repeat(n * 4),
  dots: (n) => '. A'.repeat(n),
  dates: (n) => '9 March 2026 closed 3 of 4 days '.repeat(n / 8),
  unseen: (n) => '\u200b'.repeat(n * 4),
  halves: (n) => '\ud800'.repeat(n * 4),
};

t.test('hostile text is judged within bounds', { timeout: 120_000 }, async (t) => {
  const facts = gateFacts({ otherProviders: Array.from({ length: 400 }, (_, n) => `Provider ${n}`) });
  for (const [name, text] of Object.entries(HOSTILE)) {
    const { findings } = judged({ body: text(25_000), subject: text(60).slice(0, 300) }, facts);
    t.ok(findings.length <= 60, `${name}: ${findings.length} findings`);
    for (const { place, title, key } of findings) {
      t.ok(title.length <= 200 && key.length <= 120);
      if (place) t.ok(place.start < place.end && place.sentence.start <= place.start, `${name}: ${key}`);
    }
  }
});

t.test('a refusal of one character quotes nothing', async (t) => {
  const letter = factsWith({ refusal: { text: 'a', at: null, codes: '' } });
  t.ok(judged({ body: 'a'.repeat(100_000) }, { letter }).findings.length <= 60);
});

t.test('the difference of two letters says what went and what came', async (t) => {
  t.strictSame(diffTexts('We ask for a review.', 'We ask for a second review.'), [
    { is: 'same', text: 'We ask for a ' },
    { is: 'new', text: 'second ' },
    { is: 'same', text: 'review.' },
  ]);
  const back = (before: string, after: string) => {
    const parts = diffTexts(before, after);
    const of = (other: string) =>
      parts
        .filter((one) => one.is !== other)
        .map((one) => one.text)
        .join('');
    t.equal(of('new'), before);
    t.equal(of('gone'), after);
    return parts;
  };
  back('', 'a b');
  back('one two three', 'three two one');
  back('a b c d', 'a x y d');
  t.equal(back('same', 'same').length, 1);
  back('word '.repeat(20_000), 'other '.repeat(15_000));
  back(`${'line\n'.repeat(900)}a`, `${'line\n'.repeat(900)}b`);
});
