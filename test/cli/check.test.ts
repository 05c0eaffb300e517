import t, { type Test } from 'tap';
import { checkCommand } from '../../src/cli/check.ts';
import { type Rules, startDnsServer } from '../dns/server.fixture.ts';
import { testPoint } from '../evidence/lists/lists.fixture.ts';

const proper = (name: string) => testPoint(name) ?? ({ code: 'NXDOMAIN' } as const);

/** Every address has a name that leads back to it, so that only what a test says is bad. */
function named(rules: Rules): Rules {
  const words = [
    'ash',
    'birch',
    'cedar',
    'elm',
    'fir',
    'hazel',
    'larch',
    'maple',
    'oak',
    'pine',
    'rowan',
    'yew',
  ];
  const addresses = new Map<string, string>();
  const nameOf = (address: string) => {
    const at = [...addresses.values()].indexOf(address);
    if (at >= 0) return [...addresses.keys()][at] ?? '';
    const n = addresses.size;
    const parts = [n % 12, Math.floor(n / 12) % 12, Math.floor(n / 144) % 12].map((part) => words[part]);
    addresses.set(`${parts.join('-')}.example.org`, address);
    return `${parts.join('-')}.example.org`;
  };
  return (question) => {
    const { name, type } = question;
    const v4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
    if (v4) return { records: [nameOf([v4[4], v4[3], v4[2], v4[1]].join('.'))] };
    const v6 = /^([0-9a-f.]{63})\.ip6\.arpa$/.exec(name)?.[1];
    if (v6) {
      const digits = v6.split('.').reverse().join('');
      return { records: [nameOf(digits.replace(/.{4}(?!$)/g, '$&:'))] };
    }
    const address = addresses.get(name);
    if (address === undefined) return rules(question);
    return { records: (type === 'AAAA') === address.includes(':') ? [address] : [] };
  };
}
const LISTED = '7.2.0.192.bl.spamcop.net';
const oneListed: Rules = ({ name, type }) =>
  name === LISTED ? { records: [type === 'A' ? '127.0.0.2' : 'see https://example.org/'] } : proper(name);

async function run(
  t: Test,
  rules: Rules,
  args: string[],
  more: { terminal?: boolean; nameless?: boolean; env?: Record<string, string> } = {},
) {
  const server = await startDnsServer(more.nameless ? rules : named(rules));
  t.teardown(() => server.close());
  const [out, errors]: [string[], string[]] = [[], []];
  const io = {
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => errors.push(text), isTTY: more.terminal },
  };
  const status = await checkCommand(args, io, { DNS_SERVERS: server.address, ...more.env });
  return { status, out: out.join(''), errors: errors.join(''), asked: server.asked };
}

type Line = {
  address: string;
  outcome: string;
  kinds: Record<string, { outcome: string; summary: string; facts: { key: string }[] }>;
};
const lines = (out: string): Line[] =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

t.test('one address: every row for people, exit 1 where something is bad', async (t) => {
  const { status, out, errors } = await run(t, oneListed, ['192.0.2.7']);
  t.equal(status, 1);
  t.match(out, /^192\.0\.2\.7: something bad\n {2}Public block lists: on 1 of \d+ lists: SpamCop/);
  t.match(out, /\n {2}bad {5}SpamCop +listed; Reported as a source of spam \(127\.0\.0\.2\); it says “see/);
  t.match(out, /\n {2}good {4}Spamhaus ZEN +not listed\n/);
  t.equal(errors, '', 'no bar where there is no terminal');
});

t.test('exit 0 where nothing bad was found, and 3 where nothing could be found out', async (t) => {
  const clean = await run(t, ({ name }) => proper(name), ['192.0.2.8', '2001:db8::8']);
  t.equal(clean.status, 0);
  t.match(clean.out, /^192\.0\.2\.8: nothing bad, but not all could be found out\n/);
  t.match(clean.out, /\nCould not be found out:\n.*2 addresses, 0 with something bad\n$/s);
  const refused = await run(t, () => ({ code: 'REFUSED' }), ['192.0.2.8'], { nameless: true });
  t.equal(refused.status, 3);
  t.match(refused.out, /^192\.0\.2\.8: nothing could be found out\n/);
});

t.test('JSON: one object a line and address, in their order, with every row', async (t) => {
  const { status, out } = await run(t, oneListed, ['--json', '192.0.2.0/28', '198.51.100.1']);
  t.equal(status, 1);
  const found = lines(out);
  t.strictSame(
    found.map(({ address }) => address),
    [...Array.from({ length: 16 }, (_, last) => `192.0.2.${last}`), '198.51.100.1'],
  );
  t.strictSame(
    found.filter(({ outcome }) => outcome === 'bad').map(({ address }) => address),
    ['192.0.2.7'],
  );
  t.match(found[7]?.kinds['public-lists'], {
    outcome: 'bad',
    summary: /^on 1 of/,
    claims: [{ result: 'contradicts' }],
  });
  t.ok((found[0]?.kinds['public-lists']?.facts.length ?? 0) > 40);
  t.notMatch(out, /"raw"/);
});

t.test('a whole /24: every listing is found, and no address is left out', async (t) => {
  const { status, out, asked } = await run(
    t,
    ({ name }) => {
      const listed = /^(\d+)\.113\.0\.203\.psbl\.surriel\.com$/.exec(name);
      return listed && Number(listed[1]) % 10 === 0 ? { records: ['127.0.0.2'] } : proper(name);
    },
    ['--json', '203.0.113.0/24'],
  );
  t.equal(status, 1);
  const bad = lines(out).filter(({ outcome }) => outcome === 'bad');
  t.strictSame(
    bad.map(({ address }) => address),
    Array.from({ length: 26 }, (_, at) => `203.0.113.${at * 10}`),
  );
  const names = new Set(asked.map(({ name }) => name));
  for (const zone of ['zen.spamhaus.org', 'bl.spamcop.net'])
    t.equal([...names].filter((name) => name.endsWith(`.113.0.203.${zone}`)).length, 256, zone);
});

t.test('on a terminal a bar shows how far it is, and leaves nothing behind', async (t) => {
  const { errors } = await run(t, ({ name }) => proper(name), ['192.0.2.0/29'], { terminal: true });
  t.match(errors, /\[#+\.+\] \d of 8, 0 with something bad/);
  t.ok(errors.endsWith('\r\u001b[K'));
  const one = await run(t, ({ name }) => proper(name), ['192.0.2.1'], { terminal: true });
  t.equal(one.errors, '', 'one address needs none');
});

t.test('bad use is exit 2, and nothing is asked', async (t) => {
  const cases: [string[], RegExp][] = [
    [[], /name an address or a range/],
    [['--jsonl', '192.0.2.1'], /unknown option --jsonl/],
    [['example.org'], /not an IP address/],
    [['10.0.0.1'], /private/],
    [['192.0.2.7/24'], /names one address inside a range/],
    [['198.18.0.0/15'], /reserved/],
    [['2001:db8::/64'], /too many to ask about/],
  ];
  for (const [args, message] of cases) {
    const { status, out, errors, asked } = await run(t, () => null, args);
    t.equal(status, 2, args.join(' '));
    t.match(errors, message);
    t.match(errors, /^check: .*\nUse: check/);
    t.equal(out, '');
    t.strictSame(asked, []);
  }
  const setting = await run(t, () => null, ['192.0.2.1'], { env: { DNSBL_KEYS: 'secret' } });
  t.equal(setting.status, 2);
  t.match(setting.errors, /DNSBL_KEYS=\(not shown\)/);
});

t.test('keys and servers of lists come from the settings; no key is in what is printed', async (t) => {
  const env = { DNSBL_KEYS: 'dq.spamhaus.net=a1b2c3secret' };
  const { out, asked } = await run(
    t,
    ({ name, type }) =>
      name.startsWith('7.2.0.192.a1b2c3secret.zen')
        ? { records: [type === 'TXT' ? `https://example.org/${name}` : '127.0.0.2'] }
        : (testPoint(name) ?? { code: 'NXDOMAIN' }),
    ['--json', '192.0.2.7'],
    { env },
  );
  t.match(lines(out)[0]?.kinds['public-lists'], { summary: /ZEN \(DQS\)/ });
  t.notMatch(out, /a1b2c3secret/);
  t.notOk(
    asked.some(({ name }) => name.endsWith('zen.spamhaus.org')),
    'the keyed zone stands for it',
  );
});
