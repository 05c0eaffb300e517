import t, { type Test } from 'tap';
import { openDns } from '../../src/dns/open.ts';
import { readPrivateTarget } from '../../src/outside/allowed-targets.ts';
import { type WhereTo, whereTo } from '../../src/outside/where-to.ts';
import { type Asked, type Reply, startDnsServer } from '../dns/server.fixture.ts';

const opened = (...texts: string[]) => texts.flatMap((text) => readPrivateTarget(text) ?? []);

/** A resolver that knows some names: `name` → its addresses. */
async function resolver(t: Test, names: Record<string, string[]>, ttl = 300) {
  const rules = ({ name, type }: Asked): Reply => {
    const records = names[name.toLowerCase()];
    if (!records) return { code: 'NXDOMAIN' };
    return { records: records.filter((one) => one.includes(':') === (type === 'AAAA')), ttl };
  };
  const server = await startDnsServer(rules);
  t.teardown(() => server.close());
  return { server, rules, ask: openDns({ servers: [server.address], patience: 1000 }).ask };
}

const PUBLIC = '93.184.216.34';
const said = (where: WhereTo) =>
  'addresses' in where ? 'let through' : 'refused' in where ? 'refused' : 'unknown';

t.test('threat 15: no spelling of an inside address is let through', async (t) => {
  const inside: Record<string, string[]> = {
    '127.0.0.1.nip.example': ['127.0.0.1'],
    'inside.example': ['10.1.2.3'],
    'metadata.example': ['169.254.169.254'],
    'v6-inside.example': ['fd00::1'],
    'half.example': [PUBLIC, '192.168.1.1'],
    'half-v6.example': [PUBLIC, '::1'],
    'mapped.example': ['::ffff:7f00:1'],
    'nat64.example': ['64:ff9b::7f00:1'],
    'metadata.google.internal': ['169.254.169.254'],
    'xn--bcher-kva.example': ['172.16.0.9'],
    router: ['192.168.1.1'],
  };
  const { ask } = await resolver(t, inside);
  const spellings = `
    https://127.0.0.1/ https://127.1/ https://127.0.1/ https://2130706433/ https://0x7f000001/ https://0x7f.0.0.1/
    https://0177.0.0.1/ https://017700000001/ https://0/ https://0.0.0.0/ https://127.0.0.1./
    https://１２７.０.０.１/ https://127。0。0。1/ https://%31%32%37.0.0.1/
    https://10.0.0.1/ https://172.16.0.1/ https://172.31.255.255/ https://192.168.0.1/ https://100.64.0.1/
    https://169.254.169.254/ http://169.254.169.254/latest/meta-data/ https://0xa9fea9fe/ https://2852039166/
    https://192.0.2.1/ https://198.18.0.1/ https://224.0.0.1/ https://240.0.0.1/ https://255.255.255.255/
    https://[::1]/ https://[::]/ https://[0:0:0:0:0:0:0:1]/ https://[fe80::1]/ https://[fc00::1]/ https://[fd00::1]/
    https://[ff02::1]/ https://[::ffff:127.0.0.1]/ https://[::ffff:7f00:1]/ https://[::127.0.0.1]/
    https://[::ffff:0:127.0.0.1]/ https://[64:ff9b::127.0.0.1]/ https://[64:ff9b:1::1]/ https://[2002:7f00:1::]/
    https://[2001:0:7f00:1::]/ https://[2001:db8::1]/ https://[100::1]/ https://[::ffff:93.184.216.34]/
    https://localhost/ https://LOCALHOST/ https://localhost./ https://a.localhost/ https://ｌｏｃａｌｈｏｓｔ/
    https://127.0.0.1.nip.example/ https://inside.example/ https://inside.example./ https://INSIDE.example/
    https://metadata.example/ https://v6-inside.example/ https://half.example/ https://half-v6.example/
    https://mapped.example/ https://nat64.example/ https://metadata.google.internal/ https://bücher.example/
    https://router/`.trim();
  for (const spelling of spellings.split(/\s+/))
    t.equal(said(await whereTo(new URL(spelling), ask, [])), 'refused', spelling);
});

t.test('what is public is let through, tied to the addresses that were checked', async (t) => {
  const { ask } = await resolver(t, {
    'hooks.example.com': [PUBLIC, '2606:4700::1111'],
    'v4.example.com': [PUBLIC],
  });
  t.strictSame(await whereTo(new URL('https://hooks.example.com/a'), ask, []), {
    addresses: [PUBLIC, '2606:4700::1111'],
  });
  t.strictSame(await whereTo(new URL('https://v4.example.com:8443/'), ask, []), { addresses: [PUBLIC] });
  t.strictSame(await whereTo(new URL(`https://${PUBLIC}/`), ask, []), { addresses: [PUBLIC] });
  for (const url of ['http://v4.example.com/', 'https://v4.example.com:25/', 'https://v4.example.com:6379/'])
    t.equal(said(await whereTo(new URL(url), ask, [])), 'refused', url);
});

t.test('threat 15: a name that leads inside at its next look is refused at that look', async (t) => {
  const names = { 'rebind.example': [PUBLIC] };
  const { ask } = await resolver(t, names, 0);
  const url = new URL('https://rebind.example/');
  t.strictSame(await whereTo(url, ask, []), { addresses: [PUBLIC] });
  names['rebind.example'] = ['127.0.0.1'];
  t.equal(said(await whereTo(url, ask, [])), 'refused');
});

t.test('a name without an address, or without an answer, is no address', async (t) => {
  const { ask, server, rules } = await resolver(t, {});
  t.match(await whereTo(new URL('https://nowhere.example/'), ask, []), { unknown: /has no address/ });
  server.setRules(() => ({ code: 'SERVFAIL' }));
  t.match(await whereTo(new URL('https://broken.example/'), ask, []), { unknown: /could not be looked up/ });
  server.setRules(rules);
});

t.test('an administrator opens single private addresses, with their ports, and no others', async (t) => {
  const { ask } = await resolver(t, {
    'hooks.internal.example': ['10.1.2.3'],
    'half.example': ['10.1.2.3', '10.9.9.9'],
  });
  const some = opened('10.1.2.0/24', '127.0.0.1:8080', '[fd00::1]:9000', 'fd01::/16');
  const let_ =
    'http://10.1.2.3/ https://10.1.2.3:25/ http://127.0.0.1:8080/ http://[fd00::1]:9000/ http://[fd01::9]/ http://hooks.internal.example/';
  for (const url of let_.split(' '))
    t.equal(said(await whereTo(new URL(url), ask, some)), 'let through', url);
  const not =
    'http://10.1.3.1/ http://127.0.0.1/ http://127.0.0.1:8081/ http://[fd00::1]/ http://[::ffff:10.1.2.3]/ http://half.example/ http://169.254.169.254/';
  for (const url of not.split(' ')) t.equal(said(await whereTo(new URL(url), ask, some)), 'refused', url);
});

t.test('who types the address of a cloud’s metadata is told why it is refused', async (t) => {
  const { ask } = await resolver(t, {});
  t.match(await whereTo(new URL('http://169.254.169.254/'), ask, []), {
    refused:
      /^169\.254\.169\.254 is no public address: programs find keys of the machine there\. .*WEBHOOK_PRIVATE_TARGETS/,
  });
});
