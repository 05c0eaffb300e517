import { isIP, isIPv4, isIPv6 } from 'node:net';
import { Ajv } from 'ajv';
import { readServer } from './dns/server-address.ts';
import { type Static, Type } from './json-schema.ts';
import { readPrivateTarget } from './outside/allowed-targets.ts';

const commaList = (text: string | undefined) => (text ? text.split(',').map((part) => part.trim()) : []);

/** `192.0.2.1`, `2001:db8::/32` */
function isProxy(text: string): boolean {
  const [address = '', prefix, more] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}

const isServer = (text: string): boolean => readServer(text) !== undefined;

/** A domain name, or the names below it, and what is given for it. */
const ASSIGNMENT = /^([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+)=(.+)$/;
const KEY = /^[A-Za-z0-9_-]{1,63}$/;

/** `zone=value,zone=value` as pairs; null where a part is none. */
function assignments(text: string | undefined): [zone: string, value: string][] | null {
  const parts = commaList(text).map((part) => ASSIGNMENT.exec(part));
  return parts.every((part) => part !== null)
    ? parts.map(([, zone = '', value = '']) => [zone, value])
    : null;
}
const areAssignments = (text: string, isValue: (value: string) => boolean): boolean =>
  assignments(text)?.every(([, value]) => isValue(value)) ?? false;
/** `reports.example.com` */
const isHost = (text: string) => /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,9}$/.test(text) && isIP(text) === 0;

/** `host:port`, `[2001:db8::25]:24`; `:port` alone would listen to everybody. */
const ENDPOINT = /^(?:\[([\da-fA-F:.%]{2,60})\]|([A-Za-z0-9.-]{1,253})):(\d{1,5})$/;
function isEndpoint(text: string): boolean {
  const [, inBrackets, plain, port] = ENDPOINT.exec(text) ?? [];
  return (inBrackets !== undefined ? isIPv6(inBrackets) : plain !== undefined) && Number(port) < 65_536;
}
const isSocketPath = (text: string) => /^\/[^\0,]{1,100}$/.test(text);
const isMailAddress = (text: string) => /^[^\s@<>,"\0]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(text);

const isKey = (text: string) => /^[A-Za-z0-9+/]{43}=$/.test(text);

const FORMATS: Record<string, (text: string) => boolean> = {
  // A socket's address (`user@/name`) has no host.
  postgres: (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text.replace('@/', '@localhost/')),
  origin: (text) => /^https?:\/\/[^\s/?#@]+\/?$/.test(text) && URL.canParse(text),
  proxies: (text) => commaList(text).every(isProxy),
  servers: (text) => commaList(text).every(isServer),
  zoneServers: (text) => areAssignments(text, isServer),
  zoneKeys: (text) => areAssignments(text, (value) => KEY.test(value)),
  hosts: (text) => commaList(text).every(isHost),
  endpoints: (text) => commaList(text).every(isEndpoint),
  endpointsOrSockets: (text) => commaList(text).every((part) => isEndpoint(part) || isSocketPath(part)),
  mailAddresses: (text) => commaList(text).every(isMailAddress),
  secretKeys: (text) => commaList(text).every(isKey),
  privateTargets: (text) => commaList(text).every((part) => readPrivateTarget(part) !== undefined),
};

/** Every setting, from the environment. `README.md` repeats names and defaults; a test holds the two together. */
export const Environment = Type.Object({
  HOST: Type.String({
    pattern: '^[\\w.:%-]+$',
    default: '127.0.0.1',
    description: 'a host name or IP address to listen on',
  }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 3000, description: 'a port from 0 to 65535' }),
  DATA_DIR: Type.String({ minLength: 1, default: './data', description: 'a folder that can be written to' }),
  DATABASE_URL: Type.Optional(
    Type.String({ format: 'postgres', description: 'a postgres:// or postgresql:// address' }),
  ),
  BASE_URL: Type.Optional(
    Type.String({ format: 'origin', description: 'http:// or https://, a host, and no path' }),
  ),
  DELIST_DESK_BOOTSTRAP_TOKEN: Type.Optional(
    Type.String({ minLength: 16, maxLength: 200, description: '16 to 200 characters' }),
  ),
  METRICS_TOKEN: Type.Optional(
    Type.String({ minLength: 16, maxLength: 200, description: '16 to 200 characters' }),
  ),
  STOP_DELAY_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 300,
    default: 0,
    description: 'whole seconds, 0 to 300',
  }),
  DNS_SERVERS: Type.Optional(
    Type.String({
      format: 'servers',
      description: 'IP addresses, each with :port if needed, separated by commas',
    }),
  ),
  DNSBL_SERVERS: Type.Optional(
    Type.String({
      format: 'zoneServers',
      description: 'zone=address pairs, such as spamhaus.org=127.0.0.1:5300, separated by commas',
    }),
  ),
  DNSBL_KEYS: Type.Optional(
    Type.String({
      format: 'zoneKeys',
      description: 'zone=key pairs, such as dq.spamhaus.net=…, separated by commas',
    }),
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'one of fatal, error, warn, info, debug, trace, silent',
  }),
  TRUSTED_PROXIES: Type.Optional(
    Type.String({
      format: 'proxies',
      description: 'IP addresses or CIDR ranges of reverse proxies, separated by commas',
    }),
  ),
  SNDS_HOSTS: Type.Optional(
    Type.String({ format: 'hosts', description: 'host names in small letters, separated by commas' }),
  ),
  SECRET_KEY: Type.Optional(
    Type.String({
      format: 'secretKeys',
      description: '32 bytes in Base64, or several, the newest first, separated by commas',
    }),
  ),
  SECRET_KEY_FILE: Type.Optional(
    Type.String({ minLength: 1, description: 'a file that holds the key, or is made with one' }),
  ),
  LMTP_LISTEN: Type.Optional(
    Type.String({
      format: 'endpointsOrSockets',
      description: 'host:port or the path of a socket, several separated by commas',
    }),
  ),
  SMTP_LISTEN: Type.Optional(
    Type.String({ format: 'endpoints', description: 'host:port, several separated by commas' }),
  ),
  INTAKE_ADDRESSES: Type.Optional(
    Type.String({ format: 'mailAddresses', description: 'mail addresses, separated by commas' }),
  ),
  MAIL_MAX_MB: Type.Integer({ minimum: 1, maximum: 100, default: 50, description: 'megabytes, 1 to 100' }),
  WEBHOOK_PRIVATE_TARGETS: Type.Optional(
    Type.String({
      format: 'privateTargets',
      description: 'IP addresses or CIDR ranges, each with :port if needed, separated by commas',
    }),
  ),
  COMPLAINT_MAILS: Type.Enum(['hashed', 'kept'], { default: 'hashed', description: 'hashed or kept' }),
  SESSION_IDLE_HOURS: Type.Number({
    minimum: 0.01,
    maximum: 720,
    default: 12,
    description: 'hours, 0.01 to 720',
  }),
  SESSION_MAX_DAYS: Type.Number({ minimum: 0.01, maximum: 90, default: 14, description: 'days, 0.01 to 90' }),
});
const ENVIRONMENT_NAMES = Object.keys(Environment.properties);

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  /** Undefined: the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  /** The public origin, without a slash at its end; undefined: told by the address we listen on. */
  baseUrl: string | undefined;
  bootstrapToken: string | undefined;
  /** Opens `/metrics` and nothing else. */
  metricsToken: string | undefined;
  /** How long a process that is told to stop goes on answering, while `/readyz` says that it will. */
  stopDelayMs: number;
  dnsServers: string[];
  /** Zone, or a domain above it, → its resolvers in place of `dnsServers`. */
  dnsblServers: Record<string, string[]>;
  /** Zone, or a domain above it, → the label before the zone’s name: a secret. */
  dnsblKeys: Record<string, string>;
  logLevel: Static<typeof Environment>['LOG_LEVEL'];
  trustedProxies: string[];
  /** Hosts besides Microsoft's own from which SNDS reports may be fetched. */
  sndsHosts: string[];
  /** Keys for what is sealed in the database, in Base64; undefined: those of the key file. */
  secretKey: string | undefined;
  /** Undefined: `secret.key` in `dataDir`. */
  secretKeyFile: string | undefined;
  /** `host:port` or the path of a socket, where mail is taken by LMTP (RFC 2033) and by SMTP. */
  lmtpListen: string[];
  smtpListen: string[];
  /** For whom mail is taken, in small letters; empty: for all by LMTP, for nobody by SMTP. */
  intakeAddresses: string[];
  /** Octets of the largest mail that is taken. */
  mailMaxBytes: number;
  /** Private addresses to which webhooks may go, also without encryption. */
  webhookPrivateTargets: string[];
  /** Whether complaints are kept as whole mails, with who complained. */
  keepComplaintMails: boolean;
  sessionIdleMs: number;
  sessionMaxMs: number;
  demo: boolean;
};

/** A setting that cannot be used. The message names the variable, its value and what is allowed. */
export class BadSetting extends Error {
  override name = 'BadSetting';
}

const SECRET = /TOKEN|PASSWORD|SECRET_KEY$|KEYS/;

/** As it was given, without what may be a password in it. */
function shown(name: string, value: unknown): string {
  if (name === 'INTAKE_ADDRESSES') return JSON.stringify(String(value));
  return SECRET.test(name)
    ? '(not shown)'
    : JSON.stringify(String(value).replace(/^([^/]*\/\/)?.*@/s, '$1…@'));
}

/** Reads the settings. An empty value counts as not set. Throws {@link BadSetting}. */
export function readConfig(
  environment: Record<string, string | undefined>,
  options: { demo?: boolean } = {},
): Config {
  const given: Record<string, unknown> = {};
  for (const name of ENVIRONMENT_NAMES) if (environment[name]) given[name] = environment[name];
  const ajv = new Ajv({
    useDefaults: true,
    coerceTypes: true,
    allErrors: true,
    strict: true,
    meta: false,
    validateSchema: false,
    code: { optimize: false },
    formats: FORMATS,
    // With it, no limit holds for `Infinity`.
    strictNumbers: false,
  });
  const validate = ajv.compile(Environment);
  if (!validate(given)) {
    const lines = (validate.errors ?? []).map((error) => {
      const name = error.instancePath.slice(1);
      const allowed = Environment.properties[name as keyof typeof Environment.properties];
      return `${name}=${shown(name, environment[name])}: must be ${(allowed as { description?: string }).description}`;
    });
    throw new BadSetting([...new Set(lines)].join('\n'));
  }
  const env = given as Static<typeof Environment>;
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL,
    baseUrl: env.BASE_URL?.replace(/\/$/, ''),
    bootstrapToken: env.DELIST_DESK_BOOTSTRAP_TOKEN,
    metricsToken: env.METRICS_TOKEN,
    stopDelayMs: env.STOP_DELAY_SECONDS * 1000,
    dnsServers: commaList(env.DNS_SERVERS),
    dnsblServers: Object.fromEntries(
      [...Map.groupBy(assignments(env.DNSBL_SERVERS) ?? [], ([zone]) => zone)].map(([zone, pairs]) => [
        zone,
        pairs.map(([, server]) => server),
      ]),
    ),
    dnsblKeys: Object.fromEntries(assignments(env.DNSBL_KEYS) ?? []),
    logLevel: env.LOG_LEVEL,
    trustedProxies: commaList(env.TRUSTED_PROXIES),
    sndsHosts: commaList(env.SNDS_HOSTS),
    secretKey: env.SECRET_KEY,
    secretKeyFile: env.SECRET_KEY_FILE,
    lmtpListen: commaList(env.LMTP_LISTEN),
    smtpListen: commaList(env.SMTP_LISTEN),
    intakeAddresses: commaList(env.INTAKE_ADDRESSES?.toLowerCase()),
    mailMaxBytes: env.MAIL_MAX_MB * 1024 * 1024,
    webhookPrivateTargets: commaList(env.WEBHOOK_PRIVATE_TARGETS),
    keepComplaintMails: env.COMPLAINT_MAILS === 'kept',
    sessionIdleMs: env.SESSION_IDLE_HOURS * 3_600_000,
    sessionMaxMs: env.SESSION_MAX_DAYS * 86_400_000,
    demo: options.demo ?? false,
  };
}
