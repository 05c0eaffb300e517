import t from 'tap';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { readZoneAnswer } from '../../src/providers/zone-answer.ts';
import type { Zone } from '../../src/providers/zone-schema.ts';

const zones = new Map(
  readCatalogue().providers.flatMap((provider) => (provider.zones ?? []).map((zone) => [zone.zone, zone])),
);
const getZone = (name: string): Zone => {
  const zone = zones.get(name);
  if (!zone) throw new Error(`no zone ${name}`);
  return zone;
};

type Row = [zone: string, answers: string[] | null, outcome: string, kinds: string];

/** What each zone’s answers amount to, as `kind kind`. */
const ROWS: Row[] = [
  // Silence
  ['zen.spamhaus.org', [], 'not-listed', ''],
  ['zen.spamhaus.org', null, 'unknown', ''],
  // Spamhaus
  ['zen.spamhaus.org', ['127.0.0.2'], 'listed', 'listing'],
  ['zen.spamhaus.org', ['127.0.0.2', '127.0.0.9'], 'listed', 'listing listing'],
  ['zen.spamhaus.org', ['127.0.0.6'], 'listed', 'listing'],
  ['zen.spamhaus.org', ['127.0.0.11'], 'listed', 'policy'],
  ['zen.spamhaus.org', ['127.0.0.4', '127.0.0.10'], 'listed', 'listing policy'],
  ['zen.spamhaus.org', ['127.255.255.252'], 'refused', 'error'],
  ['zen.spamhaus.org', ['127.255.255.254'], 'refused', 'error'],
  ['zen.spamhaus.org', ['127.255.255.255'], 'refused', 'error'],
  ['zen.spamhaus.org', ['127.0.0.2', '127.255.255.254'], 'refused', 'listing error'],
  ['dbl.spamhaus.org', ['127.0.1.4'], 'listed', 'listing'],
  ['dbl.spamhaus.org', ['127.0.1.106'], 'listed', 'listing'],
  ['dbl.spamhaus.org', ['127.0.1.255'], 'refused', 'error'],
  ['zrd.dq.spamhaus.net', ['127.0.2.24'], 'listed', 'policy'],
  // Sums of bits
  ['multi.surbl.org', ['127.0.0.8'], 'listed', 'listing'],
  ['multi.surbl.org', ['127.0.0.80'], 'listed', 'listing listing'],
  ['multi.surbl.org', ['127.0.0.252'], 'listed', 'policy listing listing listing listing listing'],
  ['multi.surbl.org', ['127.0.0.1'], 'refused', 'error'],
  ['multi.surbl.org', ['127.0.0.254'], 'refused', 'error'],
  ['multi.uribl.com', ['127.0.0.2'], 'listed', 'listing'],
  ['multi.uribl.com', ['127.0.0.10'], 'listed', 'listing listing'],
  ['multi.uribl.com', ['127.0.0.1'], 'refused', 'error'],
  ['multi.uribl.com', ['127.0.0.3'], 'refused', 'error listing'],
  ['bl.score.senderscore.com', ['127.0.0.1'], 'listed', 'listing'],
  ['bl.score.senderscore.com', ['127.0.0.22'], 'listed', 'listing listing listing'],
  ['bl.score.senderscore.com', ['127.255.255.255'], 'refused', 'error'],
  ['score.senderscore.com', ['127.0.4.0'], 'not-listed', 'informational'],
  ['score.senderscore.com', ['127.0.4.100'], 'not-listed', 'informational'],
  ['score.senderscore.com', ['127.255.255.255'], 'refused', 'error'],
  ['dnsbl.tornevall.org', ['127.0.0.1'], 'not-listed', 'informational'],
  ['dnsbl.tornevall.org', ['127.0.0.65'], 'listed', 'informational listing'],
  // Good and bad in one zone
  ['hostkarma.junkemailfilter.com', ['127.0.0.1'], 'not-listed', 'allow'],
  ['hostkarma.junkemailfilter.com', ['127.0.0.2', '127.0.1.3'], 'listed', 'listing informational'],
  ['hostkarma.junkemailfilter.com', ['127.0.0.3'], 'not-listed', 'informational'],
  ['hostkarma.junkemailfilter.com', ['127.0.0.4'], 'not-listed', 'informational'],
  ['hostkarma.junkemailfilter.com', ['127.0.0.5'], 'not-listed', 'allow'],
  ['rep.mailspike.net', ['127.0.0.10'], 'listed', 'listing'],
  ['rep.mailspike.net', ['127.0.0.12'], 'listed', 'listing'],
  ['rep.mailspike.net', ['127.0.0.13'], 'not-listed', 'informational'],
  ['rep.mailspike.net', ['127.0.0.16'], 'not-listed', 'informational'],
  ['rep.mailspike.net', ['127.0.0.20'], 'not-listed', 'allow'],
  ['rep.mailspike.net', ['127.0.0.99'], 'unknown', 'unknown'],
  ['list.dnswl.org', ['127.0.2.0'], 'not-listed', 'allow'],
  ['list.dnswl.org', ['127.0.15.3'], 'not-listed', 'allow'],
  ['list.dnswl.org', ['127.0.0.255'], 'refused', 'error'],
  ['list.dnswl.org', ['127.0.10.3'], 'refused', 'error'],
  ['list.dnswl.org', ['127.0.10.0'], 'not-listed', 'informational'],
  // 127.0.0.1 is a listing at one, and nowhere else
  ['rbl.efnetrbl.org', ['127.0.0.1'], 'listed', 'listing'],
  ['bl.spamcop.net', ['127.0.0.1'], 'refused', 'error'],
  // What the data does not know
  ['bl.spamcop.net', ['127.0.0.77'], 'listed', 'listing'],
  ['bl.spamcop.net', ['127.255.255.250'], 'refused', 'error'],
  // Parked domains and resolvers that rewrite
  ['bl.spamcop.net', ['203.0.113.9'], 'unknown', 'unknown'],
  ['bl.spamcop.net', ['127.0.0.2', '203.0.113.9'], 'unknown', 'unknown'],
  ['bl.spamcop.net', ['127.0.0.256'], 'unknown', 'unknown'],
  ['bl.spamcop.net', ['127.0.0'], 'unknown', 'unknown'],
  ['bl.spamcop.net', ['::1'], 'unknown', 'unknown'],
  ['bl.spamcop.net', [''], 'unknown', 'unknown'],
];

t.test('an answer is a listing, a refusal, a good word or nonsense', (t) => {
  for (const [zone, answers, outcome, kinds] of ROWS) {
    const found = readZoneAnswer(getZone(zone), answers);
    const seen = `${found.outcome} ${found.meanings.map(({ kind }) => kind).join(' ')}`;
    t.equal(seen, `${outcome} ${kinds}`, `${zone} ${answers?.join(' ') ?? 'no answer'}`);
  }
  t.end();
});

t.test('a bit that no one knows makes the whole sum unknown words, not a guess', (t) => {
  const zone: Zone = { ...getZone('multi.uribl.com'), codes: [] };
  const { outcome, meanings } = readZoneAnswer(zone, ['127.0.0.18']);
  t.equal(outcome, 'listed');
  t.match(meanings, [{ kind: 'listing', meaning: /does not know/, verified: false }]);
  t.equal(readZoneAnswer(zone, ['127.0.1.2']).meanings.length, 1, 'bits stand in 127.0.0.x alone');
  t.end();
});

t.test('every code of every zone is read as the data says', (t) => {
  for (const zone of zones.values()) {
    for (const { code, kind } of zone.codes) {
      const ends = [code.replace(/-\d+/g, ''), code.replace(/\d+-/g, '')];
      for (const answer of ends) {
        const { meanings } = readZoneAnswer(zone, [answer]);
        t.equal(meanings[0]?.kind, kind, `${zone.zone} ${answer}`);
      }
    }
    for (const { bit, kind } of zone.bits ?? []) {
      t.equal(readZoneAnswer(zone, [`127.0.0.${bit}`]).meanings[0]?.kind, kind, `${zone.zone} bit ${bit}`);
    }
  }
  t.end();
});

t.test('no error answer of any list counts as a listing in any zone', (t) => {
  for (const zone of zones.values()) {
    for (const last of [1, 250, 252, 254, 255]) {
      const answer = `127.255.255.${last}`;
      t.equal(readZoneAnswer(zone, [answer]).outcome, 'refused', `${zone.zone} ${answer}`);
    }
  }
  t.end();
});
