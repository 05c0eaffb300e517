import t from 'tap';
import {
  booksFor,
  findPhrases,
  readPhraseBook,
  readPhraseBooks,
} from '../../../src/correspondence/reading/phrase-book.ts';
import { tokensOf } from '../../../src/correspondence/reading/tokens.ts';
import { LANGUAGES } from '../../../src/letters/language.ts';

const minimal = {
  language: 'en',
  common: ['the'],
  classes: { barrier: ['not'], clause: ['please'], thing: ['block', 'rate limit'] },
  signals: { mitigated: ['<thing> _ removed|taken+off now?'] },
  headings: {},
};
const book = readPhraseBook(minimal, 'minimal');
const says = (text: string): boolean => findPhrases(book, book.phrases, tokensOf(text)).length > 0;

t.test('patterns: classes, gaps, alternatives of several words, options', async (t) => {
  t.ok(says('the block has been removed'));
  t.ok(says('The RATE LIMIT was taken off now'));
  t.notOk(says('the block one two three four five removed'), 'a gap is bounded');
  t.notOk(says('the block has not been removed'), 'a gap does not leave out a negation');
  t.notOk(says('the block, please, have removed'), 'nor a word with which something new begins');
});

t.test('patterns: beginning and end of the sentence', async (t) => {
  const bounded = readPhraseBook(
    { ...minimal, signals: { denied: ['^ no $', '<thing> stays $'] } },
    'bounded',
  );
  const isThere = (text: string) => findPhrases(bounded, bounded.phrases, tokensOf(text)).length > 0;
  t.ok(isThere('No.'));
  t.ok(isThere('The block stays.'));
  t.notOk(isThere('No block.'), 'something follows');
  t.notOk(isThere('Well, no.'), 'something comes before');
});

t.test('patterns: a number as a member of a class', async (t) => {
  const counting = readPhraseBook(
    { ...minimal, classes: { count: ['#', 'two'] }, signals: { limit: ['for <count> days'] } },
    'counting',
  );
  const counts = (text: string) => findPhrases(counting, counting.phrases, tokensOf(text)).length > 0;
  t.ok(counts('for two days'));
  t.ok(counts('for 30 days'));
  t.notOk(counts('for some days'));
});

t.test('a bad book is told with its place', async (t) => {
  const bad = (change: object): void => {
    readPhraseBook({ ...minimal, ...change }, 'bad.json');
  };
  t.throws(() => bad({ language: 'english' }), { name: 'BadDataFile', message: /bad\.json: \/language/ });
  t.throws(() => bad({ signals: { mitigated: ['<nothing> gone'] } }), {
    message:
      /bad\.json: \/signals\/mitigated: "<nothing> gone" names a word class "nothing" that this file has not/,
  });
  t.throws(() => bad({ signals: { mitigatd: ['hurrah'] } }), {
    name: 'BadDataFile',
    message: /bad\.json: \/signals has the key "mitigatd", which is none; did you mean mitigated\?/,
  });
  t.throws(() => bad({ signals: { mitigated: ['_ removed'] } }), {
    name: 'BadDataFile',
    message: /bad\.json: \/signals\/mitigated: "_ removed" must start with a word/,
  });
});

t.test('all books hold to the schema and the language of a text is found', async (t) => {
  const books = readPhraseBooks();
  const written = books.map((one) => one.language);
  for (const language of Object.keys(LANGUAGES)) t.ok(written.includes(language), language);
  const languages = (text: string): string[] => booksFor(tokensOf(text), books).map((one) => one.language);
  t.strictSame(languages('Wir haben Ihre Anfrage erhalten und werden sie bei uns mit der Technik prüfen.'), [
    'de',
  ]);
  t.ok(languages('Nous avons bien reçu votre demande et nous vous tiendrons au courant.').includes('fr'));
});
