/**
 * The watched log on a real mail server, from block to recovery, without a hand on the product: a Postfix delivers
 * to a receiver that blocks it and later takes its mail; the log agent reads Postfix's log, and a desk on a fresh
 * data directory does the rest. `npm run trial` prints what happened and exits 0 when all of it was proven.
 *
 *   --wait          wait for the two quiet hours that prove recovery; else the block's stamps are three hours old
 *   --data FOLDER   keep the desk's data there, to look at its pages with DATA_DIR=FOLDER npm start
 *
 * It takes place in a network of its own, in which documentation addresses are sender and receiver: what is
 * delivered to 127.0.0.1 is none of an agent's business.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { startServer } from '../bench/server.ts';
import { answersTrial } from './answers.ts';
import { apiOf, command, HARBOUR, startAgent } from './desk.ts';
import { everyPageTrial } from './every-page.ts';
import { evidenceTrial } from './evidence.ts';
import { faultTrial } from './faults/trial.ts';
import { killBoth } from './kills.ts';
import { killMail, whyNoMailKills } from './mail-kills.ts';
import { morningTrial } from './morning.ts';
import { inOwnNetwork, whyNoNetwork } from './network.ts';
import { picturesTrial } from './pictures.ts';
import { Postfix } from './postfix.ts';
import { whyNoPostfix } from './postfix-server.ts';
import { Receiver } from './receiver.ts';
import { soakTrial } from './soak.ts';

const ADDRESS = '203.0.113.7';
const RECEIVER = '198.51.100.9';
const BEFORE = 12;
const BLOCKED = 40;
const AFTER = 30;
const HOUR = 3_600_000;
/** By the rules that hold unless somebody sets others. */
const QUIET_HOURS = 2;
const PASSWORD = 'a trial and nothing else';

const { values: options } = parseArgs({
  args: process.argv[2]?.startsWith('--') === false ? [] : process.argv.slice(2),
  options: { wait: { type: 'boolean' }, data: { type: 'string' } },
});
const start = performance.now();
let failures = 0;

function tell(words: string): void {
  const at = `${new Date().toISOString().slice(11, 19)} ${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`;
  for (const line of words.split('\n')) process.stdout.write(`${at}  ${line}\n`);
}

function proven(words: string, holds: boolean): void {
  if (!holds) failures += 1;
  tell(`${holds ? 'proven' : 'NOT PROVEN'}: ${words}`);
}

async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const from = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() - from > seconds * 1000) throw new Error(`In ${seconds} s there was no ${what}.`);
    await wait(200);
  }
}

type Incident = {
  number: number;
  title: string;
  state: string;
  reason: string;
  provider: string;
  addresses: string[];
  blockCodes: string[];
  rejectionCount: number;
  recoveredAt: string | null;
};
type Letter = {
  template: string;
  state: string;
  subject: string;
  body: string;
  claims: { key: string; status: string }[];
  missing: object[];
};
type Entry = { kind: string; occurredAt: string; summary: string; actor: string };

/** Entries that recording the provider's answer makes. */
const OF_THE_ANSWER = ['message-received', 'state-changed'];

async function trial(folder: string): Promise<void> {
  const hoursBack = options.wait ? 0 : QUIET_HOURS + 1;
  const home = { DATA_DIR: options.data ?? join(folder, 'desk'), PORT: '3000' };
  const token = command(['token', 'create', '--name', 'trial', '--scope', 'write'], home);
  const member = ['user', 'add', '--email', 'trial@harbour.example.com', '--name', 'Jonas Weber'];
  command([...member, '--role', 'admin'], home, PASSWORD);
  const server = await startServer(['src/main.js'], home);
  const ends: (() => unknown)[] = [() => server.stop()];
  try {
    tell(`A desk answers at ${server.url}, on a fresh data directory.`);
    const api = apiOf(server.url, token);
    await api('PUT', '/profile', HARBOUR);

    const receiver = new Receiver();
    await receiver.listen(RECEIVER);
    ends.push(() => receiver.close());
    const postfix = new Postfix(join(folder, 'postfix'), { from: ADDRESS, to: RECEIVER });
    const agent = startAgent(
      ['--follow', '--url', server.url, '--state', join(folder, 'agent'), '--address', ADDRESS].concat([
        '--time-zone',
        'UTC',
        postfix.logFile,
      ]),
      { DELIST_DESK_TOKEN: token },
      (words) => tell(`agent: ${words}`),
    );
    ends.push(() => agent.stop('SIGTERM'));

    await postfix.start(hoursBack);
    ends.push(() => postfix.stop());
    tell(`Postfix runs${hoursBack ? `; the stamps in its log are ${hoursBack} hours back` : ''}.`);
    await postfix.submit(BEFORE);
    await until('mail at the receiver', async () => receiver.accepted === BEFORE || undefined);
    receiver.isBlocking = true;
    tell(`The receiver took ${BEFORE} messages. From now on it refuses ${ADDRESS}.`);
    await postfix.submit(BLOCKED);
    await until('refusal', async () => receiver.refused === BLOCKED || undefined);
    tell(postfix.deliveries().at(-1) ?? '');

    const opened = await until(
      'incident',
      async () => (await api<{ items: Incident[] }>('GET', '/incidents')).items[0],
    );
    tell(
      `Incident #${opened.number}: ${opened.title}; ${opened.state}, ${opened.reason}, ${opened.blockCodes}`,
    );
    proven(
      'an incident was opened by itself',
      opened.provider === 'outlook-com' && opened.addresses[0] === ADDRESS,
    );
    const letter = await api<Letter>('GET', '/letters/1');
    tell(`Letter 1, ${letter.template}: “${letter.subject}”\n${letter.body.trim()}`);
    const left = letter.claims.filter((one) => one.status === 'unknown');
    tell(
      `Left out, or said as what will be done, since nobody looked: ${left.map((one) => one.key).join(', ')}`,
    );
    proven(
      'its letter was drafted, and nothing is missing',
      letter.state === 'draft' && letter.missing.length === 0,
    );
    const all = await until('count of all refusals', async () => {
      const now = await api<Incident>('GET', '/incidents/1');
      return now.rejectionCount >= BLOCKED ? now : undefined;
    });
    proven(`each of ${BLOCKED} refusals counted once`, all.rejectionCount === BLOCKED);

    await postfix.stop();
    tell('The provider answers that it lifts the block.');
    const lifted = await api<{ verdict: string }>('POST', '/incidents/1/messages', {
      direction: 'in',
      from: 'Outlook.com Deliverability Support <support@provider.example>',
      subject: `Your request about ${ADDRESS}`,
      body: `We have implemented mitigation for your IP (${ADDRESS}), and this process may take 24 - 48 hours to replicate completely.`,
      sentAt: new Date(Date.now() - Math.max(hoursBack - 1, 0) * HOUR).toISOString(),
    });
    proven('the answer was read as mitigated', lifted.verdict === 'mitigated');
    if (options.wait) {
      tell(`Waiting for the ${QUIET_HOURS} quiet hours.`);
      await wait(QUIET_HOURS * HOUR + 2 * 60_000);
    }
    receiver.isBlocking = false;
    await postfix.start(0);
    tell(`Postfix runs again${hoursBack ? ', its stamps at the hour' : ''}; the receiver takes mail.`);
    await postfix.submit(AFTER);
    await until('mail at the receiver', async () => receiver.accepted === BEFORE + AFTER || undefined);
    tell(postfix.deliveries().at(-1) ?? '');
    const recovered = await until('recovery', async () => {
      const now = await api<Incident>('GET', '/incidents/1');
      return now.state === 'recovered' ? now : undefined;
    });
    proven(`recovery was seen, at ${recovered.recoveredAt}`, recovered.rejectionCount === BLOCKED);
    const { items } = await api<{ items: Entry[] }>('GET', '/incidents/1/timeline?limit=100');
    tell('The timeline:');
    for (const { occurredAt, summary, actor } of items)
      tell(`  ${occurredAt.slice(0, 16)}  ${summary} (${actor})`);
    const hands = items.filter(({ actor, kind }) => actor !== 'Delist Desk' && !OF_THE_ANSWER.includes(kind));
    proven('nothing but the provider’s answer came from outside', hands.length === 0);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** `npm run trial -- kills [--lines N] [--seed N] [--kills N]`, on the server that DATABASE_URL names or embedded. */
async function kills(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { lines: text, seed: text, kills: text } });
  const databaseUrl = process.env['DATABASE_URL'];
  const result = await killBoth({
    lines: Number(values.lines ?? 200_000),
    seed: Number(values.seed ?? 1),
    kills: Number(values.kills ?? 40),
    port: Number(process.env['PORT'] || 3999),
    ...(databaseUrl ? { databaseUrl } : {}),
    tell,
  });
  tell(JSON.stringify(result));
  proven('each line was counted once', isDeepStrictEqual(result.counted, result.wanted));
  proven('no block has two incidents', result.incidents === result.blocks && result.incidents > 0);
  return failures === 0 ? 0 : 1;
}

/** `npm run trial -- mail [--messages N] [--seed N] [--kills N]`, on the server that DATABASE_URL names or embedded. */
async function mail(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { messages: text, seed: text, kills: text } });
  const reason = whyNoMailKills();
  if (reason) {
    process.stdout.write(`The trial is skipped: ${reason}\n`);
    return 0;
  }
  const databaseUrl = process.env['DATABASE_URL'];
  const web = Number(process.env['PORT'] || 3981);
  const result = await killMail({
    messages: Number(values.messages ?? 10_000),
    seed: Number(values.seed ?? 1),
    kills: Number(values.kills ?? 20),
    ports: { web, lmtp: web + 1, smtp: web + 2, imap: web + 3 },
    ...(databaseUrl ? { databaseUrl } : {}),
    tell,
  });
  tell(JSON.stringify(result));
  proven('every mail is there', result.missing === 0 && result.stored === result.sent);
  proven('none is there twice', result.twice === 0 && result.strange === 0);
  proven('each has the octets that were sent', result.altered === 0);
  return failures === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  const reason = whyNoPostfix() ?? whyNoNetwork();
  if (reason) {
    process.stdout.write(`The trial is skipped: ${reason}\n`);
    return 0;
  }
  const status = inOwnNetwork([ADDRESS, RECEIVER]);
  if (status !== undefined) return status;
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-trial-'));
  chmodSync(folder, 0o755);
  try {
    await trial(folder);
  } catch (error) {
    failures += 1;
    tell((error as Error).message);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  tell(failures === 0 ? 'All of it was proven.' : `${failures} not proven.`);
  if (options.data && failures === 0)
    tell(`Look at it: DATA_DIR=${options.data} npm start, as trial@harbour.example.com with “${PASSWORD}”.`);
  return failures === 0 ? 0 : 1;
}

const KINDS: Record<string, (args: string[]) => Promise<number>> = {
  kills,
  mail,
  evidence: evidenceTrial,
  answers: answersTrial,
  morning: morningTrial,
  faults: faultTrial,
  soak: soakTrial,
  pictures: picturesTrial,
  pages: everyPageTrial,
};
const kind = KINDS[process.argv[2] ?? ''];
process.exitCode = kind ? await kind(process.argv.slice(3)) : await main();
