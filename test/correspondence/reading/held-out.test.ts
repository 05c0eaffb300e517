import { readFileSync } from 'node:fs';
import t from 'tap';
import { partsOfReply } from '../../../src/correspondence/reading/newest-part.ts';
import { booksFor, readPhraseBooks, type Signal } from '../../../src/correspondence/reading/phrase-book.ts';
import { readSentence } from '../../../src/correspondence/reading/read-sentence.ts';
import { readableText } from '../../../src/correspondence/reading/reply-text.ts';
import { sentencesOf } from '../../../src/correspondence/reading/sentences.ts';
import { tokensOf } from '../../../src/correspondence/reading/tokens.ts';
import { decide } from '../../../src/correspondence/reading/verdict-rules.ts';
import { confusion } from '../../confusion.fixture.ts';
import { judged, type LabelledReply, percent, share } from './judging.fixture.ts';

/**
 * Answers in the manner of desks, in eleven languages, in sets (h1, h2, …) that were each labelled and measured before
 * the phrases were widened by what they taught.
 */
const FILE = new URL('../../fixtures/replies.jsonl', import.meta.url);
const ROWS = readFileSync(FILE, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as LabelledReply);

t.test('answers in eleven languages are read as their desks mean them', async (t) => {
  const all = judged(ROWS);
  for (const { row, got, verdict } of all)
    if (!verdict) t.comment(`${row.id}: ${row.verdict}, read as ${got.verdict} by ${got.rule}`);
  for (const line of confusion(all.map(({ row, got }) => ({ is: row.verdict, read: got.verdict }))))
    t.comment(line);
  t.ok(share(all.map((one) => one.verdict)) >= 0.95, `verdict ${percent(all.map((one) => one.verdict))}`);
  for (const { row, ticket, provider, addresses, got } of all) {
    if (row.ticket !== undefined) t.ok(ticket, `${row.id}: ticket ${got.reference}`);
    if (row.provider !== undefined) t.ok(provider, `${row.id}: provider ${got.provider}`);
    t.ok(addresses, `${row.id}: addresses`);
  }
  t.same(
    all.filter((one) => one.harmful).map(({ row }) => row.id),
    [],
    'no refusal is read as relief',
  );
});

const REFUSING: Signal[] = ['denied', 'withdrawn', 'timer', 'not-yet'];

t.test('a refusal in words that no phrase knows is no relief', async (t) => {
  const all = readPhraseBooks();
  for (const { id, verdict, text, addresses, tellsOfRelief } of ROWS) {
    if (verdict !== 'denied' || addresses || tellsOfRelief) continue;
    const { newest } = partsOfReply(readableText(text));
    const books = booksFor(tokensOf(newest), all);
    const readings = sentencesOf(newest)
      .map((sentence) => readSentence(sentence, books))
      .filter(({ found }) => !found.some(({ signal }) => REFUSING.includes(signal)));
    const rest = decide(readings);
    t.notMatch(rest?.verdict ?? 'none', /mitigated/, `${id}: ${rest?.evidence.text}`);
  }
});
