import t, { type Test } from 'tap';
import type { RecordType } from '../../src/dns/answer.ts';
import { openDns } from '../../src/dns/open.ts';
import { type Reply, startDnsServer } from './server.fixture.ts';

const ZONE = 'bl.example.org';
const zone = { zone: ZONE, servers: [] };

/** Short, so that a silent server costs little; no time is asserted. */
const PATIENCE = 1200;

const serving = async (t: Test, rules: Parameters<typeof startDnsServer>[0]) => {
  const server = await startDnsServer(rules);
  t.teardown(() => server.close());
  return server;
};

t.test('records of every type are texts', async (t) => {
  const records: Record<RecordType, string[]> = {
    A: ['192.0.2.1', '192.0.2.2'],
    AAAA: ['2001:db8::1'],
    TXT: ['v=spf1 -all', 'x'.repeat(600)],
    PTR: ['mail.example.org'],
    MX: ['10 mx.example.org'],
    NS: ['ns1.example.org', 'ns2.example.org'],
    SOA: ['ns1.example.org hostmaster.example.org 7 3600 600 86400 300'],
    CNAME: ['other.example.org'],
  };
  const server = await serving(t, ({ type }) => ({ records: records[type as RecordType], ttl: 77 }));
  const { ask } = openDns({ servers: [server.address] });
  for (const type of Object.keys(records) as RecordType[])
    t.strictSame(
      await ask('example.org', type),
      { status: 'found', records: records[type], ttl: type === 'A' || type === 'AAAA' ? 77 : null },
      type,
    );
});

t.test('threat row 39: each way to get no address has a state of its own', async (t) => {
  const ways: Record<string, [Reply, { status: string; why?: RegExp }]> = {
    nxdomain: [{ code: 'NXDOMAIN' }, { status: 'no-name' }],
    nodata: [{}, { status: 'no-data' }],
    servfail: [{ code: 'SERVFAIL' }, { status: 'failed', why: /SERVFAIL/ }],
    refused: [{ code: 'REFUSED' }, { status: 'failed', why: /REFUSED/ }],
    notimp: [{ code: 'NOTIMP' }, { status: 'failed', why: /NOTIMP/ }],
    formerr: [{ code: 'FORMERR' }, { status: 'failed', why: /FORMERR/ }],
    silent: [null, { status: 'failed', why: /no answer/ }],
    garbage: [
      { garbage: Buffer.from('no DNS at all') },
      { status: 'failed', why: /no answer|cannot be read/ },
    ],
    slow: [{ records: ['127.0.0.2'], afterMs: 60 }, { status: 'found' }],
    truncated: [{ records: ['127.0.0.2'], truncated: true }, { status: 'found' }],
  };
  const server = await serving(t, ({ name }) => ways[name.split('.')[0] ?? '']?.[0] ?? null);
  const { ask } = openDns({ servers: [server.address], patience: PATIENCE, zones: [zone] });
  for (const [way, [, expected]] of Object.entries(ways)) {
    t.match(await ask(`${way}.example.net`, 'A'), expected, way);
    t.match(await ask(`${way}.${ZONE}`, 'A'), expected, `${way}, below a zone`);
  }
  const over = (way: string) =>
    server.asked.filter(({ name }) => name.startsWith(way)).map(({ over }) => over);
  t.ok(over('truncated').includes('tcp'), 'what was cut short is asked for over TCP');
  t.notOk(over('slow').includes('tcp'));
});

t.test(
  'a name that cannot be asked for, and a server that is not there, are failures and no answers',
  async (t) => {
    const server = await serving(t, () => ({ code: 'NXDOMAIN' }));
    const { ask } = openDns({ servers: [server.address], patience: PATIENCE });
    for (const name of ['a..example.org', `${'x'.repeat(64)}.example.org`, `${'a.'.repeat(140)}example.org`])
      t.match(await ask(name, 'A'), { status: 'failed', why: /no name/ }, name.slice(0, 20));
    t.strictSame(server.asked, []);
    const { address } = await serving(t, () => null);
    const gone = await startDnsServer(() => null);
    await gone.close();
    t.match(await openDns({ servers: [gone.address], patience: PATIENCE }).ask('a.example.org', 'A'), {
      status: 'failed',
    });
    t.match(
      await openDns({ servers: [gone.address, address], patience: PATIENCE }).ask('a.example.org', 'A'),
      { status: 'failed', why: /no answer/ },
      'one that is not there, one that is silent',
    );
  },
);

t.test('a SERVFAIL is asked again, once', async (t) => {
  let times = 0;
  const server = await serving(t, () => {
    times += 1;
    return times === 1 ? { code: 'SERVFAIL' } : { records: ['127.0.0.2'] };
  });
  const { ask } = openDns({ servers: [server.address] });
  t.match(await ask('a.example.org', 'A'), { status: 'found' });
  t.equal(times, 2);
});

t.test('a question that is lost is asked again', async (t) => {
  const seen = new Set<string>();
  const server = await serving(t, ({ name }) => {
    if (seen.has(name)) return { records: ['127.0.0.2'] };
    seen.add(name);
    return null;
  });
  t.match(await openDns({ servers: [server.address] }).ask('a.example.org', 'A'), { status: 'found' });
});

t.test('a question that is given up takes none with it that came after it', async (t) => {
  const server = await serving(t, ({ name }) =>
    name.startsWith('never') ? null : { records: ['127.0.0.2'], afterMs: 200 },
  );
  const { ask } = openDns({ servers: [server.address], patience: 2000, zones: [zone] });
  const never = ask(`never.${ZONE}`, 'A');
  await new Promise((done) => setTimeout(done, 1900));
  const others = await Promise.all(Array.from({ length: 10 }, (_, at) => ask(`n${at}.${ZONE}`, 'A')));
  t.match(await never, { status: 'failed' });
  t.strictSame(
    others.map(({ status }) => status),
    Array.from({ length: 10 }, () => 'found'),
  );
});

t.test('whoever has thousands to ask is told when there is room for more', async (t) => {
  const server = await serving(t, () => ({ code: 'NXDOMAIN', afterMs: 1 }));
  const { ask, room } = openDns({ servers: [server.address] });
  let [open, most] = [0, 0];
  const answers: Promise<void>[] = [];
  for (let at = 0; at < 2000; at += 1) {
    await room();
    most = Math.max(most, ++open);
    answers.push(
      ask(`${at}.example.org`, 'A').then(() => {
        open -= 1;
      }),
    );
  }
  await Promise.all(answers);
  t.ok(most < 400, `${most} at most`);
  t.equal(server.asked.length, 2000);
});

t.test('a slow list is waited for, also beside hundreds of quick answers', async (t) => {
  const server = await serving(t, ({ name }) =>
    name.startsWith('slow') ? { records: ['127.0.0.2'], afterMs: 1800 } : { code: 'NXDOMAIN' },
  );
  const { ask } = openDns({ servers: [server.address], zones: [zone] });
  await Promise.all(Array.from({ length: 500 }, (_, at) => ask(`${at}.${ZONE}`, 'A')));
  t.match(await ask(`slow.${ZONE}`, 'A'), { status: 'found' });
});

t.test('no answer is lost with 256 names in 40 zones', async (t) => {
  const zones = Array.from({ length: 40 }, (_, at) => `bl${at}.example.org`);
  const server = await serving(t, ({ name }) =>
    Number(name.split('.')[0]) % 7 === 0 ? { records: ['127.0.0.2'] } : { code: 'NXDOMAIN' },
  );
  const { ask } = openDns({
    servers: [server.address],
    zones: zones.map((name) => ({ zone: name, servers: [] })),
  });
  const seen = await Promise.all(
    Array.from({ length: 256 }, (_, at) => at).flatMap((at) =>
      zones.map(async (name) => [at, (await ask(`${at}.${name}`, 'A')).status] as const),
    ),
  );
  const wrong = seen.filter(([at, status]) => status !== (at % 7 === 0 ? 'found' : 'no-name'));
  t.strictSame(wrong, []);
  t.equal(seen.length, 256 * 40);
});

t.test('per zone and per server only so many questions are out, by the server’s own log', async (t) => {
  const server = await serving(t, () => ({ code: 'NXDOMAIN', afterMs: 20 }));
  const { ask } = openDns({ servers: [server.address], zones: [zone] });
  await Promise.all(Array.from({ length: 200 }, (_, at) => ask(`${at}.${ZONE}`, 'A')));
  t.equal(server.mostAtOnce(), 16, 'for one zone');
  const other = await serving(t, () => ({ code: 'NXDOMAIN', afterMs: 20 }));
  const zones = Array.from({ length: 20 }, (_, at) => ({ zone: `bl${at}.example.org`, servers: [] }));
  const { ask: askOther } = openDns({ servers: [other.address], zones });
  await Promise.all(
    zones.flatMap(({ zone }) => Array.from({ length: 20 }, (_, at) => askOther(`${at}.${zone}`, 'A'))),
  );
  t.equal(other.mostAtOnce(), 96, 'for all zones together');
  t.equal(other.asked.length, 400);
});

t.test('a limit of questions a day holds, and what it refuses is a failure', async (t) => {
  const server = await serving(t, () => ({ code: 'NXDOMAIN' }));
  let now = 0;
  const { ask } = openDns({
    servers: [server.address],
    zones: [{ ...zone, queriesPerDay: 24 }],
    now: () => now,
  });
  const all = async (from: number, count: number) => {
    const names = Array.from({ length: count }, (_, at) => `${from + at}.${ZONE}`);
    const answers = await Promise.all(names.map((name) => ask(name, 'A')));
    return answers.filter(({ status }) => status === 'no-name').length;
  };
  t.equal(await all(0, 30), 24);
  t.match(await ask(`99.${ZONE}`, 'A'), { status: 'failed', why: /limit of questions a day/ });
  now += 3_600_000;
  t.equal(await all(100, 5), 1, 'one more after an hour');
  now += 10 * 86_400_000;
  t.equal(await all(200, 30), 24, 'never more than a day’s worth');
  t.equal(server.asked.length, 49, 'by the server’s log');
});

t.test('a zone that stops answering half-way is left alone, and asked again later', async (t) => {
  const server = await serving(t, () => ({ code: 'NXDOMAIN' }));
  let now = 0;
  const other = { zone: 'other.example.org', servers: [] };
  const { ask } = openDns({
    servers: [server.address],
    patience: PATIENCE,
    zones: [zone, other],
    now: () => now,
  });
  const states = async (from: number, count: number) => {
    const names = Array.from({ length: count }, (_, at) => `${from + at}.${ZONE}`);
    return [...new Set((await Promise.all(names.map((name) => ask(name, 'A')))).map(({ status }) => status))];
  };
  t.strictSame(await states(0, 50), ['no-name']);
  server.setRules(({ name }) => (name.endsWith(ZONE) ? null : { code: 'NXDOMAIN' }));
  t.strictSame(await states(100, 300), ['failed'], 'none of the rest is taken for "not listed"');
  const names = new Set(server.asked.map(({ name }) => name));
  t.ok(names.size < 50 + 60, 'and most of them are not asked');
  t.match(await ask(`1000.${ZONE}`, 'A'), { status: 'failed', why: /left alone/ });
  t.match(await ask('1.other.example.org', 'A'), { status: 'no-name' }, 'no other zone suffers');
  server.setRules(() => ({ code: 'NXDOMAIN' }));
  now += 61_000;
  t.strictSame(await states(2000, 5), ['no-name']);
});

t.test('answers are kept for as long as they hold, failures never', async (t) => {
  let now = 0;
  const server = await serving(t, ({ name }) =>
    name.startsWith('listed') ? { records: ['127.0.0.2'], ttl: 60 } : { code: 'NXDOMAIN' },
  );
  const { ask } = openDns({ servers: [server.address], now: () => now });
  const times = async (name: string) => {
    await Promise.all([ask(name, 'A'), ask(name, 'A')]);
    return server.asked.filter((question) => question.name === name).length;
  };
  t.equal(await times('listed.example.org'), 1, 'a question that is out is not asked twice');
  now = 59_000;
  t.equal(await times('listed.example.org'), 1);
  now = 61_000;
  t.equal(await times('listed.example.org'), 2);
  t.equal(await times('not.example.org'), 1);
  t.equal(await times('not.example.org'), 2, 'nobody tells how long there will be no such name');
  server.setRules(() => ({ code: 'REFUSED' }));
  t.equal(await times('failed.example.org'), 1);
  t.equal(await times('failed.example.org'), 2);
});

t.test(
  'a key goes before the zone’s name and is in no answer; a zone may have servers of its own',
  async (t) => {
    const [common, own] = [
      await serving(t, () => ({ code: 'NXDOMAIN' })),
      await serving(t, ({ type, name }) => ({
        records: type === 'TXT' ? [`see https://example.org/?q=${name.toUpperCase()}`] : ['127.0.0.2'],
      })),
    ];
    const { ask } = openDns({
      servers: [common.address],
      zones: [{ ...zone, servers: [own.address], key: 'a1b2c3secret' }],
    });
    t.match(await ask(`2.0.0.127.${ZONE}`, 'A'), { records: ['127.0.0.2'] });
    t.match(await ask(`2.0.0.127.${ZONE}`, 'TXT'), {
      records: ['see https://example.org/?q=2.0.0.127.….BL.EXAMPLE.ORG'],
    });
    t.match(await ask('2.0.0.127.example.org', 'A'), { status: 'no-name' });
    t.strictSame(
      own.asked.map(({ name }) => name),
      [`2.0.0.127.a1b2c3secret.${ZONE}`, `2.0.0.127.a1b2c3secret.${ZONE}`],
    );
    t.strictSame(
      common.asked.map(({ name }) => name),
      ['2.0.0.127.example.org'],
    );
  },
);
