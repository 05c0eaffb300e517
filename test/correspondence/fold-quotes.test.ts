import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { foldQuotes } from '../../src/correspondence/fold-quotes.ts';
import { readMail } from '../../src/correspondence/mail.ts';
import { findWords, markWords } from '../../src/correspondence/mark-words.ts';
import { partsOfReply } from '../../src/correspondence/reading/newest-part.ts';

const whole = (text: string) =>
  foldQuotes(text)
    .map((part) => part.text)
    .join('');
const shown = (text: string) =>
  foldQuotes(text)
    .filter(({ folded }) => !folded)
    .map((part) => part.text)
    .join('');
const kinds = (text: string) =>
  foldQuotes(text).map(({ kind, folded }) => `${kind}${folded ? ' folded' : ''}`);
const words = (text: string) => text.split(/\s+/u).filter(Boolean);

/** Lines that mean something to the cut, in any order, with any line ends. */
const line = fc.oneof(
  fc.constantFrom(
    '',
    '  ',
    '> quoted',
    '>',
    '| quoted',
    'Omar wrote:',
    'On Mon, 2 Nov 2026, Omar wrote:',
    'From: desk@example.com',
    'Sent: Monday',
    'Subject: Fwd: case',
    '-----Original Message-----',
    '---------- Forwarded message ---------',
    '-- ',
    'see below',
    'This mail is confidential and meant for its intended recipient.',
    'Your address does not qualify for mitigation.',
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.join(end));

t.test('what is folded and what is shown are the text, to the last character', async (t) => {
  fc.assert(
    fc.property(text, (one) => whole(one) === one),
    { numRuns: 5000 },
  );
  fc.assert(
    fc.property(text, fc.string({ maxLength: 40 }), (one, quote) => {
      const marked = markWords(foldQuotes(one), quote);
      return marked.map(({ pieces }) => pieces.map((piece) => piece.text).join('')).join('') === one;
    }),
    { numRuns: 2000 },
  );
  const long = 'new\n> old\n'.repeat(30_000);
  t.ok(whole(long) === long, 'nor is what lies beyond the lines that are looked at lost');
});

t.test('it is cut where the verdict’s reading cuts: what is new is shown, and in that order', async (t) => {
  fc.assert(
    fc.property(text, (one) => {
      const read = words(partsOfReply(one).newest);
      const seen = words(shown(one));
      let at = 0;
      for (const word of read) {
        at = seen.indexOf(word, at) + 1;
        if (at === 0) return false;
      }
      return true;
    }),
    { numRuns: 5000 },
  );
  t.pass();
});

t.test('history, signature and footer are folded', async (t) => {
  const mail =
    'Not qualified.\n\nThis mail is confidential and meant for its intended recipient.\n\n-- \nThe desk\n\nOn 2 Nov 2026 Omar wrote:\n> please';
  t.strictSame(kinds(mail), ['new', 'footer folded', 'signature folded', 'history folded']);
});

t.test('a short quotation stays with the answer below it, a long one does not', async (t) => {
  t.strictSame(kinds('> Is it open?\nYes.\n> Since when?\nToday.'), ['quoted', 'new', 'quoted', 'new']);
  t.strictSame(kinds(`${'> word\n'.repeat(9)}Yes.`), ['quoted folded', 'new']);
  t.strictSame(kinds('Yes.\n> Is it open?'), ['new', 'quoted folded'], 'nothing answers it');
});

t.test('a mail that only passes something on is shown open', async (t) => {
  t.strictSame(kinds('---------- Forwarded message ---------\nWe removed it.'), ['passed-on']);
  t.strictSame(kinds('> all of it quoted'), ['quoted']);
  t.strictSame(kinds(''), []);
});

t.test('the words that decided are found across line ends and marks, and never folded away', async (t) => {
  const mail =
    'See below.\n\n-----Original Message-----\n> your request does\r\n> not qualify for mitigation.';
  t.same(findWords('a  b\n> c', 'b c'), { start: 3, end: 8 });
  t.equal(findWords('abc', 'x'), null);
  t.equal(findWords('abc', ' '), null);
  const marked = markWords(foldQuotes(mail), 'does not qualify');
  const piece = marked.flatMap(({ pieces }) => pieces).find((one) => one.marked);
  t.equal(piece?.text, 'does\r\n> not qualify');
  t.notOk(marked.some((part) => part.folded && part.text.includes('qualify')));
});

t.test('long hostile texts are folded in bounded steps', async (t) => {
  for (const one of ['x wrote 1 y:\n>\n', '> a\n', 'From: a\n', '\n', '>', 'wrote:\n\n']) {
    const text = one.repeat(Math.ceil(1_000_000 / one.length));
    t.ok(whole(text) === text, JSON.stringify(one));
  }
});

const mails = globSync(`${process.env['CORPUS_DIR'] ?? '../shared/corpus'}/emails/*`);
const skip = mails.length === 0 && 'no samples; set CORPUS_DIR';
t.test('every mail of the corpus keeps its words', { skip }, async (t) => {
  for (const file of mails) {
    const { text: body } = await readMail(readFileSync(file));
    t.ok(whole(body) === body, file);
  }
});
