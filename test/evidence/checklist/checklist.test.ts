import t from 'tap';
import {
  CHECKLIST,
  type CheckRow,
  checklistOf,
  type Snapshot,
} from '../../../src/evidence/checklist/checklist.ts';
import type { Fact, Outcome } from '../../../src/evidence/kind.ts';
import { kindTitles } from '../../../src/evidence/kind-titles.ts';
import { KINDS } from '../../../src/evidence/kinds.ts';
import { kindOfPlace, PLACES } from '../../../src/evidence/places/places.ts';
import { readingFound, readValue } from '../../../src/evidence/places/reading.ts';
import { readSample } from '../../../src/evidence/sample/sample-message.ts';
import { readCatalogue } from '../../../src/providers/catalogue.ts';
import { tableOf, worldOf } from '../dns.fixture.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);

const fact = (key: string, outcome: Outcome, words: string = outcome): Fact => ({
  key,
  label: key,
  outcome,
  words,
});
const snapshot = (kind: string, facts: Fact[], hours = 1): Snapshot => ({ kind, facts, at: hoursAgo(hours) });

function row(key: string, ...snapshots: Snapshot[]): CheckRow {
  const found = checklistOf(snapshots, NOW).find((one) => one.key === key);
  if (!found) throw new Error(`no rule ${key}`);
  return found;
}
const result = (key: string, ...snapshots: Snapshot[]) => row(key, ...snapshots).result;

t.test('the data: keys are unique, and what no program decides says where to look', async (t) => {
  const keys = CHECKLIST.map(({ key }) => key);
  t.equal(new Set(keys).size, keys.length);
  for (const { key, decidedBy, elsewhere } of CHECKLIST)
    t.equal(
      decidedBy.every(({ kind }) => kind.startsWith('place-')),
      elsewhere !== undefined,
      key,
    );
  const asking = new Set(CHECKLIST.flatMap(({ askedBy }) => askedBy.map(({ who }) => who)));
  for (const who of ['standard', 'practice', 'gmail', 'yahoo', 'outlook-com']) t.ok(asking.has(who), who);
  const kinds = await kindTitles();
  t.strictSame(
    CHECKLIST.flatMap(({ decidedBy }) => decidedBy.map(({ kind }) => kind)).filter(
      (kind) => !kinds.has(kind),
    ),
    [],
    'what decides is a kind of evidence',
  );
  const known = [...readCatalogue().byKey.keys(), 'standard', 'practice'];
  t.strictSame(
    [...asking].filter((who) => !known.includes(who)),
    [],
    'who asks is in the catalogue',
  );
});

t.test('without evidence nothing passes and nothing fails', async (t) => {
  for (const { result, evidence, at, ageHours } of checklistOf([], NOW)) {
    t.equal(result, 'unknown');
    t.ok(evidence);
    t.equal(at, null);
    t.equal(ageHours, null);
  }
});

t.test('a row of evidence decides, with its words and its age', async (t) => {
  t.match(row('reverse-name', snapshot('names', [fact('ptr', 'good', 'mail.example.net')], 2)), {
    result: 'pass',
    evidence: 'ptr: mail.example.net',
    at: hoursAgo(2),
    ageHours: 2,
  });
  t.equal(result('reverse-name', snapshot('names', [fact('ptr', 'bad')])), 'fail');
  t.equal(result('reverse-name', snapshot('names', [fact('ptr', 'unknown')])), 'unknown');
  t.equal(result('helo-matches', snapshot('names', [fact('helo-ptr', 'note')])), 'fail');
  t.equal(
    result('dmarc-record', snapshot('dmarc', [fact('record', 'good'), fact('policy', 'note')])),
    'pass',
  );
});

t.test('evidence that is too old decides nothing', async (t) => {
  t.equal(result('reverse-name', snapshot('names', [fact('ptr', 'good')], 24)), 'pass');
  t.match(row('reverse-name', snapshot('names', [fact('ptr', 'good')], 25)), {
    result: 'unknown',
    evidence: 'seen on 2026-11-24, too long ago to count',
    ageHours: 25,
  });
  t.equal(
    result(
      'reverse-name',
      snapshot('names', [fact('ptr', 'bad')], 1),
      snapshot('names', [fact('ptr', 'good')], 2),
    ),
    'fail',
    'the newest counts',
  );
});

t.test('of several rows one or all have to pass, as the rule says', async (t) => {
  const forward = (...outcomes: Outcome[]) =>
    result(
      'forward-confirmed',
      snapshot(
        'names',
        outcomes.map((outcome, at) => fact(`forward:n${at}`, outcome)),
      ),
    );
  t.equal(forward('bad', 'good'), 'pass');
  t.equal(forward('bad', 'unknown'), 'unknown');
  t.equal(forward('bad', 'bad'), 'fail');
  const spf = (...outcomes: Outcome[]) =>
    row(
      'spf-passes',
      snapshot(
        'spf',
        outcomes.map((outcome, at) => fact(`verdict:d${at}`, outcome)),
      ),
    );
  t.equal(spf('good', 'good').result, 'pass');
  t.equal(spf('good', 'unknown').result, 'unknown');
  t.match(spf('good', 'bad', 'unknown'), { result: 'fail', evidence: 'verdict:d1: bad' });
  t.equal(result('spf-passes', snapshot('spf', [fact('helo', 'good')])), 'unknown', 'rows of other things');
});

t.test('where either of two is enough, one pass decides, and one failure does not', async (t) => {
  const either = (...snapshots: Snapshot[]) => result('spf-or-dkim', ...snapshots);
  const spf = (outcome: Outcome) => snapshot('spf', [fact('verdict:example.com', outcome)]);
  const dkim = (outcome: Outcome) => snapshot('sample-message', [fact('dkim', outcome)]);
  t.equal(either(spf('bad'), dkim('good')), 'pass');
  t.equal(either(spf('good')), 'pass');
  t.equal(either(spf('bad')), 'unknown');
  t.equal(either(spf('bad'), dkim('bad')), 'fail');
});

t.test('the age of several rows is that of the oldest that decided', async (t) => {
  t.equal(
    row(
      'message-fields',
      snapshot(
        'sample-message',
        ['from', 'date', 'message-id', 'single'].map((key) => fact(key, 'good')),
        5,
      ),
    ).ageHours,
    5,
  );
  t.equal(row('reverse-name', { kind: 'names', facts: [fact('ptr', 'good')], at: hoursAgo(-1) }).ageHours, 0);
});

t.test('the kinds of evidence give every row that a rule asks for', async (t) => {
  // Cut short: the row is there all the same.
  const KEY = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv';
  const world = worldOf(
    tableOf({
      '7.113.0.203.in-addr.arpa PTR': ['mail.example.com'],
      'mail.example.com A': ['203.0.113.7'],
      'example.com TXT': ['v=spf1 ip4:203.0.113.7 -all'],
      'example.com MX': ['10 mail.example.com'],
      'example.com SOA': ['ns.example.com hostmaster.example.com 1'],
      '_dmarc.example.com TXT': ['v=DMARC1; p=none; rua=mailto:d@example.com'],
      's1._domainkey.example.com TXT': [`v=DKIM1; p=${KEY}`],
    }),
    NOW,
  );
  const address = { address: '203.0.113.7', helo: 'mail.example.com', domains: ['example.com'] };
  const domain = { domain: 'example.com', selectors: ['s1'] };
  const ours = ['names', 'spf', 'dkim', 'dmarc', 'domain-mail'];
  const snapshots: Snapshot[] = [];
  for (const kind of KINDS.filter(({ key }) => ours.includes(key))) {
    const found = kind.of === 'address' ? await kind.look(address, world) : await kind.look(domain, world);
    snapshots.push({ kind: kind.key, facts: found.facts, at: NOW });
  }
  const sample = await readSample(
    Buffer.from(
      'Return-Path: <a@example.com>\nFrom: a@example.com\nDate: Wed, 25 Nov 2026 11:00:00 +0000\n\nx\n',
    ),
    address,
    world,
  );
  snapshots.push({ kind: 'sample-message', facts: sample.facts, at: NOW });

  for (const place of PLACES) {
    const read = readValue(place, place.value.choices?.[0]?.words ?? '0');
    if (read)
      snapshots.push({
        kind: kindOfPlace(place),
        facts: readingFound(place, read, 'example.com', '').facts,
        at: NOW,
      });
  }

  const rows = Object.fromEntries(checklistOf(snapshots, NOW).map((one) => [one.key, one]));
  t.equal(snapshots.length, ours.length + 1 + PLACES.length);
  for (const { key, decidedBy } of CHECKLIST)
    for (const { kind, fact } of decidedBy.filter(({ kind }) => kind !== 'public-lists'))
      t.ok(
        snapshots
          .find((one) => one.kind === kind)
          ?.facts.some((one) => one.key === fact || one.key.startsWith(`${fact}:`)),
        `${key}: ${kind} has ${fact}`,
      );
  for (const key of [
    'reverse-name',
    'forward-confirmed',
    'chosen-name',
    'helo-name',
    'helo-matches',
    'spf-passes',
    'spf-look-ups',
    'spf-closed',
    'spf-or-dkim',
    'dmarc-record',
    'dmarc-syntax',
    'dmarc-reports',
    'dmarc-aligned',
    'domain-takes-mail',
    'domain-zone',
  ])
    t.equal(rows[key]?.result, 'pass', `${key}: ${rows[key]?.evidence}`);
  for (const key of ['dkim-keys', 'dkim-passes', 'message-fields'])
    t.equal(rows[key]?.result, 'fail', `${key}: ${rows[key]?.evidence}`);
  for (const key of ['role-mailboxes', 'one-click', 'list-unsubscribe', 'tls', 'no-public-listing'])
    t.equal(rows[key]?.result, 'unknown', `${key}: ${rows[key]?.evidence}`);
  t.equal(rows['message-fields']?.evidence, 'Message-ID: missing');
});
