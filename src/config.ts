import { Ajv } from 'ajv';
import { type Static, Type } from './json-schema.ts';

/** Every setting, from the environment. The README's table repeats these names; a test holds the two together. */
const Environment = Type.Object({
  HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'a host name or IP address to listen on',
  }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 3000, description: 'a port from 0 to 65535' }),
  DATA_DIR: Type.String({ minLength: 1, default: './data', description: 'a folder that can be written to' }),
  DATABASE_URL: Type.Optional(
    Type.String({ pattern: '^postgres(ql)?://', description: 'a postgres:// or postgresql:// address' }),
  ),
  BASE_URL: Type.Optional(
    Type.String({ pattern: '^https?://[^/?#]+/?$', description: 'http:// or https://, a host, and no path' }),
  ),
  DELIST_DESK_BOOTSTRAP_TOKEN: Type.Optional(
    Type.String({ minLength: 16, maxLength: 200, description: 'at least 16 characters' }),
  ),
  DNS_SERVERS: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F.:\\[\\]]+(\\s*,\\s*[0-9a-fA-F.:\\[\\]]+)*$',
      description: 'IP addresses, each with :port if needed, separated by commas',
    }),
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'one of fatal, error, warn, info, debug, trace, silent',
  }),
  TRUSTED_PROXIES: Type.Optional(
    Type.String({
      pattern: '^[0-9a-fA-F.:/]+(\\s*,\\s*[0-9a-fA-F.:/]+)*$',
      description: 'IP addresses or CIDR ranges of reverse proxies, separated by commas',
    }),
  ),
  SESSION_IDLE_HOURS: Type.Number({
    minimum: 0.01,
    maximum: 720,
    default: 12,
    description: 'hours, 0.01 to 720',
  }),
  SESSION_MAX_DAYS: Type.Number({ minimum: 0.01, maximum: 90, default: 14, description: 'days, 0.01 to 90' }),
});
export const ENVIRONMENT_NAMES = Object.keys(Environment.properties);

export type Config = {
  host: string;
  port: number;
  dataDir: string;
  /** Undefined: the embedded database in `dataDir`. */
  databaseUrl: string | undefined;
  /** The public origin, without a slash at its end; undefined: told by the address we listen on. */
  baseUrl: string | undefined;
  bootstrapToken: string | undefined;
  dnsServers: string[];
  logLevel: Static<typeof Environment>['LOG_LEVEL'];
  trustedProxies: string[];
  sessionIdleMs: number;
  sessionMaxMs: number;
  demo: boolean;
};

/** A setting that cannot be used. The message names the variable, its value and what is allowed. */
export class BadSetting extends Error {
  override name = 'BadSetting';
}

const SECRET = /TOKEN|PASSWORD|SECRET/;
const commaList = (text: string | undefined) => (text ? text.split(',').map((part) => part.trim()) : []);

function shown(name: string, value: unknown): string {
  return SECRET.test(name)
    ? '(not shown)'
    : JSON.stringify(String(value).replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:…@'));
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
    dnsServers: commaList(env.DNS_SERVERS),
    logLevel: env.LOG_LEVEL,
    trustedProxies: commaList(env.TRUSTED_PROXIES),
    sessionIdleMs: env.SESSION_IDLE_HOURS * 3_600_000,
    sessionMaxMs: env.SESSION_MAX_DAYS * 86_400_000,
    demo: options.demo ?? false,
  };
}
