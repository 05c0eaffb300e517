import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDns } from '../../src/dns/open.ts';

/** A real server of DNS lists, with zones that are made for a test. */

const [PROGRAM] = ['/usr/sbin/rbldnsd', 'rbldnsd'].filter(
  (name) => spawnSync(name, ['-h'], { stdio: 'ignore' }).error === undefined,
);
/** The words with which tests skip; false where there is one. */
export const noRbldnsd = PROGRAM === undefined && 'no rbldnsd: apt-get install rbldnsd brings it';

export type DataSet = { zone: string; type: 'ip4set' | 'ip6trie' | 'dnset'; lines: string[] };
export type Rbldnsd = { address: string; close(): Promise<void> };

const HEAD = ['$SOA 300 ns.example.org hostmaster.example.org 1 600 300 86400 300', '$NS 300 ns.example.org'];

async function isUp(address: string, zone: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries += 1) {
    const { ask } = openDns({ servers: [address], patience: 300 });
    if ((await ask(zone, 'SOA')).status === 'found') return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

let lastPort = 31_000 + (process.pid % 1500);

export async function startRbldnsd(sets: DataSet[]): Promise<Rbldnsd> {
  const folder = mkdtempSync(join(tmpdir(), 'rbldnsd-'));
  // Started by root it gives up its rights, and must still read them.
  chmodSync(folder, 0o755);
  const args = sets.map(({ zone, type, lines }, at) => {
    writeFileSync(join(folder, `set-${at}`), `${[...HEAD, ...lines].join('\n')}\n`);
    return `${zone}:${type}:set-${at}`;
  });
  for (let tries = 0; ; tries += 1) {
    lastPort += 1;
    const options = ['-n', '-c', '0', '-b', `127.0.0.1/${lastPort}`, '-w', folder];
    const child = spawn(PROGRAM ?? '', [...options, ...args], { stdio: 'ignore' });
    const ended = new Promise<void>((done) => child.once('exit', () => done()));
    const address = `127.0.0.1:${lastPort}`;
    const up = await isUp(address, sets[0]?.zone ?? '', child);
    const close = async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    if (up) return { address, close };
    child.kill('SIGKILL');
    await ended;
    if (tries === 5) throw new Error('rbldnsd does not start');
  }
}
