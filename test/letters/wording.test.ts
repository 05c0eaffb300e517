import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { PLACES } from '../../src/evidence/places/places.ts';
import { CLAIM_KEYS, claimWords, judgeClaims } from '../../src/letters/claims/claims.ts';
import {
  LANGUAGES,
  type Language,
  letterFindings,
  letterNumber,
  letterPercent,
} from '../../src/letters/language.ts';
import { findingsWords, plainClaimWords, typed, wordingOf } from '../../src/letters/wording.ts';
import { NOW, record, sourcesWith } from './letters.fixture.ts';

const languages = Object.keys(LANGUAGES) as Language[];
const others = languages.filter((language) => language !== 'en');
const NBSP = '\u00a0';

/** The texts of a phrase: one, or one for each number. */
const textsOf = (form: string | { by: string; one: string; other: string }) =>
  typeof form === 'string' ? [form] : [form.one, form.other];
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** Phrase keys that our code gives, by what stands in it. */
function usedKeys(): Set<string> {
  const root = fileURLToPath(new URL('../../src/', import.meta.url));
  const keys = globSync('{evidence,snds,complaints,letters}/**/*.ts', { cwd: root }).flatMap((file) =>
    [
      ...readFileSync(`${root}${file}`, 'utf8').matchAll(
        /key: (?:\w+ \? )?'([a-z-]+)'(?: : '([a-z-]+)')?,\s*values\b/g,
      ),
    ].flatMap(([, one = '', other]) => (other ? [one, other] : [one])),
  );
  return new Set([...keys, ...PLACES.flatMap(({ phrase }) => phrase?.key ?? [])]);
}

t.test('every language has the same phrases, with the same values in them', async (t) => {
  const { phrases } = wordingOf('en');
  for (const language of others) {
    t.strictSame(Object.keys(wordingOf(language).phrases), Object.keys(phrases), language);
    for (const [key, form] of Object.entries(phrases)) {
      const own = wordingOf(language).phrases[key] ?? '';
      t.equal(typeof own === 'string', typeof form === 'string', `${language} ${key}: forms for numbers`);
      t.strictSame(
        placeholders(textsOf(own).at(-1) ?? ''),
        placeholders(textsOf(form).at(-1) ?? ''),
        `${language} ${key}`,
      );
    }
  }
  const used = usedKeys();
  used.delete('typed');
  t.strictSame([...used].sort(), Object.keys(phrases).sort(), 'each is used, and none is missing');
});

t.test('every claim can be said in every language without words of its own', async (t) => {
  for (const language of languages) {
    t.strictSame(Object.keys(wordingOf(language).claims).sort(), [...CLAIM_KEYS].sort(), language);
    for (const words of Object.values(wordingOf(language).claims))
      t.notMatch(words, /[.;:]$|^\s|\s$|\{/, `${language}: “${words}” stands inside a sentence`);
  }
});

t.test(
  'numbers and percentages as the language writes them, with the decimals of their source',
  async (t) => {
    const written = (language: Language) =>
      [letterNumber(1234567, language), letterNumber(1200, language), letterPercent('0.10', language)].join(
        ' | ',
      );
    t.equal(written('en'), '1,234,567 | 1,200 | 0.10%');
    t.equal(written('de'), `1${NBSP}234${NBSP}567 | 1200 | 0,10${NBSP}%`);
    t.equal(written('fr'), '1\u202f234\u202f567 | 1\u202f200 | 0,10\u202f%');
    t.equal(written('it'), '1.234.567 | 1.200 | 0,10%');
    t.equal(written('es'), `1${NBSP}234${NBSP}567 | 1200 | 0,10${NBSP}%`);
    t.equal(written('nl'), '1.234.567 | 1.200 | 0,10%');
    t.equal(letterNumber(0, 'de'), '0');
    t.equal(letterFindings(['a', 'b'], 'fr'), `a${NBSP}; b`);
  },
);

t.test('a finding in every language', async (t) => {
  const said = (key: string, values: Parameters<typeof findingsWords>[0][number]['phrase']['values']) =>
    languages.map((language) => findingsWords([{ about: null, phrase: { key, values } }], language));
  t.strictSame(said('rate-below', { percent: { percent: '0.1' }, days: 7, day: { day: '2026-03-10' } }), [
    'below 0.1% of recipients on each of 7 days up to 10 March 2026, by SNDS',
    `unter 0,1${NBSP}% der Empfänger an allen 7 Tagen bis zum 10. März 2026, laut SNDS`,
    'moins de 0,1\u202f% des destinataires sur chacun des 7 jours jusqu’au 10 mars 2026, selon SNDS',
    'meno dello 0,1% dei destinatari in ciascuno dei 7 giorni fino al 10 marzo 2026, secondo SNDS',
    `menos del 0,1${NBSP}% de los destinatarios en cada uno de los 7 días hasta el 10 de marzo de 2026, según SNDS`,
    'minder dan 0,1% van de ontvangers op elk van 7 dagen tot en met 10 maart 2026, volgens SNDS',
  ]);
  t.strictSame(said('since', { day: { day: '2026-03-08' } }), [
    'since 8 March 2026',
    'seit dem 8. März 2026',
    'depuis le 8 mars 2026',
    'dall’8 marzo 2026',
    'desde el 8 de marzo de 2026',
    'sinds 8 maart 2026',
  ]);
  t.strictSame(said('no-listing', { lists: 1 }).slice(0, 2), [
    'not on the one public list that was asked',
    'kein Eintrag auf der einen abgefragten Sperrliste',
  ]);
  t.strictSame(said('no-such-phrase', {}), ['', '', '', '', '', ''], 'of a newer release: not said');
});

t.test('several findings: alike ones once, others by their address, many are counted', async (t) => {
  const score = (about: string, score: number) => ({
    about,
    phrase: { key: 'score', values: { score, most: 100 } },
  });
  t.equal(findingsWords([score('203.0.113.7', 99), score('203.0.113.8', 99)], 'de'), '99 von 100');
  t.equal(
    findingsWords([score('203.0.113.7', 99), score('203.0.113.8', 98)], 'fr'),
    `203.0.113.7${NBSP}: 99 sur 100${NBSP}; 203.0.113.8${NBSP}: 98 sur 100`,
  );
  const many = Array.from({ length: 8 }, (_, index) => score(`203.0.113.${index}`, 90 + index));
  t.match(findingsWords(many, 'nl'), /203\.0\.113\.2: 92 van 100; hetzelfde voor 5 andere$/);
});

t.test('what a person typed stays as typed, in every language', async (t) => {
  for (const language of languages)
    t.equal(
      findingsWords([{ about: null, phrase: typed('closed dal 8 luglio {day}.') }], language),
      'closed dal 8 luglio {day}',
    );
});

t.test('what an older release kept in English only is said in English letters alone', async (t) => {
  const old = record('fcrdns-ok', { words: 'mx.example.com leads back', said: [] });
  const [claim] = judgeClaims(['fcrdns-ok'], sourcesWith({ evidence: [old] }), NOW);
  t.ok(claim);
  if (!claim) return;
  t.equal(claimWords(claim, 'en'), 'mx.example.com leads back');
  for (const language of others) t.equal(claimWords(claim, language), plainClaimWords('fcrdns-ok', language));
});
