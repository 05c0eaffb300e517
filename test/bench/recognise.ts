import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, print, ratio } from './figures.ts';
import { type LogKind, writePostfixLog } from './postfix-log.ts';
import { benchReplies } from './replies.ts';

/**
 * A log read and brought down to observations, beside the least that can be done in Node and beside pflogsumm.
 * Times are what the reading thread computed: what else runs on the machine then counts little. Sides take turns.
 */

const LINES = 1_000_000;
const BASE = 200_000;
const TURNS = 5;

type Run = { cpu: number; peak: number };

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function child(name: string, ...args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script(name), ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout) as Run;
}

/** User and system time and peak of another program; null where it, or `time`, is missing. */
function measured(command: string, ...args: string[]): Run | null {
  const { status, stderr } = spawnSync('/usr/bin/time', ['-f', '%U %S %M', command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [user = Number.NaN, system = Number.NaN, peak = Number.NaN] =
    status === 0 ? (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number) : [];
  return Number.isNaN(user) ? null : { cpu: (user + system) * 1000, peak };
}

const middle = (runs: Run[]): Run => ({
  cpu: median(runs.map((run) => run.cpu)),
  peak: Math.max(...runs.map((run) => run.peak)),
});

const megabytes = (kibibytes: number): number => kibibytes / 1024;

/** So often, in turns; the first of each is the first in every turn. */
function inTurns<K extends string>(sides: Record<K, () => Run>): Record<K, Run> {
  const runs = new Map<K, Run[]>();
  for (let turn = 0; turn < TURNS; turn += 1)
    for (const side of Object.keys(sides) as K[]) runs.set(side, [...(runs.get(side) ?? []), sides[side]()]);
  return Object.fromEntries([...runs].map(([side, all]) => [side, middle(all)])) as Record<K, Run>;
}

async function wholeLog(folder: string, kind: LogKind): Promise<void> {
  const file = join(folder, `${kind}.log`);
  await writePostfixLog(file, LINES, kind);
  process.stdout.write(`${kind}: ${LINES} lines, ${(statSync(file).size / 1e6).toFixed(0)} MB\n`);
  const { ours, floor, twice } = inTurns({
    floor: () => child('scan-floor.ts', file),
    ours: () => child('scan-ours.ts', file),
    twice: () => child('scan-ours.ts', file, '2'),
  });
  print('  recognised and gathered', ours.cpu, 'ms');
  print('  bare loop in Node: split, take out, group', floor.cpu, 'ms');
  ratio(floor.cpu, ours.cpu, '≥ 0.8, the bare loop’s time to ours');
  print('  with a catalogue twice as large', twice.cpu, 'ms');
  ratio(twice.cpu, ours.cpu, '≤ 1.1');
  print('  peak memory', megabytes(ours.peak), 'MB');
  const summary = measured('pflogsumm', '--problems-first', file);
  if (!summary) {
    process.stdout.write('  pflogsumm: not measured, it or /usr/bin/time is not installed\n');
    return;
  }
  print('  pflogsumm', summary.cpu, 'ms');
  ratio(summary.cpu, ours.cpu, '≥ 20, pflogsumm’s time to ours');
  print('  pflogsumm, peak memory', megabytes(summary.peak), 'MB');
  ratio(ours.peak, summary.peak, '≤ 0.75');
}

async function tenTimesAsLong(folder: string): Promise<void> {
  const [short, long] = [join(folder, 'short.log'), join(folder, 'long.log')];
  await writePostfixLog(short, BASE, 'deliveries');
  await writePostfixLog(long, 10 * BASE, 'deliveries');
  const runs = inTurns({
    short: () => child('scan-ours.ts', short),
    long: () => child('scan-ours.ts', long),
  });
  print(`peak memory, ${BASE} lines`, megabytes(runs.short.peak), 'MB');
  print(`peak memory, ${10 * BASE} lines`, megabytes(runs.long.peak), 'MB');
  ratio(runs.long.peak, runs.short.peak, 'about 1');
  print('time, ten times as many lines', runs.long.cpu / runs.short.cpu, 'times');
}

export async function benchRecognise(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-bench-'));
  try {
    for (const kind of ['deliveries', 'conversation'] as const) await wholeLog(folder, kind);
    await tenTimesAsLong(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await benchReplies();
}
