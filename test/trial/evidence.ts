/**
 * Evidence against real servers, each result beside that of `dig` and of mailauth: an rbldnsd with the catalogue's
 * lists, and an NSD with names, SPF, DKIM and DMARC, good and bad. `npm run trial -- evidence`
 */
import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { openDns } from '../../src/dns/open.ts';
import { dkim } from '../../src/evidence/authentication/dkim.ts';
import { dmarc } from '../../src/evidence/authentication/dmarc.ts';
import { spf } from '../../src/evidence/authentication/spf.ts';
import type { World } from '../../src/evidence/kind.ts';
import { publicLists } from '../../src/evidence/lists/public-lists.ts';
import { zoneSettings } from '../../src/evidence/lists/settings.ts';
import { names } from '../../src/evidence/names/names.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { type DataSet, noRbldnsd, startRbldnsd } from '../dns/rbldnsd.fixture.ts';
import { skip as noNsd, serve, strings } from '../evidence/dns.fixture.ts';
import { rowsOf } from '../evidence/found.fixture.ts';

type Compare = (what: string, ours: string, theirs: string) => void;

const CATALOGUE = readCatalogue();
const LISTED = '198.51.100.7';
const CLEAN = '198.51.100.8';

/** What dig prints, a record a line; strings of a TXT record are joined. */
function dig(port: string, name: string, type: string): string[] {
  const args = [
    '@127.0.0.1',
    '-p',
    port,
    '+noall',
    '+answer',
    '+comments',
    '+tries=1',
    '+time=3',
    '+noedns',
    name,
    type,
  ];
  const said = execFileSync('dig', args, { encoding: 'utf8' });
  const lines = said
    .split('\n')
    .filter((line) => !line.startsWith(';'))
    .map((line) => line.split(/\s+/))
    .filter((fields) => fields[3] === type)
    .map((fields) => fields.slice(4).join(' '));
  if (/status: (?!NOERROR|NXDOMAIN)/.test(said))
    throw new Error(`dig ${name} ${type}: ${said.slice(0, 200)}`);
  return type === 'TXT' ? lines.map((line) => line.slice(1, -1).replaceAll('" "', '')) : lines;
}

const reverse = (address: string) => address.split('.').reverse().join('.');

async function compareLists(compare: Compare): Promise<void> {
  const settings = zoneSettings(CATALOGUE, { dnsblServers: {}, dnsblKeys: {} });
  const zones = CATALOGUE.providers
    .flatMap((provider) => provider.zones ?? [])
    .filter((zone) => zone.lists.includes('ipv4') && zone.use.access !== 'key');
  const sets = zones.map(({ zone, codes, bits = [], test }, at): DataSet => {
    const all = [...codes, ...bits.map(({ bit, kind }) => ({ code: `127.0.0.${bit}`, kind }))];
    const code = all.find(({ kind }) => kind !== 'error')?.code.replace(/-\d+/g, '');
    const point = test?.listed.includes('.') ? test.listed : '127.0.0.2';
    // Every third list has nothing against the address.
    const lines = [point, ...(at % 3 === 2 ? [] : [LISTED])];
    return { zone, type: 'ip4set', lines: [`:${code}:why not`, ...lines] };
  });
  const server = await startRbldnsd(sets);
  try {
    const [, port = ''] = server.address.split(':');
    const world: World = {
      ...openDns({ servers: [server.address], zones: settings }),
      catalogue: CATALOGUE,
      now: new Date(),
    };
    for (const address of [LISTED, CLEAN]) {
      const found = await publicLists.look({ address, helo: '', domains: [] }, world);
      // Lists that want a key are not asked without one.
      for (const { key, words } of found.facts.filter(({ key }) => zones.some(({ zone }) => zone === key))) {
        const answers = dig(port, `${reverse(address)}.${key}`, 'A');
        compare(
          `${address} on ${key}`,
          /^not (?:listed|known to this list)/.test(words) ? 'no' : 'yes',
          answers.length > 0 ? 'yes' : 'no',
        );
      }
    }
  } finally {
    await server.close();
  }
}

const rsa = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength })
    .publicKey.export({ type: 'spki', format: 'der' })
    .toString('base64');

const ZONES = {
  '113.0.203.in-addr.arpa': `
7 IN PTR mail.example.net.
8 IN PTR mail.example.net.
9 IN PTR mail.example.net.
9 IN PTR gone.example.net.
64 IN CNAME 64.64-27.113.0.203.in-addr.arpa.
64.64-27 IN PTR mx64.example.net.
`,
  'example.net': `
mail IN A 203.0.113.7
mail IN A 203.0.113.9
mx64 IN A 203.0.113.64
_spf IN TXT "v=spf1 ip4:203.0.113.7 include:_deep.example.net -all"
_deep IN TXT "v=spf1 ip4:198.51.100.0/24 -all"
${Array.from({ length: 11 }, (_, at) => `i${at} IN TXT "v=spf1 ip4:192.0.2.${at} -all"`).join('\n')}
`,
  'example.com': `
@ IN TXT "v=spf1 include:_spf.example.net -all"
a IN TXT "v=spf1 a:mail.example.net -all"
mx IN TXT "v=spf1 mx ~all"
mx IN MX 10 mail.example.net.
soft IN TXT "v=spf1 ip4:192.0.2.1 ~all"
fail IN TXT "v=spf1 ip4:192.0.2.1 -all"
neutral IN TXT "v=spf1 ?all"
none IN A 192.0.2.1
two IN TXT "v=spf1 +all"
two IN TXT "v=spf1 -all"
wrong IN TXT "v=spf1 ipv4:203.0.113.7 -all"
many IN TXT ${strings(`v=spf1 ${Array.from({ length: 11 }, (_, at) => `include:i${at}.example.net`).join(' ')} -all`)}
redirect IN TXT "v=spf1 redirect=_spf.example.net"
exists IN TXT "v=spf1 exists:%{ir}.ok.example.com -all"
7.113.0.203.ok IN A 127.0.0.2
loop IN TXT "v=spf1 include:loop.example.com -all"
k1._domainkey IN TXT ${strings(`v=DKIM1; k=rsa; p=${rsa(1024)}`)}
k2._domainkey IN TXT ${strings(`v=DKIM1; k=rsa; p=${rsa(2048)}`)}
k4._domainkey IN TXT ${strings(`v=DKIM1; k=rsa; p=${rsa(4096)}`)}
_dmarc IN TXT "v=DMARC1; p=reject; sp=quarantine"
_dmarc.own IN TXT "v=DMARC1; p=none"
_dmarc.broken IN TXT "v=DMARC1; p=perhaps; rua=mailto:d@example.com"
`,
};
const SPF_DOMAINS = ['', 'a', 'mx', 'soft', 'fail', 'neutral', 'none', 'two', 'wrong', 'many', 'redirect']
  .concat(['exists', 'loop', 'missing'])
  .map((name) => (name ? `${name}.example.com` : 'example.com'));

async function compareNames(world: World, port: string, compare: Compare): Promise<void> {
  const forwards = (name: string, address: string) => dig(port, name, 'A').includes(address);
  await Promise.all(
    ['203.0.113.7', '203.0.113.8', '203.0.113.9', '203.0.113.10', '203.0.113.64'].map(async (address) => {
      const rows = rowsOf(await names.look({ address, helo: '', domains: [] }, world));
      const pointers = dig(port, `${reverse(address)}.in-addr.arpa`, 'PTR').map((name) => name.slice(0, -1));
      const ours = Object.keys(rows)
        .filter((key) => key.startsWith('forward:'))
        .map((key) => `${key.slice(8)} ${rows[key]?.startsWith('good') ? 'leads back' : 'does not'}`);
      const theirs = pointers.map((name) => `${name} ${forwards(name, address) ? 'leads back' : 'does not'}`);
      compare(`names of ${address}`, ours.sort().join(', '), theirs.sort().join(', '));
    }),
  );
}

/** Answers of dig in the way of node:dns, which mailauth asks for. */
const resolverOf = (port: string) => async (name: string, type: string) => {
  const records = dig(port, name, type);
  if (records.length === 0) throw Object.assign(new Error(name), { code: 'ENOTFOUND' });
  if (type === 'TXT') return records.map((record) => [record]);
  if (type !== 'MX') return records.map((record) => record.replace(/\.$/, ''));
  return records.map((record) => {
    const [priority, exchange = ''] = record.split(' ');
    return { priority: Number(priority), exchange: exchange.replace(/\.$/, '') };
  });
};

async function compareSpf(world: World, port: string, compare: Compare): Promise<void> {
  const { spf: evaluate } = await import('mailauth/lib/spf/index.js');
  for (const address of ['203.0.113.7', '203.0.113.9', '192.0.2.200'])
    for (const domain of SPF_DOMAINS) {
      const rows = rowsOf(await spf.look({ address, helo: '', domains: [domain] }, world));
      const ours =
        /^\w+: (\w+)/.exec(rows[`verdict:${domain}`] ?? '')?.[1] ?? rows[`verdict:${domain}`] ?? '';
      const theirs = await evaluate({
        sender: `postmaster@${domain}`,
        ip: address,
        helo: domain,
        mta: 'trial',
        resolver: resolverOf(port) as never,
      });
      compare(`SPF of ${domain} for ${address}`, ours, theirs.status.result);
    }
}

async function compareKeys(world: World, port: string, compare: Compare): Promise<void> {
  for (const selector of ['k1', 'k2', 'k4', 'gone']) {
    const rows = rowsOf(await dkim.look({ domain: 'example.com', selectors: [selector] }, world));
    const ours = /RSA, (\d+) bits/.exec(rows[`key:${selector}`] ?? '')?.[1] ?? 'none';
    const [record] = dig(port, `${selector}._domainkey.example.com`, 'TXT');
    const key = record && Buffer.from(/p=([^;]*)/.exec(record)?.[1] ?? '', 'base64');
    const theirs = key
      ? createPublicKey({ key, type: 'spki', format: 'der' }).asymmetricKeyDetails?.modulusLength
      : 'none';
    compare(`DKIM key ${selector}`, ours, String(theirs));
  }
}

async function compareDmarc(world: World, port: string, compare: Compare): Promise<void> {
  const { default: getDmarcRecord } = await import('mailauth/lib/dmarc/get-dmarc-record.js' as string);
  for (const domain of [
    'example.com',
    'news.example.com',
    'own.example.com',
    'broken.example.com',
    'example.net',
  ]) {
    const { summary } = await dmarc.look({ domain, selectors: [] }, world);
    const theirs = await getDmarcRecord(domain, resolverOf(port));
    const policy = theirs && (theirs.isOrgRecord ? theirs.sp : theirs.p);
    // A policy that is none of the three asks for nothing.
    const asked = /^(?:none|quarantine|reject)$/.test(policy || '')
      ? policy
      : theirs
        ? 'nothing'
        : 'no record';
    const ours = /p=(\w+)/.exec(summary)?.[1] ?? /nothing|no record/.exec(summary)?.[0] ?? summary;
    compare(`DMARC of ${domain}`, ours, asked);
  }
}

/** Compares everything and prints what differs. Returns the exit status. */
export async function evidenceTrial(): Promise<number> {
  const lacking = noRbldnsd || noNsd;
  if (lacking) {
    process.stdout.write(`The trial is skipped: ${lacking}\n`);
    return 0;
  }
  const counts = new Map<string, [same: number, all: number]>();
  let section = '';
  const compare: Compare = (what, ours, theirs) => {
    const [same, all] = counts.get(section) ?? [0, 0];
    counts.set(section, [same + (ours === theirs ? 1 : 0), all + 1]);
    if (ours !== theirs) process.stdout.write(`DIFFERS  ${what}: we say “${ours}”, they say “${theirs}”\n`);
  };
  section = 'block lists, beside dig';
  await compareLists(compare);
  const server = await serve({ served: ZONES });
  try {
    const port = String(server.port);
    const parts = {
      'reverse names and what they lead to, beside dig': compareNames,
      'SPF, beside mailauth fed by dig': compareSpf,
      'DKIM keys, beside dig and node:crypto': compareKeys,
      'DMARC, beside mailauth fed by dig': compareDmarc,
    };
    for (const [title, run] of Object.entries(parts)) {
      section = title;
      await run(server.world, port, compare);
    }
  } finally {
    await server.close();
  }
  for (const [title, [same, all]] of counts) process.stdout.write(`${same} of ${all} equal: ${title}\n`);
  return [...counts.values()].every(([same, all]) => same === all) ? 0 : 1;
}
