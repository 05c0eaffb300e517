import t, { type Test } from 'tap';
import { openDns } from '../../../src/dns/open.ts';
import type { World } from '../../../src/evidence/kind.ts';
import { domainLists } from '../../../src/evidence/lists/domain-lists.ts';
import { publicLists } from '../../../src/evidence/lists/public-lists.ts';
import { senderScore } from '../../../src/evidence/lists/sender-score.ts';
import { keyedZones, zoneSettings } from '../../../src/evidence/lists/settings.ts';
import { reversed } from '../../../src/evidence/names/reverse-name.ts';
import type { Zone } from '../../../src/providers/zone-schema.ts';
import { type DataSet, noRbldnsd, startRbldnsd } from '../../dns/rbldnsd.fixture.ts';
import { catalogue } from './lists.fixture.ts';

/** Every list of the catalogue, served by a real rbldnsd as its file says. */

const zones = catalogue.providers.flatMap((provider) => provider.zones ?? []);
const LISTED = { ipv4: '198.51.100.7', ipv6: '2001:db8::7', domains: 'spam.example' } as const;
const TYPES = { ipv4: 'ip4set', ipv6: 'ip6trie', domains: 'dnset' } as const;
const TESTS = { ipv4: '127.0.0.2', ipv6: '::ffff:7f00:2', domains: 'test' } as const;
type Kind = keyof typeof LISTED;

/** The worst that a zone can say: a listing of its own, else a policy, else whatever is no error. */
function answerOf({ codes, bits = [] }: Zone): string {
  const all = [...codes, ...bits.map(({ bit, kind }) => ({ code: `127.0.0.${bit}`, kind }))];
  const [code] = (['listing', 'policy', 'informational', 'allow'] as const).flatMap((kind) =>
    all.filter((each) => each.kind === kind).map((each) => each.code),
  );
  return (code ?? '').replace(/-\d+/g, '');
}

const isOf = (text: string, kind: Kind) =>
  kind === 'domains' ? /[a-z]$/.test(text) && !text.includes(':') : text.includes(':') === (kind === 'ipv6');

function dataSets(zone: Zone, before: string): DataSet[] {
  return zone.lists.map((kind) => {
    const test = zone.test && isOf(zone.test.listed, kind) ? zone.test.listed : TESTS[kind];
    const lines = [...new Set([test, LISTED[kind]])];
    const value = `:${answerOf(zone)}:see https://lists.example/?q=$`;
    return { zone: `${before}${zone.zone}`, type: TYPES[kind], lines: [value, ...lines] };
  });
}

async function served(t: Test, keys: Record<string, string> = {}): Promise<World> {
  const settings = zoneSettings(catalogue, { dnsblServers: {}, dnsblKeys: keys });
  const sets = zones.flatMap((zone) => {
    const key = settings.find((each) => each.zone === zone.zone)?.key;
    return zone.use.access === 'key' && key === undefined ? [] : dataSets(zone, key ? `${key}.` : '');
  });
  const server = await startRbldnsd(sets);
  t.teardown(() => server.close());
  return {
    ...openDns({ servers: [server.address], zones: settings }),
    catalogue,
    now: new Date(),
    keyed: keyedZones(settings),
  };
}

const outcomes = (found: Awaited<ReturnType<typeof publicLists.look>>) =>
  Object.fromEntries(found.facts.map(({ key, outcome }) => [key, outcome]));
const subject = (address: string) => ({ address, helo: '', domains: [] });

t.test('every list of the catalogue gives its answer', { skip: noRbldnsd }, async (t) => {
  const world = await served(t);
  const found = await publicLists.look(subject(LISTED.ipv4), world);
  const seen = outcomes(found);
  const wrong = found.facts.filter(({ outcome, words }) => outcome === 'unknown' || words === 'not listed');
  t.strictSame(wrong, [], 'all are asked, and none misses the listing');
  t.ok(found.facts.length > 40, `${found.facts.length} rows`);
  t.match(seen, {
    'zen.spamhaus.org': 'bad',
    'bl.spamcop.net': 'bad',
    'b.barracudacentral.org': 'bad',
    'bl.score.senderscore.com': 'bad',
    'dnsbl-1.uceprotect.net': 'bad',
    'dnsbl-2.uceprotect.net': 'note',
    'dnsbl-3.uceprotect.net': 'note',
    'torexit.dan.me.uk': 'note',
    'list.dnswl.org': 'note',
    'combined.mail.abusix.zone': 'note',
  });
  t.notOk('sbl.spamhaus.org' in seen, 'ZEN says it');
  t.notOk('score.senderscore.com' in seen, 'a score is no list');
  t.match(found.summary, /^on \d+ of \d+ lists: .*Spamhaus ZEN.* more; its range on UCEPROTECT Level 2,/);
  t.match(found.claims, [{ claim: 'no-public-listing', result: 'contradicts' }]);
});

t.test('an address that nobody lists is on none of them', { skip: noRbldnsd }, async (t) => {
  const world = await served(t);
  for (const address of ['198.51.100.8', '2001:db8::8']) {
    const found = await publicLists.look(subject(address), world);
    t.strictSame(
      found.facts.filter(({ outcome }) => outcome === 'bad' || outcome === 'unknown'),
      [],
    );
    const [, number = ''] = /^on none of (\d+) lists$/.exec(found.summary) ?? [];
    t.ok(Number(number) > (address.includes(':') ? 5 : 30), found.summary);
    t.strictSame(found.claims, [
      {
        claim: 'no-public-listing',
        result: 'supports',
        words: `on none of ${number} public lists`,
        phrase: { key: 'no-listing', values: { lists: Number(number) } },
      },
    ]);
    t.equal(found.outcome, 'good');
  }
});

t.test('IPv6 and domains are found, too', { skip: noRbldnsd }, async (t) => {
  const world = await served(t);
  const six = await publicLists.look(subject(LISTED.ipv6), world);
  t.match(outcomes(six), { 'zen.spamhaus.org': 'bad', 'bl.ipv6.spameatingmonkey.net': 'bad' });
  t.ok(six.raw[`${reversed(LISTED.ipv6)}.zen.spamhaus.org A`]);
  const domain = await domainLists.look({ domain: 'Spam.Example.', selectors: [] }, world);
  t.match(outcomes(domain), {
    'dbl.spamhaus.org': 'bad',
    'multi.surbl.org': 'bad',
    'multi.uribl.com': 'bad',
    'fresh15.spameatingmonkey.net': 'note',
    'zrd.dq.spamhaus.net': 'note',
  });
  t.equal(domain.outcome, 'bad');
  t.match(await domainLists.look({ domain: 'fine.example', selectors: [] }, world), {
    outcome: 'good',
    summary: /^on none of \d+ lists$/,
  });
  t.match(await domainLists.look({ domain: 'no domain', selectors: [] }, world), {
    outcome: 'unknown',
    facts: [],
  });
});

t.test(
  'with a key, the lists that want one are asked, and those that they hold are not',
  { skip: noRbldnsd },
  async (t) => {
    const world = await served(t, { 'dq.spamhaus.net': 'k3y', 'mail.abusix.zone': 'another' });
    const seen = outcomes(await publicLists.look(subject(LISTED.ipv4), world));
    t.match(seen, {
      'zen.dq.spamhaus.net': 'bad',
      'authbl.dq.spamhaus.net': 'bad',
      'combined.mail.abusix.zone': 'bad',
    });
    t.notOk('zen.spamhaus.org' in seen || 'black.mail.abusix.zone' in seen);
  },
);

t.test('a Sender Score is the last part of its answer', { skip: noRbldnsd }, async (t) => {
  const server = await startRbldnsd([
    {
      zone: 'score.senderscore.com',
      type: 'ip4set',
      lines: [
        '192.0.2.1 :127.0.4.97:',
        '192.0.2.2 :127.0.4.75:',
        '192.0.2.3 :127.0.4.12:',
        '192.0.2.4 :127.255.255.255:',
        '192.0.2.5 :127.0.4.101:',
        '192.0.2.6 :127.0.0.2:',
      ],
    },
  ]);
  t.teardown(() => server.close());
  const world = { ...openDns({ servers: [server.address], patience: 2000 }), catalogue, now: new Date() };
  const looks: [address: string, outcome: string, result: string | null, words: RegExp][] = [
    ['192.0.2.1', 'good', 'supports', /^97 of 100$/],
    ['192.0.2.2', 'note', 'unknown', /^75 of 100$/],
    ['192.0.2.3', 'bad', 'contradicts', /^12 of 100$/],
    ['192.0.2.4', 'unknown', 'unknown', /not registered.*127\.255\.255\.255/],
    ['192.0.2.5', 'unknown', 'unknown', /127\.0\.4\.101/],
    ['192.0.2.6', 'unknown', 'unknown', /127\.0\.0\.2/],
    ['192.0.2.7', 'unknown', 'unknown', /too little mail/],
    ['2001:db8::1', 'note', null, /IPv4 addresses only/],
  ];
  for (const [address, outcome, result, words] of looks) {
    const found = await senderScore.look(subject(address), world);
    t.match(found, { outcome, summary: words }, address);
    t.match(found.claims, result === null ? [] : [{ claim: 'sender-score', result, words }], address);
  }
  await server.close();
  const { ask } = openDns({ servers: [server.address], patience: 300 });
  t.match(await senderScore.look(subject('192.0.2.1'), { ...world, ask }), { outcome: 'unknown' });
});
