import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseReport } from '../../src/bounces/parse-report.ts';
import { said } from '../../src/bounces/said.ts';
import { toRejection } from '../../src/bounces/to-rejection.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { median, print, ratio } from './figures.ts';

/**
 * One reply, and one bounce mail, read in this process, beside other readers of them. Those are no dependencies
 * of ours: PEERS_DIR is a folder in whose `node_modules` they were installed.
 */

const PASSES = 5;
/** So often in one pass: thread time is told in steps of some milliseconds, so that a short pass is told wrongly. */
const REPLIES_OVER = 60;
const MAILS_OVER = 5;
const now = new Date('2026-11-01T00:00:00Z');
const catalogue = readCatalogue();

const read = (input: string | Uint8Array): unknown => parseReport(input, { catalogue, now });

type Reader = (input: string) => unknown;

/** What a peer exports; undefined where it was not installed. */
function peer(name: string): unknown {
  const folder = process.env['PEERS_DIR'];
  try {
    return folder === undefined ? undefined : createRequire(join(folder, 'package.json'))(name);
  } catch {
    return undefined;
  }
}

function notMeasured(name: string): void {
  process.stdout.write(`  ${name}: not measured, it is not installed in PEERS_DIR\n`);
}

/** Inputs a second of thread time, the middle of some passes; the first pass warms up. */
async function perSecond<T>(inputs: T[], over: number, reader: (input: T) => unknown): Promise<number> {
  const rates: number[] = [];
  for (let pass = 0; pass <= PASSES; pass += 1) {
    const started = process.threadCpuUsage();
    for (let time = 0; time < over; time += 1) for (const input of inputs) await reader(input);
    const { user, system } = process.threadCpuUsage(started);
    if (pass > 0) rates.push(((inputs.length * over) / (user + system)) * 1e6);
  }
  return median(rates);
}

const isFunction = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === 'function';

/** The classifiers of zone-mta and of Postal Systems, as functions of one reply. */
function classifiers(): Record<string, Reader | undefined> {
  const zone = peer('zone-mta/lib/bounces') as { check?: unknown } | undefined;
  const postal = peer('@postalsys/bounce-classifier') as { classify?: unknown } | undefined;
  return {
    'zone-mta': isFunction(zone?.check) ? zone.check.bind(zone) : undefined,
    '@postalsys/bounce-classifier': isFunction(postal?.classify) ? postal.classify.bind(postal) : undefined,
  };
}

async function replies(): Promise<void> {
  const texts = catalogue.providers
    .flatMap((provider) => provider.rejections.flatMap((rule) => rule.examples))
    .filter((example) => /^[45]\d\d/.test(example));
  const ours = await perSecond(texts, REPLIES_OVER, (text) => toRejection(said({ text }), catalogue));
  print(`one reply (${texts.length} of the catalogue’s examples)`, ours, 'replies/s');
  for (const [name, classify] of Object.entries(classifiers())) {
    if (!classify) {
      notMeasured(name);
      continue;
    }
    const theirs = await perSecond(texts, REPLIES_OVER, classify);
    print(`  ${name}`, theirs, 'replies/s');
    ratio(ours, theirs, '≥ 4');
  }
}

async function mails(): Promise<void> {
  const folder = join(process.env['CORPUS_DIR'] ?? '', 'emails');
  if (!process.env['CORPUS_DIR'] || !existsSync(folder)) {
    process.stdout.write('bounce mails: not measured, CORPUS_DIR is not set\n');
    return;
  }
  const all = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
  const ours = await perSecond(all, MAILS_OVER, read);
  print(`bounce mails (${all.length})`, ours, 'mails/s');
  const simpleParser = (peer('mailparser') as { simpleParser?: unknown } | undefined)?.simpleParser;
  if (!isFunction(simpleParser)) {
    notMeasured('mailparser');
    return;
  }
  const theirs = await perSecond(all, MAILS_OVER, (mail) => simpleParser(mail));
  print('  mailparser’s simpleParser alone', theirs, 'mails/s');
  ratio(ours, theirs, '≥ 1');
}

export async function benchReplies(): Promise<void> {
  await replies();
  await mails();
}
