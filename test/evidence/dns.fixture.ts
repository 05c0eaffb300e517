import { type ChildProcess, spawn } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ask, DnsAnswer, RecordType } from '../../src/dns/answer.ts';
import type { World } from '../../src/evidence/kind.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { freePort } from '../free-port.ts';

/** A real authoritative server (NSD) on 127.0.0.1 that serves the zones a test wrote, and an `Ask` for it. */

const NSD = ['/usr/sbin/nsd', '/usr/local/sbin/nsd'].find(existsSync);
/** Why tests that need the server are skipped, in tap's words; false where it is there. */
export const skip = NSD ? false : 'no nsd here; apt-get install nsd brings it';

export type Zones = {
  /** Zone → its records in master file format (RFC 1035 § 5), without SOA and NS, which are added. */
  served: Record<string, string>;
  /** Zones that the server should have and cannot load: it answers SERVFAIL. */
  broken?: string[];
};

const HEAD = `$TTL 300
@ IN SOA ns.example.net. hostmaster.example.net. 1 3600 600 86400 300
@ IN NS ns.example.net.
`;

/** A text as the strings of one TXT record, each of at most 255 octets. */
export const strings = (text: string) => (text.match(/.{1,250}/g) ?? []).map((part) => `"${part}"`).join(' ');

function configure(folder: string, port: number, { served, broken = [] }: Zones): string {
  const file = (zone: string) => join(folder, `${zone}.zone`);
  // With a root of its own it knows of every other name that it does not exist.
  const all = { '.': '', ...served };
  for (const [zone, records] of Object.entries(all)) writeFileSync(file(zone), `${HEAD}${records}\n`);
  const zones = [...Object.keys(all), ...broken].map(
    (zone) => `zone:\n  name: "${zone}"\n  zonefile: "${file(zone)}"\n`,
  );
  const config = join(folder, 'nsd.conf');
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1
  port: ${port}
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${join(folder, 'nsd.pid')}"
  zonelistfile: "${join(folder, 'zone.list')}"
  xfrdfile: ""
  xfrdir: "${folder}"
  logfile: "${join(folder, 'nsd.log')}"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
${zones.join('')}`,
  );
  return config;
}

export type DnsServer = { ask: Ask; world: World; port: number; close(): Promise<void> };

/** Starts the server; the caller closes it. */
export async function serve(zones: Zones): Promise<DnsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-dns-'));
  const port = await freePort();
  const child = spawn(NSD ?? 'nsd', ['-d', '-c', configure(folder, port, zones)], { stdio: 'ignore' });
  const ask = askAt(port);
  const close = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill()) await gone;
    rmSync(folder, { recursive: true });
  };
  const lacking = await awaited(child, ask, Object.keys(zones.served));
  if (lacking.length > 0) {
    const log = readFileSync(join(folder, 'nsd.log'), 'utf8');
    await close();
    throw new Error(`nsd does not serve ${lacking.join(', ')}: ${log}`);
  }
  return { ask, port, world: worldOf(ask), close };
}

/** Waits until every zone is served; those that never are. */
async function awaited(child: ChildProcess, ask: Ask, zones: string[]): Promise<string[]> {
  const lacking = new Set(zones);
  for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
    for (const zone of lacking) if ((await ask(zone, 'SOA')).status === 'found') lacking.delete(zone);
    if (lacking.size === 0) break;
    await wait(50);
  }
  return [...lacking];
}

const CATALOGUE = readCatalogue();

/** What kinds of evidence may use, with these answers, at a fixed time. */
export const worldOf = (ask: Ask, now = new Date('2026-11-25T12:00:00Z')): World => ({
  ask,
  catalogue: CATALOGUE,
  now,
});

/** Answers out of a table, for what no server can be made to say. What it lacks does not exist. */
export const tableOf =
  (answers: Record<string, DnsAnswer | string[]>): Ask =>
  async (name, type) => {
    const answer = answers[`${name} ${type}`];
    if (Array.isArray(answer)) return { status: 'found', records: answer, ttl: 300 };
    return answer ?? { status: 'no-name' };
  };

function askAt(port: number): Ask {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([`127.0.0.1:${port}`]);
  return async (name, type) => {
    try {
      return { status: 'found', records: texts(type, await resolver.resolve(name, type)), ttl: null };
    } catch (error) {
      return failureOf((error as NodeJS.ErrnoException).code ?? '');
    }
  };
}

function failureOf(code: string): DnsAnswer {
  if (code === 'ENOTFOUND') return { status: 'no-name' };
  if (code === 'ENODATA') return { status: 'no-data' };
  return { status: 'failed', why: code };
}

function texts(type: RecordType, answer: unknown): string[] {
  if (type === 'SOA') {
    const { nsname, hostmaster, serial } = answer as { nsname: string; hostmaster: string; serial: number };
    return [`${nsname} ${hostmaster} ${serial}`];
  }
  return (answer as unknown[]).map((record) => {
    if (Array.isArray(record)) return record.join('');
    if (type === 'MX') {
      const { priority, exchange } = record as { priority: number; exchange: string };
      return `${priority} ${exchange}`;
    }
    return String(record);
  });
}
