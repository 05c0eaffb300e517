import { sql } from 'kysely';
import t from 'tap';
import {
  BadAddress,
  isCidr,
  isDocumentation,
  networkText,
  parseNetwork,
  parseNetworks,
} from '../../src/addresses/address.ts';
import { testDatabase } from '../database.ts';

const cidrOf = (text: string): string => {
  try {
    return parseNetwork(text).cidr;
  } catch (error) {
    if (!(error instanceof BadAddress)) throw error;
    return error.message;
  }
};

t.test('addresses and ranges as people write them', async (t) => {
  const read: Record<string, string> = {
    '203.0.113.7': '203.0.113.7/32',
    '203.0.113.7/32': '203.0.113.7/32',
    '203.0.113.0/24': '203.0.113.0/24',
    '  203.0.113.7\n': '203.0.113.7/32',
    '[203.0.113.7]': '203.0.113.7/32',
    '2001:db8::7': '2001:db8::7/128',
    '2001:DB8:0:0:0:0:0:7': '2001:db8::7/128',
    '2001:0db8:0000:0000:0000:0000:0000:0007': '2001:db8::7/128',
    '[2001:db8::7]': '2001:db8::7/128',
    '[IPv6:2001:db8::7]': '2001:db8::7/128',
    '[ipv6:2001:db8::7]': '2001:db8::7/128',
    '2001:db8::/48': '2001:db8::/48',
    '2001:db8:0:1::/64': '2001:db8:0:1::/64',
    '2001:db8:1:0:0:2:0:0/112': '2001:db8:1::2:0:0/112',
    '2001:db8::203.0.113.7': '2001:db8::cb00:7107/128',
    '::ffff:203.0.113.7': '203.0.113.7/32',
    '::FFFF:cb00:7107': '203.0.113.7/32',
    '[::ffff:203.0.113.7]': '203.0.113.7/32',
    '::ffff:203.0.113.7/128': '203.0.113.7/32',
    '::ffff:203.0.113.0/120': '203.0.113.0/24',
    '8.0.0.0/12': '8.0.0.0/12',
    '2a00:10::/28': '2a00:10::/28',
  };
  for (const [text, cidr] of Object.entries(read)) t.equal(cidrOf(text), cidr, JSON.stringify(text));
  t.strictSame(parseNetwork('203.0.113.7'), {
    cidr: '203.0.113.7/32',
    text: '203.0.113.7',
    family: 4,
    prefix: 32,
    documentation: true,
  });
  t.strictSame(parseNetwork('2a00:1450:4864::/48'), {
    cidr: '2a00:1450:4864::/48',
    text: '2a00:1450:4864::/48',
    family: 6,
    prefix: 48,
    documentation: false,
  });
  t.match(parseNetwork('::ffff:203.0.113.0/120'), { family: 4, prefix: 24, text: '203.0.113.0/24' });
});

t.test('what is no address or no range says what is wrong with it', async (t) => {
  const wrong: Record<string, string> = {
    '': ' is not an IP address or CIDR range.',
    'mail.example.com': 'mail.example.com is not an IP address or CIDR range.',
    '999.1.1.1': '999.1.1.1 is not an IP address: 999 is more than 255.',
    '203.0.113.256': '203.0.113.256 is not an IP address: 256 is more than 255.',
    '203.0.113.007': '203.0.113.007 is not an IP address: write its numbers without leading zeros.',
    '::ffff:203.0.113.007': '::ffff:203.0.113.007 is not an IP address or CIDR range.',
    '203.0.113': '203.0.113 is not an IP address or CIDR range.',
    '203.0.113.7.9': '203.0.113.7.9 is not an IP address or CIDR range.',
    '203.0.113.': '203.0.113. is not an IP address or CIDR range.',
    '203,0,113,7': '203,0,113,7 is not an IP address or CIDR range.',
    '3405803783': '3405803783 is not an IP address or CIDR range.',
    '0xcb.0.113.7': '0xcb.0.113.7 is not an IP address or CIDR range.',
    '0xcb007107': '0xcb007107 is not an IP address or CIDR range.',
    '203.0.113.٧': '203.0.113.٧ is not an IP address or CIDR range.',
    '2001:db8': '2001:db8 is not an IP address or CIDR range.',
    '2001:db8:::7': '2001:db8:::7 is not an IP address or CIDR range.',
    '2001:db8::7::': '2001:db8::7:: is not an IP address or CIDR range.',
    '2001:db8::12345': '2001:db8::12345 is not an IP address or CIDR range.',
    '1:2:3:4:5:6:7:8:9': '1:2:3:4:5:6:7:8:9 is not an IP address or CIDR range.',
    '203.0.113.7:25': '203.0.113.7:25 is not an IP address or CIDR range.',
    '[203.0.113.7': '[203.0.113.7 is not an IP address or CIDR range.',
    '203.0.113.0/33': '203.0.113.0/33: /33 is longer than an address; the longest is /32.',
    '2001:db8::/129': '2001:db8::/129: /129 is longer than an address; the longest is /128.',
    '::ffff:203.0.113.0/129': '::ffff:203.0.113.0/129: /129 is longer than an address; the longest is /128.',
    '203.0.113.0/': '203.0.113.0/: what follows the slash must be a number from 0 to 32.',
    '203.0.113.0/-1': '203.0.113.0/-1: what follows the slash must be a number from 0 to 32.',
    '203.0.113.0/255.255.255.0':
      '203.0.113.0/255.255.255.0: what follows the slash must be a number from 0 to 32.',
    '2001:db8::/x': '2001:db8::/x: what follows the slash must be a number from 0 to 128.',
    '203.0.113.0/24/8': '203.0.113.0/24/8 is not an IP address or CIDR range.',
    '203.0.113.7/24':
      '203.0.113.7/24 names one address inside a range; the range is 203.0.113.0/24, the address 203.0.113.7.',
    '2001:db8::7/64':
      '2001:db8::7/64 names one address inside a range; the range is 2001:db8::/64, the address 2001:db8::7.',
    '::ffff:203.0.113.7/120':
      '::ffff:203.0.113.7/120 names one address inside a range; the range is 203.0.113.0/24, the address 203.0.113.7.',
    'fe80::1%eth0': 'fe80::1%eth0 names a zone, which only its own host understands.',
    '2001:db8::7%1': '2001:db8::7%1 names a zone, which only its own host understands.',
    '8.0.0.0/11': '8.0.0.0/11 is too large a range; the largest is /12.',
    '2a00::/27': '2a00::/27 is too large a range; the largest is /28.',
    '2000::/3': '2000::/3 is too large a range; the largest is /28.',
  };
  for (const [text, message] of Object.entries(wrong)) t.equal(cidrOf(text), message, JSON.stringify(text));
  const long = '9'.repeat(100_000);
  for (const text of [
    long,
    `1.2.3.${long}`,
    `203.0.113.0/${long}`,
    `${'1:'.repeat(50_000)}/64`,
    '/'.repeat(100_000),
  ])
    t.equal(
      cidrOf(text),
      `${text.slice(0, 80)} is not an IP address or CIDR range.`,
      'not all of a long text',
    );
});

t.test('addresses that no mail comes from are refused, each with its reason', async (t) => {
  const refused: [reason: string, texts: string[]][] = [
    [
      'is a private address, which no provider ever sees; give the public one',
      [
        '10.0.0.1',
        '10.0.0.0/12',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.0/24',
        'fc00::1',
        'fd12:3456:789a::/48',
        '::ffff:10.0.0.1',
      ],
    ],
    ['is the loopback address', ['127.0.0.1', '127.255.0.0/16', '::1', '::ffff:127.0.0.1']],
    ['is a link-local address', ['169.254.0.1', 'fe80::1', 'febf::/32']],
    [
      'is a carrier-grade NAT address, which no provider ever sees; give the public one',
      ['100.64.0.1', '100.127.255.255'],
    ],
    ['is the unspecified address', ['0.0.0.0', '::', '0.0.0.0/0', '::/0', '0.1.2.3']],
    ['is the broadcast address', ['255.255.255.255']],
    ['is a multicast address', ['224.0.0.1', '239.255.255.255', 'ff02::1']],
    ['is reserved and in use by nobody', ['240.0.0.1', '192.0.0.8', '198.18.0.1', '2001:100::1']],
    ['is reserved for benchmarks', ['2001:2::1']],
    ['is the discard-only range', ['100::/64']],
    [
      'is a translation address; give the IPv4 address in it',
      ['64:ff9b::203.0.113.7', '::ffff:0:203.0.113.7'],
    ],
    ['is a 6to4 address, which sends no mail of its own', ['2002:cb00:7107::1']],
    ['is a Teredo address, which sends no mail of its own', ['2001:0:cb00:7107::1']],
    ['belongs to the AS112 project', ['192.175.48.1', '2620:4f:8000::1']],
    ['is reserved', ['2001:10::1', '2001:20::1']],
    [
      'is not one of the public IPv6 addresses, 2000::/3',
      ['fec0::1', '5f00::1', '4000::1', '1fff::1', '::2:3'],
    ],
  ];
  for (const [reason, texts] of refused)
    for (const text of texts) t.equal(cidrOf(text), `${text} ${reason}.`);
  const next = [
    '9.255.255.255',
    '11.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '100.63.255.255',
    '100.128.0.0',
  ];
  for (const text of [
    ...next,
    '126.255.255.255',
    '128.0.0.1',
    '223.255.255.255',
    '2001:200::1',
    '2003::1',
    '3ffe::1',
  ])
    t.equal(parseNetwork(text).text, text, `${text} is beside such a range, not in it`);
});

t.test('documentation addresses are taken and marked; what holds more than such is not', async (t) => {
  const marked = [
    '192.0.2.1',
    '192.0.2.0/24',
    '198.51.100.255',
    '203.0.113.0/25',
    '2001:db8::/32',
    '2001:db8:ffff::1',
    '3fff:fff::1',
    '::ffff:192.0.2.1',
  ];
  for (const text of marked) {
    t.equal(parseNetwork(text).documentation, true, text);
    t.equal(isDocumentation(parseNetwork(text).cidr), true, text);
  }
  for (const text of [
    '192.0.3.0',
    '198.51.101.0/24',
    '203.0.112.0/23',
    '203.0.114.1',
    '2001:db9::1',
    '2001:db7::/32',
  ])
    t.equal(parseNetwork(text).documentation, false, text);
  t.match(cidrOf('2001:db8::/31'), 'is reserved', 'a range with one of its own inside it');
  t.match(cidrOf('192.0.2.0/23'), 'is reserved');
  for (const text of ['', 'nonsense', '10.0.0.1', '203.0.113.7/24'])
    t.equal(isDocumentation(text), false, text);
});

t.test('several addresses in one text, each once and in their order', async (t) => {
  const texts = (input: string | string[]) => parseNetworks(input).map((network) => network.text);
  t.strictSame(texts('203.0.113.9, 203.0.113.7;2001:db8::7\r\n198.51.100.0/24\t192.0.2.1'), [
    '203.0.113.9',
    '203.0.113.7',
    '2001:db8::7',
    '198.51.100.0/24',
    '192.0.2.1',
  ]);
  t.strictSame(texts(['203.0.113.7 192.0.2.1', '', '192.0.2.2']), ['203.0.113.7', '192.0.2.1', '192.0.2.2']);
  t.strictSame(
    texts('203.0.113.7,203.0.113.7/32 [203.0.113.7] ::ffff:203.0.113.7 2001:db8::7 2001:DB8:0::7'),
    ['203.0.113.7', '2001:db8::7'],
    'in whatever spelling',
  );
  t.strictSame(texts('203.0.113.7 203.0.113.0/24'), ['203.0.113.7', '203.0.113.0/24'], 'a range is another');
  t.strictSame(texts(' ,;\n'), []);
  t.throws(() => parseNetworks('203.0.113.7, 999.1.1.1, nonsense'), { message: /^999\.1\.1\.1 is not/ });
});

/** The same numbers at each run (mulberry32), so that what fails fails again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Drawn = { address: string; prefix: number; spellings: string[] };

/** Networks that may send mail, half of them IPv6 with long rows of zeros, each in several spellings. */
function draw(count: number): Drawn[] {
  const below = numbersFrom(20_260_310);
  const masked = (parts: number[], width: number, prefix: number) =>
    parts.map((part, at) => {
      const kept = Math.min(width, Math.max(0, prefix - at * width));
      return part & ~((1 << (width - kept)) - 1);
    });
  return Array.from({ length: count }, (_, index): Drawn => {
    if (index % 2) {
      const prefix = 12 + below(21);
      const parts = masked([20 + below(50), below(256), below(256), below(256)], 8, prefix);
      const address = parts.join('.');
      return {
        address,
        prefix,
        spellings: [`${address}/${prefix}`, ` ${address}/${prefix}\n`, `::ffff:${address}/${prefix + 96}`],
      };
    }
    const prefix = 28 + below(101);
    const parts = [0x2a00 + below(256), ...Array.from({ length: 7 }, () => (below(2) ? 0 : below(65_536)))];
    const hextets = masked(parts, 16, prefix).map((part) => part.toString(16));
    const full = hextets.map((hextet) => hextet.padStart(4, '0')).join(':');
    return {
      address: new URL(`http://[${hextets.join(':')}]`).hostname.slice(1, -1),
      prefix,
      spellings: [`${hextets.join(':')}/${prefix}`, `${full.toUpperCase()}/${prefix}`],
    };
  });
}

t.test(
  'text → network → text → network is the identity, and every spelling is the same network',
  async (t) => {
    let singles = 0;
    for (const { address, prefix, spellings } of draw(4000)) {
      const network = parseNetwork(spellings[0] ?? '');
      const whole = prefix === (network.family === 4 ? 32 : 128);
      if (whole) singles++;
      const same =
        network.cidr === `${address}/${prefix}` &&
        network.text === (whole ? address : `${address}/${prefix}`) &&
        networkText(network.cidr) === network.text &&
        isCidr(network.cidr) &&
        [...spellings, network.text, network.cidr].every(
          (text) => JSON.stringify(parseNetwork(text)) === JSON.stringify(network),
        );
      if (!same) t.strictSame(network, { address, prefix }, `read of ${spellings.join(' and ')}`);
    }
    t.ok(singles > 50, `${singles} single addresses among them`);
  },
);

t.test('networkText drops the prefix of a single address only', async (t) => {
  t.equal(networkText('203.0.113.7/32'), '203.0.113.7');
  t.equal(networkText('203.0.113.0/24'), '203.0.113.0/24');
  t.equal(networkText('2001:db8::7/128'), '2001:db8::7');
  t.equal(networkText('2001:db8::/32'), '2001:db8::/32');
  t.equal(networkText('203.0.113.7'), '203.0.113.7');
});

/** Text → whether PostgreSQL takes it as a `cidr`. */
const FOR_POSTGRESQL: Record<string, boolean> = {
  '203.0.113.7/32': true,
  '203.0.113.0/24': true,
  '203.0.113.0/25': true,
  '203.0.113.128/25': true,
  '203.0.113.7/24': false,
  '203.0.113.0/33': false,
  '203.0.113.0/': false,
  '203.0.113.0/ 24': false,
  '203.0.113.0/+24': false,
  '203.0.113.0/24/8': false,
  ' 203.0.113.0/24': false,
  '203.0.113.0/24\n': false,
  '999.1.1.1/32': false,
  '0x0a.0.0.0/8': false,
  '٣.0.0.0/8': false,
  '0.0.0.0/0': true,
  '10.0.0.0/8': true,
  '255.255.255.255/32': true,
  '2001:db8::/32': true,
  '2001:DB8::/32': true,
  '2001:0db8:0:0:0:0:0:0/32': true,
  '2001:db8::7/128': true,
  '2001:db8::7/64': false,
  '2001:db8::/129': false,
  '2001:db8::/032': false,
  '2001:db8:::/48': false,
  '1::2::3/128': false,
  '::/0': true,
  '::1/128': true,
  '1:2:3:4:5:6:7:8/128': true,
  '1:2:3:4:5:6:7::/112': true,
  '::2:3:4:5:6:7:8/128': true,
  '1:2:3:4:5:6:7/128': false,
  '12345::/16': false,
  'g::/16': false,
  '::00001/128': false,
  '::ffff:203.0.113.7/128': true,
  '::ffff:203.0.113.0/120': true,
  '::ffff:203.0.113.7/120': false,
  '::203.0.113.7/128': true,
  '1:2:3:4:5:6:1.2.3.4/128': true,
  '1:2:3:4:5:6:7:1.2.3.4/128': false,
  '::1.2.3.256/128': false,
  '::01.2.3.4/128': false,
  'fe80::%eth0/64': false,
  'fe80::/64%eth0': false,
  '': false,
  '/24': false,
  'nonsense/24': false,
};
/** Short forms that PostgreSQL takes and never writes. */
const SHORT = [
  '203.0.113.7',
  '203.0.113/24',
  '10/8',
  '010.0.0.0/8',
  '203.0.113.00/24',
  '203.0.113.0/024',
  '1.2.3.04/32',
  '::1.2.3/128',
];

t.test(
  'isCidr agrees with PostgreSQL, and what parseNetwork makes is what PostgreSQL makes of it',
  async (t) => {
    const db = await testDatabase(t);
    const asCidr = async (text: string): Promise<string | false> => {
      try {
        const { rows } = await sql<{ text: string }>`select cast(${text} as cidr)::text as text`.execute(db);
        return rows[0]?.text ?? false;
      } catch (error) {
        if ((error as { code?: string }).code !== '22P02') throw error;
        return false;
      }
    };
    for (const [text, taken] of Object.entries(FOR_POSTGRESQL)) {
      t.equal((await asCidr(text)) !== false, taken, `PostgreSQL: ${JSON.stringify(text)}`);
      t.equal(isCidr(text), taken, `isCidr: ${JSON.stringify(text)}`);
    }
    for (const text of SHORT) {
      t.equal(isCidr(text), false, text);
      t.not(await asCidr(text), false, `PostgreSQL: ${text}`);
    }
    t.equal(isCidr('2001:db8::/32\0'), false);

    const drawn = draw(600).map(({ spellings: [text = ''] }) => text);
    const { rows } = await sql<{ text: string }>`
    select x::cidr::text as text from unnest(${drawn}::text[]) with ordinality as u (x, n) order by n`.execute(
      db,
    );
    t.strictSame(
      rows.map((row) => row.text),
      drawn.map((text) => parseNetwork(text).cidr),
    );
  },
);
