import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { type ListRow, listsOf, ruleAfterLook } from '../../src/providers/list-looks.ts';

const { byKey } = readCatalogue();
const SPAMHAUS = byKey.get('spamhaus');
const at = (hour: number) => new Date(Date.UTC(2026, 2, 18, hour));
const look = (zone: string, words: string, hour: number): ListRow => ({
  zone,
  listed: words.startsWith('listed'),
  words,
  seenAt: at(hour),
});
const zen = (words: string, hour = 12) => look('zen.spamhaus.org', words, hour);
const PBL = 'listed by policy, which accuses nobody; PBL: Spamhaus took the range for end users (127.0.0.11)';
const CSS = 'listed; CSS: spam or a compromise, seen by a machine (127.0.0.3)';
const DBL = look('dbl.spamhaus.org', 'listed; Phishing (127.0.1.4)', 12);
const after = (rule: string | null, ...looks: ListRow[]) => ruleAfterLook(SPAMHAUS, rule, at(10), looks);

t.test('the newest look decides by which of an operator’s lists a refusal goes', async (t) => {
  t.equal(after('zen', zen(PBL)), 'pbl', 'ZEN holds several: the look tells which');
  t.equal(after('zen', zen(PBL, 8)), 'pbl', 'also one before the refusal, which named none');
  t.equal(after('any', zen(CSS)), 'css');
  t.equal(after('css', zen(PBL)), 'pbl', 'another list since the refusal');
  t.equal(after('xbl', zen('not listed'), DBL), 'dbl', 'the address is clear, and the domain is not');
  t.equal(after('zen', zen(`${PBL}; ${CSS}`)), 'css', 'the graver of two');
});

t.test('a look that does not contradict the refusal leaves it', async (t) => {
  t.equal(after('css', zen(PBL, 8)), 'css', 'it is older than the refusal');
  t.equal(after('css', zen(CSS), DBL), 'css', 'the list is named by both');
  t.equal(after('css', DBL), 'css', 'nobody looked at a zone with CSS');
  t.equal(after('css', zen('not listed')), 'css', 'nothing else is found');
  t.equal(after('refused-query', zen(PBL)), 'refused-query', 'it names no list');
  t.equal(after(null, zen(PBL)), null);
  t.equal(ruleAfterLook(byKey.get('gmail'), 'unauthenticated', at(10), [zen(PBL)]), 'unauthenticated');
});

t.test('the lists that an address is on are what is named and what is found', async (t) => {
  t.strictSame(listsOf(SPAMHAUS, 'css', [DBL]), ['css', 'dbl']);
  t.strictSame(listsOf(SPAMHAUS, null, [zen('not listed')]), []);
  t.strictSame(listsOf(undefined, 'css', []), []);
});
