import { Resolver } from 'node:dns';
import { globSync, readFileSync } from 'node:fs';
import Fastify from 'fastify';
import t from 'tap';
import { type Config, Environment, readConfig } from '../src/config.ts';

const NAMES = Object.keys(Environment.properties) as (keyof typeof Environment.properties)[];

const DEFAULTS: Config = {
  host: '127.0.0.1',
  port: 3000,
  dataDir: './data',
  databaseUrl: undefined,
  baseUrl: undefined,
  bootstrapToken: undefined,
  metricsToken: undefined,
  stopDelayMs: 0,
  dnsServers: [],
  dnsblServers: {},
  dnsblKeys: {},
  logLevel: 'info',
  trustedProxies: [],
  sndsHosts: [],
  secretKey: undefined,
  secretKeyFile: undefined,
  lmtpListen: [],
  smtpListen: [],
  intakeAddresses: [],
  mailMaxBytes: 50 * 1024 * 1024,
  webhookPrivateTargets: [],
  keepComplaintMails: false,
  sessionIdleMs: 12 * 3_600_000,
  sessionMaxMs: 14 * 86_400_000,
  demo: false,
};

const KEY = Buffer.alloc(32, 1).toString('base64');
const OLDER_KEY = Buffer.alloc(32, 2).toString('base64');

/** Variable → value → what it makes of the settings. */
const GOOD: Record<string, [value: string, means: Partial<Config>][]> = {
  HOST: [
    ['0.0.0.0', { host: '0.0.0.0' }],
    ['::', { host: '::' }],
    ['fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['desk-1.example.com', { host: 'desk-1.example.com' }],
  ],
  PORT: [
    ['0', { port: 0 }],
    ['25', { port: 25 }],
    ['65535', { port: 65535 }],
  ],
  DATA_DIR: [
    ['/srv/desk', { dataDir: '/srv/desk' }],
    ['a folder', { dataDir: 'a folder' }],
  ],
  DATABASE_URL: [
    'postgres://desk@db.example.com/desk',
    'postgresql://desk:p%40ss@db.example.com:5433/desk?sslmode=require',
    'postgres://desk@[2001:db8::5]/desk',
    'postgres://desk:secret@/desk?host=/var/run/postgresql',
    'postgres:///desk',
  ].map((databaseUrl) => [databaseUrl, { databaseUrl }]),
  BASE_URL: [
    ['https://desk.example.com', { baseUrl: 'https://desk.example.com' }],
    ['https://desk.example.com/', { baseUrl: 'https://desk.example.com' }],
    ['http://192.0.2.1:8080', { baseUrl: 'http://192.0.2.1:8080' }],
    ['http://[2001:db8::1]:8080', { baseUrl: 'http://[2001:db8::1]:8080' }],
  ],
  DELIST_DESK_BOOTSTRAP_TOKEN: [
    ['sixteen-letters!', { bootstrapToken: 'sixteen-letters!' }],
    ['x'.repeat(200), { bootstrapToken: 'x'.repeat(200) }],
  ],
  METRICS_TOKEN: [['sixteen-letters!', { metricsToken: 'sixteen-letters!' }]],
  STOP_DELAY_SECONDS: [
    ['0', { stopDelayMs: 0 }],
    ['300', { stopDelayMs: 300_000 }],
  ],
  DNS_SERVERS: [
    ['192.0.2.53', { dnsServers: ['192.0.2.53'] }],
    ['192.0.2.53:5353 ,2001:db8::53', { dnsServers: ['192.0.2.53:5353', '2001:db8::53'] }],
    ['[2001:db8::53]:53, [2001:db8::54]', { dnsServers: ['[2001:db8::53]:53', '[2001:db8::54]'] }],
  ],
  DNSBL_SERVERS: [
    ['bl.example.org=192.0.2.53', { dnsblServers: { 'bl.example.org': ['192.0.2.53'] } }],
    [
      'example.org=192.0.2.53:5353 , example.org=[2001:db8::53]:53,bl.example.net=127.0.0.1',
      {
        dnsblServers: {
          'example.org': ['192.0.2.53:5353', '[2001:db8::53]:53'],
          'bl.example.net': ['127.0.0.1'],
        },
      },
    ],
  ],
  DNSBL_KEYS: [
    ['dq.example.org=a1b2c3', { dnsblKeys: { 'dq.example.org': 'a1b2c3' } }],
    [
      'a.example.org=x_Y-9, b.example.org=z',
      { dnsblKeys: { 'a.example.org': 'x_Y-9', 'b.example.org': 'z' } },
    ],
  ],
  LOG_LEVEL: (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((logLevel) => [
    logLevel,
    { logLevel },
  ]),
  TRUSTED_PROXIES: [
    ['192.0.2.1', { trustedProxies: ['192.0.2.1'] }],
    ['10.0.0.0/8 , 2001:db8::/32,::1', { trustedProxies: ['10.0.0.0/8', '2001:db8::/32', '::1'] }],
    ['192.0.2.1/32', { trustedProxies: ['192.0.2.1/32'] }],
  ],
  SNDS_HOSTS: [
    ['reports.example.com', { sndsHosts: ['reports.example.com'] }],
    ['a.example, b-1.example.net', { sndsHosts: ['a.example', 'b-1.example.net'] }],
  ],
  WEBHOOK_PRIVATE_TARGETS: [
    ['10.1.2.0/24', { webhookPrivateTargets: ['10.1.2.0/24'] }],
    [
      '127.0.0.1:8080, [fd00::1]:8443,fd00::/8',
      { webhookPrivateTargets: ['127.0.0.1:8080', '[fd00::1]:8443', 'fd00::/8'] },
    ],
  ],
  SECRET_KEY: [KEY, `${KEY},${OLDER_KEY}`].map((secretKey) => [secretKey, { secretKey }]),
  SECRET_KEY_FILE: [['/etc/delist-desk/secret.key', { secretKeyFile: '/etc/delist-desk/secret.key' }]],
  LMTP_LISTEN: [
    ['127.0.0.1:24', { lmtpListen: ['127.0.0.1:24'] }],
    ['[::1]:24, /run/desk/lmtp.sock', { lmtpListen: ['[::1]:24', '/run/desk/lmtp.sock'] }],
  ],
  SMTP_LISTEN: [
    ['localhost:25,[2001:db8::25]:2525', { smtpListen: ['localhost:25', '[2001:db8::25]:2525'] }],
  ],
  INTAKE_ADDRESSES: [
    ['Desk@example.com, abuse@example.com', { intakeAddresses: ['desk@example.com', 'abuse@example.com'] }],
  ],
  MAIL_MAX_MB: [
    ['1', { mailMaxBytes: 1024 * 1024 }],
    ['100', { mailMaxBytes: 100 * 1024 * 1024 }],
  ],
  COMPLAINT_MAILS: [
    ['hashed', { keepComplaintMails: false }],
    ['kept', { keepComplaintMails: true }],
  ],
  SESSION_IDLE_HOURS: [
    ['0.01', { sessionIdleMs: 36_000 }],
    ['720', { sessionIdleMs: 720 * 3_600_000 }],
  ],
  SESSION_MAX_DAYS: [
    ['0.5', { sessionMaxMs: 43_200_000 }],
    ['90', { sessionMaxMs: 90 * 86_400_000 }],
  ],
};

/** Variable → what is allowed, and values that are not. */
const WRONG: Record<string, [allowed: string, values: string[]]> = {
  HOST: ['a host name or IP address to listen on', [' ', 'http://127.0.0.1', '127.0.0.1 ', 'a/b', '[::1]']],
  PORT: ['a port from 0 to 65535', ['-1', '65536', '80.5', 'http', '3000 and 1', '٣', 'NaN', 'Infinity']],
  DATABASE_URL: [
    'a postgres:// or postgresql:// address',
    [
      'mysql://db.example.com/desk',
      'db.example.com',
      'postgres:/desk',
      'postgres://db.example.com:port/desk',
    ],
  ],
  BASE_URL: [
    'http:// or https://, a host, and no path',
    [
      'desk.example.com',
      'ftp://desk.example.com',
      'https://',
      'https:///',
      'https://desk.example.com/desk',
      'https://desk.example.com?x=1',
      'https://desk.example.com#x',
      'https://desk.example.com:99999',
      'https://desk example.com',
      'https://desk.example.com\n',
      'javascript://desk.example.com',
    ],
  ],
  DNS_SERVERS: [
    'IP addresses, each with :port if needed, separated by commas',
    [
      'dns.example.com',
      'abc',
      '999.1.1.1',
      '192.0.2.53,',
      '192.0.2.53;192.0.2.54',
      '192.0.2.53:0',
      '192.0.2.53:65536',
      '[192.0.2.53]:53',
      '[2001:db8::53',
      '192.0.2.0/24',
      ':::',
    ],
  ],
  DNSBL_SERVERS: [
    'zone=address pairs, such as spamhaus.org=127.0.0.1:5300, separated by commas',
    [
      '192.0.2.53',
      'bl.example.org',
      'bl.example.org=',
      'bl.example.org=dns.example.com',
      'bl.example.org=192.0.2.53:0',
      'bl.example.org=192.0.2.53,',
      'BL.example.org=192.0.2.53',
      'org=192.0.2.53',
    ],
  ],
  WEBHOOK_PRIVATE_TARGETS: [
    'IP addresses or CIDR ranges, each with :port if needed, separated by commas',
    [
      'localhost',
      '10.1.2.0/33',
      '10.1.2',
      '127.0.0.1:0',
      '127.0.0.1:65536',
      '[fd00::1',
      'fd00::1%eth0',
      '::1,',
      '1.2.3.4/8/9',
    ],
  ],
  SNDS_HOSTS: [
    'host names in small letters, separated by commas',
    [
      'localhost',
      '127.0.0.1',
      'https://reports.example.com',
      'Reports.example.com',
      'a.example,',
      'a.example:8443',
      '*.example',
    ],
  ],
  LMTP_LISTEN: [
    'host:port or the path of a socket, several separated by commas',
    ['24', ':24', '127.0.0.1', 'run/lmtp.sock', '127.0.0.1:65536', '::1:24', '127.0.0.1:24,'],
  ],
  SMTP_LISTEN: [
    'host:port, several separated by commas',
    ['25', '/run/smtp.sock', '[127.0.0.1]:25', 'localhost:25 localhost:26'],
  ],
  INTAKE_ADDRESSES: [
    'mail addresses, separated by commas',
    [
      'desk',
      '@example.com',
      'Desk <desk@example.com>',
      'desk@example.com,',
      'desk@example.com;a@example.com',
    ],
  ],
  MAIL_MAX_MB: ['megabytes, 1 to 100', ['0', '101', '2.5', '25 MB', 'Infinity']],
  COMPLAINT_MAILS: ['hashed or kept', ['yes', 'Kept', 'hashed,kept']],
  LOG_LEVEL: [
    'one of fatal, error, warn, info, debug, trace, silent',
    ['INFO', 'verbose', 'warning', '10', 'info,debug'],
  ],
  TRUSTED_PROXIES: [
    'IP addresses or CIDR ranges of reverse proxies, separated by commas',
    [
      'true',
      'loopback',
      'proxy.example.com',
      'abc',
      '999.1.1.1',
      '10.0.0.0/33',
      '2001:db8::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '10.0.0.0/-1',
      '10.0.0.0 10.0.0.1',
      ',',
      'fe80::1%eth0',
    ],
  ],
  STOP_DELAY_SECONDS: ['whole seconds, 0 to 300', ['-1', '301', '1.5', '5 s']],
  SESSION_IDLE_HOURS: ['hours, 0.01 to 720', ['0', '-1', '720.1', '12 h', 'for ever', 'Infinity']],
  SESSION_MAX_DAYS: ['days, 0.01 to 90', ['0', '91', 'x', '1,5']],
};

const refusalOf = (environment: Record<string, string>) => {
  try {
    return readConfig(environment);
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};

t.test('without any variable everything has a default, and empty ones count as not set', async (t) => {
  t.strictSame(readConfig({}), DEFAULTS);
  t.strictSame(readConfig(Object.fromEntries(NAMES.map((name) => [name, '']))), DEFAULTS);
  t.strictSame(readConfig({ PATH: '/bin', PORTS: '1', port: '2' }), DEFAULTS, 'others are not ours');
  t.strictSame(readConfig({}, { demo: true }), { ...DEFAULTS, demo: true });
  t.strictSame(readConfig({ DEMO: 'true' }), DEFAULTS);
});

t.test('good values', async (t) => {
  t.strictSame(Object.keys(GOOD).sort(), [...NAMES].sort(), 'every variable is tried');
  for (const [name, values] of Object.entries(GOOD))
    for (const [value, means] of values)
      t.strictSame(refusalOf({ [name]: value }), { ...DEFAULTS, ...means }, `${name}=${value}`);
});

t.test('a wrong value is named with its variable and what is allowed', async (t) => {
  for (const [name, [allowed, values]] of Object.entries(WRONG))
    for (const value of values)
      t.equal(
        refusalOf({ [name]: value }),
        `BadSetting: ${name}=${JSON.stringify(value)}: must be ${allowed}`,
      );
  const never = [
    'DATA_DIR',
    'DELIST_DESK_BOOTSTRAP_TOKEN',
    'DNSBL_KEYS',
    'METRICS_TOKEN',
    'SECRET_KEY',
    'SECRET_KEY_FILE',
  ];
  t.strictSame([...Object.keys(WRONG), ...never].sort(), [...NAMES].sort(), 'every variable is tried');
});

t.test('all wrong values are told at once, a line each', async (t) => {
  t.equal(
    refusalOf({ PORT: '99999', LOG_LEVEL: 'loud', HOST: 'localhost', BASE_URL: 'desk' }),
    [
      'BadSetting: PORT="99999": must be a port from 0 to 65535',
      'BASE_URL="desk": must be http:// or https://, a host, and no path',
      'LOG_LEVEL="loud": must be one of fatal, error, warn, info, debug, trace, silent',
    ].join('\n'),
  );
});

t.test('no secret in a message', async (t) => {
  for (const name of ['DELIST_DESK_BOOTSTRAP_TOKEN', 'METRICS_TOKEN'])
    for (const token of ['short-secret', 'secret'.repeat(40)])
      t.equal(refusalOf({ [name]: token }), `BadSetting: ${name}=(not shown): must be 16 to 200 characters`);
  for (const keys of [
    'secretkey',
    'dq.example.org=secret.key',
    'dq.example.org=',
    'dq.example.org=secret key',
    `dq.example.org=${'secret'.repeat(11)}`,
    'a.example.org=x,=secret',
  ])
    t.equal(
      refusalOf({ DNSBL_KEYS: keys }),
      'BadSetting: DNSBL_KEYS=(not shown): must be zone=key pairs, such as dq.spamhaus.net=…, separated by commas',
    );
  for (const key of [
    'short',
    `${KEY},`,
    KEY.slice(1),
    `${KEY}=`,
    Buffer.alloc(31).toString('base64'),
    'x'.repeat(44),
  ])
    t.equal(
      refusalOf({ SECRET_KEY: key }),
      'BadSetting: SECRET_KEY=(not shown): must be 32 bytes in Base64, or several, the newest first, separated by commas',
    );
  const urls = [
    ['mysql://desk:secret@db.example.com/desk', 'mysql://…@db.example.com/desk'],
    ['mysql://desk:sec/ret@db.example.com/desk', 'mysql://…@db.example.com/desk'],
    ['mysql://desk:secr@et@db.example.com/desk', 'mysql://…@db.example.com/desk'],
    ['postgres:desk:secret@db.example.com', '…@db.example.com'],
    ['desk:secret@db.example.com/desk', '…@db.example.com/desk'],
    ['postgres://desk:secret@db.example.com:x/desk', 'postgres://…@db.example.com:x/desk'],
  ];
  for (const [given = '', shown] of urls)
    t.equal(
      refusalOf({ DATABASE_URL: given }),
      `BadSetting: DATABASE_URL=${JSON.stringify(shown)}: must be a postgres:// or postgresql:// address`,
    );
  t.match(
    refusalOf({ BASE_URL: 'https://desk:secret@desk.example.com' }),
    /^BadSetting: BASE_URL="https:\/\/…@desk/,
  );
});

t.test('whoever uses a setting takes every value that is allowed', async (t) => {
  for (const [value] of GOOD['DNS_SERVERS'] ?? [])
    t.doesNotThrow(() => new Resolver().setServers(readConfig({ DNS_SERVERS: value }).dnsServers), value);
  for (const [value] of GOOD['TRUSTED_PROXIES'] ?? [])
    t.doesNotThrow(
      () => Fastify({ trustProxy: readConfig({ TRUSTED_PROXIES: value }).trustedProxies }),
      value,
    );
});

t.test('README.md names the same variables with the same defaults; nothing else of ours is read', (t) => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [, settings = ''] = page.split(/^## Settings$/m);
  const [section = ''] = settings.split(/^##+ /m);
  const rows = [...section.matchAll(/^\| `([^`]+)` *\| *(?:`([^`]*)`)? *\| *(\S.*?) *\|$/gm)];
  t.equal(
    rows.length,
    section.split('\n').filter((line) => line.startsWith('| `')).length,
    'every row is read',
  );
  const defaultOf = (name: (typeof NAMES)[number]) =>
    (Environment.properties[name] as { default?: unknown }).default;
  t.strictSame(
    Object.fromEntries(rows.map(([, name, value]) => [name, value])),
    Object.fromEntries(
      NAMES.map((name) => [name, defaultOf(name) === undefined ? undefined : String(defaultOf(name))]),
    ),
  );
  const readers = globSync('src/**/*.{ts,js}', { cwd: new URL('..', import.meta.url) }).filter((file) =>
    /process\.env(\.|\[)/.test(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')),
  );
  t.strictSame(readers, []);
  t.end();
});
