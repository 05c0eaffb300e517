import t from 'tap';
import { partsOf, type Shortening, shortenLetter } from '../../../src/letters/forms/shorten.ts';
import { shortenRefusal } from '../../../src/letters/forms/shorten-refusal.ts';
import { loadTemplates } from '../../../src/letters/templates.ts';
import { draftIn, factsWith, fullProfile, REFUSAL, record, sourcesWith } from '../letters.fixture.ts';

const template = (key: string, language: string) => {
  const found = loadTemplates().find((one) => one.key === key && one.language === language);
  if (!found) throw new Error(`no ${key} in ${language}`);
  return found;
};
const FIX = 'a mailbox with a guessed password was closed';
const facts = factsWith({ profile: fullProfile, lastReply: null, lastLetter: null });
const written = (language: 'en' | 'de') =>
  draftIn(template('mailbox-provider/first', language), {
    facts,
    sources: sourcesWith({
      profile: fullProfile,
      evidence: ['compromise-fixed', 'fcrdns-ok', 'spf-pass', 'no-compromise-found'].map((key) =>
        record(key),
      ),
    }),
  }).body;
const asked = { en: /review/, de: /Prüfung/ };
const given = (limit: number, changes: Partial<Shortening> = {}): Shortening => ({
  limit,
  language: 'en',
  addresses: facts.addresses,
  refusal: { text: REFUSAL, codes: '550 5.7.1 S3150' },
  hasRefusalField: false,
  fixes: [FIX],
  count: (text) => text.length,
  ...changes,
});

t.test('the parts of a letter are told apart', async (t) => {
  for (const language of ['en', 'de'] as const)
    t.strictSame(
      [...new Set(partsOf(written(language), given(0)).map((part) => part.kind))],
      ['greeting', 'opening', 'refusal', 'other', 'fix', 'checks', 'ask', 'signature'],
      language,
    );
});

t.test('what fits is not touched', async (t) => {
  const body = written('en');
  t.equal(shortenLetter(body, given(5000)), body.trim());
});

t.test('checks go first, and address, refusal, fix and request stay as long as there is room', async (t) => {
  for (const language of ['en', 'de'] as const) {
    const body = written(language);
    let before = Number.POSITIVE_INFINITY;
    for (let limit = body.length; limit >= 500; limit -= 100) {
      const short = shortenLetter(body, given(limit, { language }));
      t.ok(short !== null && short.length <= limit, `${language}, ${limit}`);
      if (short === null) continue;
      t.ok(short.length <= before, 'a smaller field never gets more');
      before = short.length;
      t.match(short, '203.0.113.7');
      for (const code of ['550', '5.7.1', 'S3150']) t.match(short, code);
      t.match(short, asked[language]);
      if (limit >= 700) t.match(short, FIX, `${limit}`);
    }
    const once = shortenLetter(body, given(body.length - 10, { language }));
    t.notMatch(once, /^–/m, 'checks are gone');
    t.match(once, 'Jonas Weber', 'the rest is not');
  }
});

t.test('where the form asks for the refusal itself, the letter leaves it out before the fix', async (t) => {
  const short = shortenLetter(written('en'), given(560, { hasRefusalField: true }));
  t.notMatch(short, REFUSAL);
  t.match(short, FIX);
});

t.test('nothing is offered where not even the least fits', async (t) => {
  t.equal(shortenLetter(written('en'), given(10)), null);
  t.equal(typeof shortenLetter('a', given(10)), 'string');
});

t.test('a refusal is never cut inside its codes', async (t) => {
  const codes = ['550', '5.7.1', 'S3150'];
  const long = `550-5.7.1 ${'words '.repeat(60)}https://example.com/${'x'.repeat(300)}?c=S3150 ${'words '.repeat(30)}[MX01.example.net 2026-03-11T06:03:07.118Z 08DE1]`;
  for (let limit = 1; limit < long.length; limit += 7) {
    const short = shortenRefusal(long, { limit, lines: 3, codes });
    t.ok(short.length <= limit, `${limit}`);
    if (limit < 120) continue;
    for (const code of codes) t.match(short, code, `${limit}: ${code}`);
    t.match(short, 'T06:03:07.118Z');
  }
});

t.test('hostile letters are shortened within bounds', { timeout: 60_000 }, async (t) => {
  for (const body of [
    'a\n\n'.repeat(30_000),
    '– a\n'.repeat(25_000),
    'a'.repeat(100_000),
    '\n'.repeat(100_000),
    '. '.repeat(50_000),
  ]) {
    const short = shortenLetter(body, given(500));
    t.ok(short === null || short.length <= 500);
  }
});
