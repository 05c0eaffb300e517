import t from 'tap';
import type { Fact } from '../../../src/evidence/kind.ts';
import { publicLists } from '../../../src/evidence/lists/public-lists.ts';
import { type Answers, worldOf, zoneNamed } from './lists.fixture.ts';

const subject = (address = '192.0.2.10') => ({ address, helo: '', domains: [] });
const LISTED = '10.2.0.192';
const row = (facts: Fact[], key: string) => facts.find((fact) => fact.key === key);
const isTest = (name: string) => /\.0\.0\.127\./.test(name);

t.test(
  'threat row 39: each way to fail has a row of its own, and none is "listed" or "not listed"',
  async (t) => {
    const ways: Record<string, [Answers[string], RegExp]> = {
      servfail: [() => ({ code: 'SERVFAIL' }), /^not known: .*SERVFAIL/],
      refused: [() => ({ code: 'REFUSED' }), /^not known: .*REFUSED/],
      silent: [() => null, /^not known: no answer/],
      'silent-later': [(name) => (isTest(name) ? undefined : null), /^not known: no answer/],
      'nodata-later': [(name) => (isTest(name) ? undefined : {}), /^not known: an answer without an address/],
      'public-resolver': [
        () => ({ records: ['127.255.255.254'] }),
        /^not known: The list refuses to answer this resolver \(127\.255\.255\.254\)$/,
      ],
      'public-resolver-later': [
        (name) => (isTest(name) ? undefined : { records: ['127.255.255.254'] }),
        /^not known: The list refuses to answer this resolver \(127\.255\.255\.254\)$/,
      ],
      'limit-later': [
        (name) => (isTest(name) ? undefined : { records: ['127.0.0.2', '127.255.255.255'] }),
        /^not known: .*127\.255\.255\.255/,
      ],
      wildcard: [() => ({ records: ['192.0.2.1'] }), /^not known: .*parked domain.*192\.0\.2\.1/],
      'rewritten-later': [
        (name) => (isTest(name) ? undefined : { records: ['192.0.2.1'] }),
        /^not known: .*rewrites answers.*192\.0\.2\.1/,
      ],
      world: [() => ({ records: ['127.0.0.2'] }), /^not known: the zone lists everything/],
      'localhost-listed': [
        (name) => (name.startsWith('1.0.0.127.') ? { records: ['127.0.0.2'] } : undefined),
        /^not known: the zone lists everything/,
      ],
      empty: [() => ({ code: 'NXDOMAIN' }), /^not known: its test entry is missing/],
      'rebinding-filter': [() => ({}), /^not known: its test entry is missing/],
    };
    const zones = Object.keys(ways).map((name) => zoneNamed(`${name}.example.org`));
    const answers = Object.fromEntries(
      zones.map(({ zone }) => [zone, ways[zone.split('.')[0] ?? '']?.[0]]),
    ) as Answers;
    const world = await worldOf(t, zones, answers);
    const found = await publicLists.look(subject(), world);
    for (const [name, [, words]] of Object.entries(ways))
      t.match(row(found.facts, `${name}.example.org`), { outcome: 'unknown', words }, name);
    t.equal(found.facts.length, zones.length);
    t.equal(found.outcome, 'unknown');
    t.equal(found.summary, `none of ${zones.length} lists gave an answer`);
    t.match(found.claims, [{ claim: 'no-public-listing', result: 'unknown' }]);
  },
);

t.test('slow answers, and answers that are too long for UDP, count as any other', async (t) => {
  const zones = ['slow', 'long', 'clean'].map((name) => zoneNamed(`${name}.example.org`));
  const world = await worldOf(t, zones, {
    'slow.example.org': (name) => (isTest(name) ? undefined : { records: ['127.0.0.2'], afterMs: 150 }),
    'long.example.org': (name, type) =>
      isTest(name)
        ? undefined
        : { records: [type === 'TXT' ? 'x'.repeat(5000) : '127.0.0.2'], truncated: true },
  });
  const found = await publicLists.look(subject(), world);
  t.strictSame(
    found.facts.map(({ key, outcome }) => `${key} ${outcome}`),
    ['slow.example.org bad', 'long.example.org bad', 'clean.example.org good'],
  );
  t.ok((row(found.facts, 'long.example.org')?.words.length ?? 0) < 500, 'a long reason is cut');
  t.ok(world.server.asked.some(({ over, type }) => over === 'tcp' && type === 'TXT'));
});

t.test('a listing has meaning, code, reason, end and a page with the address in it', async (t) => {
  const world = await worldOf(t, [zoneNamed('bl.example.org', { expires: 24 })], {
    'bl.example.org': (name, type) =>
      name.startsWith(`${LISTED}.`)
        ? {
            records: [
              type === 'TXT' ? 'see https://bl.example.org/q\r\n\u0000and \u001b[31mmore' : '127.0.0.2',
            ],
          }
        : undefined,
  });
  const found = await publicLists.look(subject(), world);
  t.match(found.facts, [
    {
      key: 'bl.example.org',
      outcome: 'bad',
      words:
        'listed; Hit a trap (127.0.0.2); it says “see https://bl.example.org/q and [31mmore”; ends 24 h after the last event',
      link: 'https://bl.example.org/?ip=192.0.2.10',
    },
  ]);
  t.match(found, { outcome: 'bad', summary: 'on 1 of 1 list: bl' });
  t.match(found.claims, [{ result: 'contradicts', words: 'on bl' }]);
  t.match(found.raw, {
    [`${LISTED}.bl.example.org A`]: { status: 'found', records: ['127.0.0.2'] },
    [`${LISTED}.bl.example.org TXT`]: { status: 'found' },
  });
});

t.test(
  'listings of a range, by policy, of no weight and good words are told apart from own listings',
  async (t) => {
    const codes = (kind: 'policy' | 'informational' | 'allow') =>
      [{ code: '127.0.0.2', kind, meaning: 'Its meaning.', verified: false }] as const;
    const zones = [
      zoneNamed('own.example.org', { weight: 'low' }),
      zoneNamed('policy.example.org', { codes: [...codes('policy')] }),
      zoneNamed('range.example.org', { scope: 'range' }),
      zoneNamed('network.example.org', { scope: 'network' }),
      zoneNamed('tor.example.org', { weight: 'informational' }),
      zoneNamed('yellow.example.org', { codes: [...codes('informational')] }),
      zoneNamed('white.example.org', { codes: [...codes('allow')], weight: 'informational' }),
    ];
    const world = await worldOf(t, zones, {
      'example.org': (name) => (name.startsWith(`${LISTED}.`) ? { records: ['127.0.0.2'] } : undefined),
    });
    const found = await publicLists.look(subject(), world);
    t.strictSame(
      found.facts.map(({ label, outcome, words }) => `${label}: ${outcome}: ${words.split('; it says')[0]}`),
      [
        'policy: bad: listed by policy, which accuses nobody; Its meaning (127.0.0.2, unverified)',
        'own: bad: listed; Hit a trap (127.0.0.2)',
        'range: note: listed; the range around it is listed, not the address alone; Hit a trap (127.0.0.2)',
        'network: note: listed; its whole network is listed, whoever uses the address; Hit a trap (127.0.0.2)',
        'yellow: note: Its meaning (127.0.0.2, unverified)',
        'tor: note: listed; Hit a trap (127.0.0.2)',
        'white: good: Its meaning (127.0.0.2, unverified)',
      ],
    );
    t.equal(found.summary, 'on 2 of 2 lists: policy, own; its range on range, network');
    const clean = await publicLists.look(subject('192.0.2.11'), world);
    t.equal(
      row(clean.facts, 'white.example.org')?.outcome,
      'note',
      'silence of a list of good words says nothing',
    );
    t.match(clean, { outcome: 'good', summary: 'on none of 2 lists' });
    t.strictSame(clean.claims, [
      {
        claim: 'no-public-listing',
        result: 'supports',
        words: 'on none of 2 public lists',
        phrase: { key: 'no-listing', values: { lists: 2 } },
      },
    ]);
  },
);

t.test('a listing of the range alone does not contradict that the address is on no list', async (t) => {
  const zones = [zoneNamed('bl.example.org'), zoneNamed('range.example.org', { scope: 'range' })];
  const world = await worldOf(t, zones, {
    'range.example.org': (name) => (isTest(name) ? undefined : { records: ['127.0.0.2'] }),
  });
  const found = await publicLists.look(subject(), world);
  t.match(found, { outcome: 'good', summary: 'on none of 1 list; its range on range' });
  t.match(found.claims, [{ result: 'supports', words: 'on none of 1 public lists' }]);
});

t.test('the claim holds only when every list of weight answered and none lists', async (t) => {
  const silent = () => ({ code: 'SERVFAIL' }) as const;
  const cases: [weight: 'high' | 'medium' | 'low', result: string, outcome: string, words: RegExp][] = [
    ['high', 'unknown', 'unknown', /^not known: no usable answer from silent$/],
    ['medium', 'unknown', 'unknown', /^not known: no usable answer from silent$/],
    ['low', 'supports', 'good', /^on none of 1 public lists that answered$/],
  ];
  for (const [weight, result, outcome, words] of cases) {
    const zones = [zoneNamed('bl.example.org'), zoneNamed('silent.example.org', { weight })];
    const found = await publicLists.look(
      subject(),
      await worldOf(t, zones, { 'silent.example.org': silent }),
    );
    t.match(found, { outcome, claims: [{ claim: 'no-public-listing', result, words }] }, weight);
    t.equal(found.summary, 'on none of 1 list; 1 unknown');
  }
});

t.test('a zone with a key is asked with it, otherwise not at all; the key is seen by nobody', async (t) => {
  const zones = [
    zoneNamed('all.keyed.example.org', { use: { access: 'key', verified: true } }),
    zoneNamed('all.example.org', { partOf: 'all.keyed.example.org' }),
    zoneNamed('part.example.org', { partOf: 'all.example.org' }),
  ];
  const listing: Answers = {
    'example.org': (name, type) =>
      name.startsWith(LISTED) ? { records: [type === 'TXT' ? `asked: ${name}` : '127.0.0.2'] } : undefined,
  };
  const keyless = await worldOf(t, zones, listing);
  const without = await publicLists.look(subject(), keyless);
  t.match(without.facts, [
    { key: 'all.example.org', outcome: 'bad' },
    { key: 'all.keyed.example.org', outcome: 'note', words: /^not asked: it wants a key/ },
  ]);
  t.equal(without.facts.length, 2, 'a part is not asked beside the whole');
  t.notOk(keyless.server.asked.some(({ name }) => name.includes('keyed') || name.includes('part')));

  const keyed = await worldOf(t, zones, listing, { keys: { 'keyed.example.org': 'a1b2c3secret' } });
  const found = await publicLists.look(subject(), keyed);
  t.match(found.facts, [{ key: 'all.keyed.example.org', outcome: 'bad' }]);
  t.equal(found.facts.length, 1);
  const names = new Set(keyed.server.asked.map(({ name }) => name));
  t.ok(names.has(`${LISTED}.a1b2c3secret.all.keyed.example.org`));
  t.notMatch(JSON.stringify(found), /a1b2c3secret/i);
});

t.test('zones that have ended are never asked', async (t) => {
  const dead = [
    { zone: '*.example.org', name: 'Ended', answers: 'everything', source: 'test', verified: true },
  ] as const;
  const world = await worldOf(
    t,
    [zoneNamed('bl.example.org'), zoneNamed('bl.example.net')],
    {},
    { dead: [...dead] },
  );
  const found = await publicLists.look(subject(), world);
  t.strictSame(
    found.facts.map(({ key }) => key),
    ['bl.example.net'],
  );
  t.notOk(world.server.asked.some(({ name }) => name.endsWith('example.org')));
});

t.test(
  'IPv6 is asked by its 32 digits, of lists that have such entries, with their own test points',
  async (t) => {
    const zones = [zoneNamed('bl.example.org', { lists: ['ipv4', 'ipv6'] }), zoneNamed('four.example.org')];
    const digits = `7.0.0.0.${'0.'.repeat(20)}8.b.d.0.1.0.0.2`;
    const world = await worldOf(t, zones, {
      'bl.example.org': (name) => (name.startsWith(`${digits}.`) ? { records: ['127.0.0.2'] } : undefined),
    });
    const found = await publicLists.look(subject('2001:db8::7'), world);
    t.match(found.facts, [
      { key: 'bl.example.org', outcome: 'bad', link: 'https://bl.example.org/?ip=2001%3Adb8%3A%3A7' },
    ]);
    t.equal(found.facts.length, 1);
    t.strictSame(
      [...new Set(world.server.asked.map(({ name }) => name.split('.').length))],
      [35],
      'nothing but names of 32 digits',
    );
    t.match(await publicLists.look(subject('2001:db8::8'), world), { outcome: 'good' });
  },
);

t.test(
  'test points are asked once in a while, and again after an hour, or sooner where they failed',
  async (t) => {
    const zones = [zoneNamed('bl.example.org'), zoneNamed('bad.example.org')];
    const world = await worldOf(t, zones, { 'bad.example.org': () => ({ code: 'REFUSED' }) });
    const tests = (zone: string) =>
      world.server.asked.filter(({ name }) => isTest(name) && name.endsWith(zone)).length;
    const at = (minutes: number) => ({ ...world, now: new Date(world.now.getTime() + minutes * 60_000) });
    await Promise.all(
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => publicLists.look(subject(ip), world)),
    );
    t.equal(tests('bl.example.org'), 2);
    t.equal(tests('bad.example.org'), 2);
    await publicLists.look(subject(), at(10));
    t.equal(tests('bl.example.org'), 2);
    t.equal(tests('bad.example.org'), 4);
    await publicLists.look(subject(), at(61));
    t.ok(tests('bl.example.org') > 2);
  },
);

t.test('a zone that stops answering half-way leaves "unknown", never "not listed"', async (t) => {
  const zones = [zoneNamed('bl.example.org'), zoneNamed('other.example.org')];
  let silent = false;
  const world = await worldOf(t, zones, { 'bl.example.org': () => (silent ? null : undefined) });
  const look = (ip: string) => publicLists.look(subject(ip), world);
  t.match(await look('192.0.2.1'), { outcome: 'good' });
  silent = true;
  const found = await Promise.all(Array.from({ length: 60 }, (_, last) => look(`198.51.100.${last}`)));
  t.strictSame([...new Set(found.map(({ facts }) => row(facts, 'bl.example.org')?.outcome))], ['unknown']);
  t.strictSame([...new Set(found.map(({ facts }) => row(facts, 'other.example.org')?.outcome))], ['good']);
  t.ok(world.server.asked.length < 60 + 60 + 60, 'and it is not asked 60 times and again');
});
