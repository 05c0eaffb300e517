import t from 'tap';
import { readReply } from '../../src/bounces/reply-code.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { recognise } from '../../src/providers/match.ts';
import type { Provider } from '../../src/providers/schema.ts';
import { deadZone, zoneFaults } from '../../src/providers/zone-faults.ts';
import type { DeadZones, Zone } from '../../src/providers/zone-schema.ts';

const catalogue = readCatalogue();
const { providers, deadZones, lists } = catalogue;
const zones = providers.flatMap((provider) => provider.zones ?? []);

const [first] = providers;
const sample: Zone = {
  zone: 'bl.example.org',
  name: 'Example',
  lists: ['ipv4'],
  about: 'An example.',
  codes: [{ code: '127.0.0.2', kind: 'listing', meaning: 'Listed.', verified: true }],
  weight: 'low',
  use: { access: 'open', verified: true },
  source: 'test',
  verified: true,
};
const withZones = (...all: Partial<Zone>[]): Provider[] => [
  { ...(first as Provider), zones: all.map((zone) => ({ ...sample, ...zone })) },
];
const coded = (...codes: string[]): Partial<Zone> => ({
  codes: codes.map((code) => ({ code, kind: 'listing', meaning: 'Listed.', verified: true })),
});
const dead = (...names: string[]): DeadZones =>
  names.map((zone) => ({ zone, name: 'Ended', answers: 'nothing', source: 'test', verified: true }));

t.test('what one file alone cannot show is refused', (t) => {
  const refused: [string, Provider[], DeadZones, RegExp][] = [
    ['live and dead', withZones({}), dead('bl.example.org'), /bl\.example\.org is live and dead/],
    ['below a dead name', withZones({}), dead('*.example.org'), /live and dead/],
    ['twice in one file', withZones({}, {}), [], /bl\.example\.org stands twice/],
    ['twice among the dead', withZones({}), dead('old.example.net', 'old.example.net'), /stands twice/],
    ['outside 127.0.0.0/8', withZones(coded('128.0.0.2')), [], /128\.0\.0\.2 is not in/],
    ['half outside', withZones(coded('127-128.0.0.2')), [], /not in/],
    ['no octet', withZones(coded('127.0.0.256')), [], /not in/],
    ['a range from high to low', withZones(coded('127.0.0.9-3')), [], /not in/],
    ['the same code twice', withZones(coded('127.0.0.2', '127.0.0.2')), [], /overlap/],
    ['ranges that meet', withZones(coded('127.0.0.2-5', '127.0.0.5-9')), [], /overlap/],
    ['a code in a range', withZones(coded('127.0.2-15.3', '127.0.10.3')), [], /overlap/],
    ['part of nothing', withZones({ partOf: 'all.example.org' }), [], /all\.example\.org, which is no zone/],
    [
      'part of itself',
      withZones({ partOf: 'all.example.org' }, { zone: 'all.example.org', partOf: 'bl.example.org' }),
      [],
      /bl\.example\.org is part of itself/,
    ],
    [
      'the same bit twice',
      withZones({
        bits: [2, 2].map((bit) => ({
          bit,
          kind: 'listing',
          meaning: 'Yes.',
          verified: true,
        })) as Zone['bits'] & object,
      }),
      [],
      /bit 2 stands twice/,
    ],
  ];
  for (const [name, live, ended, fault] of refused) t.match(zoneFaults(live, ended), [fault], name);
  t.end();
});

t.test('what only looks alike is taken', (t) => {
  t.strictSame(zoneFaults(withZones({}, { zone: 'bl.example.net' }), dead('*.bl.example.org')), []);
  t.strictSame(zoneFaults(withZones(coded('127.0.0.2-4', '127.0.0.5', '127.0.1.2')), []), []);
  t.strictSame(zoneFaults(withZones({ partOf: 'all.example.org' }, { zone: 'all.example.org' }), []), []);
  t.equal(deadZone(dead('*.example.org'), 'example.org'), undefined, 'a star needs something in its place');
  t.end();
});

t.test('the data has no such fault, and enough lists', (t) => {
  t.strictSame(zoneFaults(providers, deadZones), []);
  t.ok(zones.length >= 60, `${zones.length} zones`);
  t.ok(providers.filter((provider) => provider.zones).length >= 30, 'of 30 operators');
  t.ok(deadZones.length >= 40, `${deadZones.length} dead zones`);
  t.end();
});

t.test('zones that once listed the world are never asked', (t) => {
  for (const zone of ['relays.ordb.org', 'dnsbl.ahbl.org', 'spam.dnsbl.sorbs.net', 'dsn.rfc-ignorant.org']) {
    t.ok(deadZone(deadZones, zone), zone);
  }
  t.equal(deadZone(deadZones, 'zen.spamhaus.org'), undefined);
  t.end();
});

t.test('a zone is of use: it can say yes, and names a place for the address', (t) => {
  for (const zone of zones) {
    const kinds = [...zone.codes, ...(zone.bits ?? [])].map(({ kind }) => kind);
    t.ok(
      kinds.some((kind) => kind !== 'error'),
      `${zone.zone} has an answer`,
    );
    if (zone.removal?.includes('{')) t.match(zone.removal, /^[^{}]*\{address\}[^{}]*$/, zone.removal);
    const texts = [zone.name, zone.about, zone.use.note ?? '', ...zone.codes.map(({ meaning }) => meaning)];
    t.strictSame(
      texts.filter((text) => /[!']|\s{2}| $/.test(text)),
      [],
      zone.zone,
    );
  }
  t.end();
});

t.test('a refusal that cites a zone leads to its operator, and nobody else is named', (t) => {
  for (const provider of providers.filter((each) => each.lists.length > 0)) {
    for (const { zone } of provider.zones ?? []) {
      const reply = readReply(`554 5.7.1 Client host [192.0.2.10] blocked using ${zone}`);
      const seen = recognise({ ...reply, host: null, recipientDomain: null }, catalogue);
      t.match(seen, { provider: null, listOwner: provider.key, reason: 'listed-on-third-party-list' }, zone);
    }
  }
  t.end();
});

t.test('an allow list is no list that refuses', (t) => {
  const reply = readReply('550 5.7.1 Greylisting is over for hosts on list.dnswl.org');
  const seen = recognise({ ...reply, host: null, recipientDomain: null }, catalogue);
  t.equal(seen.listOwner, null);
  t.end();
});

t.test('lists.json holds only what has no file of its own', (t) => {
  const cited = providers.flatMap((provider) => provider.lists.flatMap((list) => list.cited));
  const both = lists.filter((list) => cited.some((name) => list.cited.includes(name)));
  t.strictSame(
    both.map((list) => list.cited),
    [],
  );
  t.end();
});
