import t from 'tap';
import { findMentions, mentionParts } from '../../src/watchers/mentions.ts';

const PEOPLE = [
  { id: 1, name: 'Jonas Weber', email: 'jw@example.com' },
  { id: 2, name: 'Jonas', email: 'jonas.k@example.com' },
  { id: 3, name: 'Ana María Ortiz', email: 'ana@example.com' },
  { id: 4, name: 'Anabel', email: 'anabel@example.com' },
];
const ids = (text: string) => findMentions(text, PEOPLE).map(({ id, words }) => [id, words]);

t.test('people are recognised by name, by first name where it is one person’s, and by address', async (t) => {
  t.strictSame(ids('@Jonas Weber, please'), [[1, '@Jonas Weber']]);
  t.strictSame(ids('@jonas: done'), [[2, '@jonas']]);
  t.strictSame(ids('Told (@jonas.k). @JW?'), [
    [2, '@jonas.k'],
    [1, '@JW'],
  ]);
  t.strictSame(ids('@Ana María Ortiz and @ana'), [
    [3, '@Ana María Ortiz'],
    [3, '@ana'],
  ]);
  t.strictSame(ids('@Anabel @anabel.'), [
    [4, '@Anabel'],
    [4, '@anabel'],
  ]);
});

t.test('an address, a part of a word and an unknown name mention nobody', async (t) => {
  for (const text of ['jonas@jonas.example.com', 'x@Anabel', '@Anabella', '@nobody', '@', '@@Anabel.x'])
    t.strictSame(ids(text), [], text);
});

t.test('a text is cut at its mentions and stays the same text', async (t) => {
  const text = 'See @jonas and @Jonas Weber; mail me@jonas.example';
  const parts = mentionParts(text, ['@jonas', '@Jonas Weber']);
  t.equal(parts.map((part) => part.text).join(''), text);
  t.strictSame(
    parts.filter((part) => part.mention).map((part) => part.text),
    ['@jonas', '@Jonas Weber'],
  );
});
