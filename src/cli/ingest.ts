import { mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runAgent } from '../agent/agent.ts';
import { PACE } from '../agent/pace.ts';
import { postTo } from '../agent/post.ts';
import { Say } from '../agent/say.ts';
import type { OpenScanner } from '../agent/scanner.ts';
import { Spool } from '../agent/spool.ts';
import { FolderInUse, takeLock } from '../database/lock.ts';
import { BadUse, refuse } from './bad-use.ts';
import type { Environment, Io } from './io.ts';
import { logScanners, type ScannerFacts } from './log-scanners.ts';

type IngestIo = Pick<Io, 'stdin' | 'stderr'>;

export const USE = `Use: ingest [--follow] FILE… | -

Counts deliveries, deferrals and refusals in mail logs and sends the counts to a Delist Desk.
"-" is standard input. Files that end in .gz are unpacked. A log with a file for each day is named with a *
for the day, in quotes: '/logs/*-delivery.log'; the last of them by name is the newest.

  --follow             wait for more, over log rotation too, until stopped
  --url URL            the desk; or set DELIST_DESK_URL
  --token-file FILE    holds an API token with the scope write; or set DELIST_DESK_TOKEN
  --state FOLDER       places in the logs and batches to send; default ~/.local/state/delist-desk
  --spool-limit MB     reading waits when so much is to be sent; default 256
  --address IP         the sending address, on a host that has one only
  --host NAME          the host whose logs these are; default this one's name
  --time-zone ZONE     of log stamps without one, such as Europe/Berlin; default this host's
  --quiet              say only what is wrong

Exit status: 0 done, or stopped with everything safe; 1 something could not be read or sent; 2 bad use.
`;

const OPTIONS = {
  follow: { type: 'boolean', short: 'f' },
  quiet: { type: 'boolean' },
  url: { type: 'string' },
  'token-file': { type: 'string' },
  state: { type: 'string' },
  'spool-limit': { type: 'string' },
  address: { type: 'string' },
  host: { type: 'string' },
  'time-zone': { type: 'string' },
} as const;

function parse(args: string[]) {
  if (args.some((arg) => /^--token(?:=|$)/.test(arg)))
    throw new BadUse(
      'A token on the command line can be seen by everybody on this host: use --token-file or DELIST_DESK_TOKEN.',
    );
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new BadUse((error as Error).message);
  }
}

function deskOf(text: string | undefined): URL {
  if (!text) throw new BadUse('Which desk? Give --url or set DELIST_DESK_URL.');
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash)
    throw new BadUse(`${JSON.stringify(text)} is no http:// or https:// address of a desk.`);
  if (url.username || url.password)
    throw new BadUse('The desk’s address must not hold a user or a password; it takes a token.');
  return url;
}

/** The token must fit into a header; what it is does not get into any message. */
function checked(token: string, from: string): string {
  if (/^[\x21-\x7e]{1,500}$/.test(token)) return token;
  throw new BadUse(`${from} holds no token: it must be one word.`);
}

/** A token file is read for each request, so that a new token needs no restart. */
function tokenOf(file: string | undefined, given: string | undefined): () => string {
  if (file !== undefined) return () => checked(readFileSync(file, 'utf8').trim(), file);
  if (!given) throw new BadUse('Which token? Give --token-file or set DELIST_DESK_TOKEN.');
  const token = checked(given.trim(), 'DELIST_DESK_TOKEN');
  return () => token;
}

function limitOf(text: string | undefined): number {
  const megabytes = Number(text ?? 256);
  if (!(megabytes > 0)) throw new BadUse('--spool-limit is a number of megabytes, such as 256.');
  return megabytes * 1_000_000;
}

/** A log is written in the zone of its host. */
function zoneOf(zone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', zone ? { timeZone: zone } : {}).resolvedOptions().timeZone;
  } catch {
    throw new BadUse(`There is no time zone ${zone}.`);
  }
}

function addressOf(address: string | undefined): { address?: string } {
  if (address === undefined) return {};
  if (isIP(address) === 0) throw new BadUse(`--address ${address} is no IP address.`);
  return { address };
}

const stateOf = (given: string | undefined, environment: Environment): string =>
  resolve(given ?? join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'delist-desk'));

function readArguments(args: string[], environment: Environment) {
  const { values, positionals } = parse(args);
  const paths = positionals.filter((name) => name !== '-').map((name) => resolve(name));
  if (positionals.length === 0) throw new BadUse('Which logs? Name files, or - for standard input.');
  const host = values.host || hostname() || 'localhost';
  return {
    follow: values.follow ?? false,
    quiet: values.quiet ?? false,
    paths,
    readsInput: positionals.includes('-'),
    host,
    name: [host, ...positionals.map((name) => (name === '-' ? name : resolve(name)))].join(' ').slice(0, 200),
    state: stateOf(values.state, environment),
    limit: limitOf(values['spool-limit']),
    scanner: { host, timeZone: zoneOf(values['time-zone']), ...addressOf(values.address) },
    desk: () => deskOf(values.url ?? environment['DELIST_DESK_URL']),
    token: () => tokenOf(values['token-file'], environment['DELIST_DESK_TOKEN']),
  };
}

/** Ends the agent in order on SIGTERM and SIGINT; a terminal that goes away ends nothing. */
function stopSignal(): { stop: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const end = () => controller.abort();
  const nothing = () => undefined;
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', nothing);
  return {
    stop: controller.signal,
    forget: () => process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', nothing),
  };
}

const isLocal = ({ hostname }: URL) => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/** The `ingest` command. Resolves to the exit status. */
export async function ingestCommand(
  args: string[],
  io: IngestIo,
  environment: Environment,
  scannerFor: (facts: ScannerFacts) => OpenScanner = logScanners,
  pace = PACE,
): Promise<number> {
  const { stop, forget } = stopSignal();
  let release: () => void = () => undefined;
  try {
    const given = readArguments(args, environment);
    const desk = given.desk();
    const token = given.token();
    token();
    const say = new Say((line) => io.stderr.write(line), given.quiet);
    mkdirSync(given.state, { recursive: true, mode: 0o700 });
    release = takeLock(given.state, 'give this agent a folder of its own with --state');
    if (desk.protocol === 'http:' && !isLocal(desk))
      say.warning(`${desk.origin} is not encrypted: on the way, anybody can read the token. Use https.`);
    say.line(`Reading ${[...given.paths, ...(given.readsInput ? ['standard input'] : [])].join(', ')}.`);
    return await runAgent({
      name: given.name,
      paths: given.paths,
      ...(given.readsInput ? { input: io.stdin } : {}),
      follow: given.follow,
      openScanner: scannerFor({ ...given.scanner, tell: (note) => say.line(note) }),
      spool: new Spool(given.state, given.limit),
      post: postTo(desk, token),
      say,
      pace,
      stop,
    });
  } catch (error) {
    if (error instanceof BadUse) return refuse(io, `${error.message}\n\n${USE}`);
    if (!(error instanceof FolderInUse) && !('syscall' in (error as object))) throw error;
    io.stderr.write(`${(error as Error).message}\n`);
    return error instanceof FolderInUse ? 1 : 2;
  } finally {
    release();
    forget();
  }
}
