import t from 'tap';
import { listRowsOf } from '../../src/evidence/list-rows.ts';

const last_seen_at = new Date('2026-03-18T12:00:00Z');
const fact = (key: string, outcome: 'good' | 'bad' | 'note' | 'unknown', words: string) => ({
  key,
  label: key,
  outcome,
  words,
});

t.test('a list that was not asked is not clear', async (t) => {
  const facts = [
    fact('zen.example.net', 'bad', 'listed; SBL (127.0.0.2)'),
    fact('bl.example.net', 'good', 'not listed'),
    fact('key.example.net', 'note', 'not asked: it wants a key, which would stand in DNSBL_KEYS'),
    fact('slow.example.net', 'unknown', 'not known: no answer'),
  ];
  t.match(
    listRowsOf([
      { kind: 'public-lists', facts, last_seen_at },
      { kind: 'reverse-dns', facts, last_seen_at },
    ]),
    [
      { zone: 'zen.example.net', listed: true },
      { zone: 'bl.example.net', listed: false, seenAt: last_seen_at },
    ],
  );
  t.equal(listRowsOf([{ kind: 'public-lists', facts, last_seen_at }]).length, 2);
});
