import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { causeOf } from '../agent/post.ts';
import { type Config, readConfig } from '../config.ts';
import type { Environment, Io } from './io.ts';

/** Of sysexits.h, as mail servers read them: of these only `later` makes them keep the mail. */
const EXIT = { done: 0, usage: 64, badInput: 65, later: 75 };

export const USE = `Use: deliver [--sender ADDRESS] [--recipient ADDRESS…] < mail

Stores the mail on standard input. Ends when it is committed; for a pipe of the local mail server.

  --sender ADDRESS       envelope sender
  --recipient ADDRESS    envelope recipient; may be given several times
  --url URL              the desk, or DELIST_DESK_URL; without it, the database that the settings name
  --token-file FILE      holds an API token with the scope write; or set DELIST_DESK_TOKEN

Exit status: 0 stored, 64 bad use, 65 no mail or too large,
75 anything else, a refused token too: keep the mail and try again.
`;

/** Why a mail was not stored. */
class NotStored extends Error {
  override name = 'NotStored';
  readonly exit: number;

  constructor(exit: number, words: string) {
    super(words);
    this.exit = exit;
  }
}

type Delivery = { raw: Buffer; sender: string | undefined; recipients: string[] };
type Desk = { url: string; token: string };

async function readMail(stdin: Io['stdin'], most: number): Promise<Buffer> {
  const { withoutFromLine } = await import('../mail-in/mbox.ts');
  const { isMail } = await import('../mail-in/take-files.ts');
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin) {
    length += chunk.length;
    if (length > most)
      throw new NotStored(EXIT.badInput, `The mail is larger than ${most / 1024 / 1024} MB (MAIL_MAX_MB).`);
    chunks.push(chunk);
  }
  const raw = withoutFromLine(Buffer.concat(chunks));
  if (!isMail(raw)) throw new NotStored(EXIT.badInput, 'On standard input there is no mail.');
  return raw;
}

async function post({ url, token }: Desk, { raw, sender, recipients }: Delivery): Promise<void> {
  const to = new URL('api/v1/mail', url.endsWith('/') ? url : `${url}/`);
  to.searchParams.set('way', 'pipe');
  if (sender !== undefined) to.searchParams.set('sender', sender);
  for (const recipient of recipients) to.searchParams.append('recipient', recipient);
  const answer = await fetch(to, {
    method: 'POST',
    body: new Uint8Array(raw),
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' },
    signal: AbortSignal.timeout(300_000),
  });
  const text = (await answer.text()).slice(0, 500);
  if (answer.status === 202) return;
  if (answer.status === 401 || answer.status === 403)
    // A mail server sends back what ends with 77; a token can be put right, and then the mail comes in.
    throw new NotStored(EXIT.later, 'The desk refuses the token.');
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const isBad = isProblem && [400, 413, 422].includes(answer.status);
  throw new NotStored(isBad ? EXIT.badInput : EXIT.later, `The desk answers ${answer.status}: ${text}`);
}

async function storeIn(config: Config, { raw, sender, recipients }: Delivery): Promise<void> {
  const { openDatabase } = await import('../database/open.ts');
  const { keepArrivals } = await import('../mail-in/arrivals.ts');
  const { floodOf, countHeld, isPipedFlood } = await import('../mail-in/flood-store.ts');
  const { Held } = await import('../mail-in/intake.ts');
  const { senderOf } = await import('../mail-in/sender.ts');
  const { db, close } = await openDatabase(config);
  try {
    const from = senderOf(raw, sender);
    const { goesOn, letIn } = await floodOf(db, from);
    if (goesOn || (!letIn && (await isPipedFlood(db, from)))) {
      await countHeld(db, from, 1);
      throw new Held(from);
    }
    await keepArrivals(db, [
      { raw, way: 'pipe', envelopeSender: sender ?? null, envelopeRecipients: recipients },
    ]);
  } finally {
    await close();
  }
}

function tokenOf(file: string | undefined, environment: Environment, config: Config): string {
  const token = file ? readFileSync(file, 'utf8').trim() : environment['DELIST_DESK_TOKEN'];
  const found = token || config.bootstrapToken;
  if (found && /^[\x21-\x7e]{1,500}$/.test(found)) return found;
  throw new NotStored(EXIT.later, 'Which token? Give --token-file or set DELIST_DESK_TOKEN.');
}

const OPTIONS = {
  sender: { type: 'string' },
  recipient: { type: 'string', multiple: true },
  url: { type: 'string' },
  'token-file': { type: 'string' },
} as const;

async function store(
  delivery: Delivery,
  config: Config,
  { url, tokenFile }: { url: string | undefined; tokenFile: string | undefined },
  environment: Environment,
): Promise<void> {
  const token = () => tokenOf(tokenFile, environment, config);
  if (url) return post({ url, token: token() }, delivery);
  try {
    await storeIn(config, delivery);
  } catch (error) {
    // The embedded database belongs to the server that runs: it is asked.
    if ((error as Error).name !== 'FolderInUse') throw error;
    await post({ url: `http://${config.host}:${config.port}`, token: token() }, delivery);
  }
}

/** The `deliver` command. Resolves to the exit status: what was not foreseen makes the mail server keep the mail. */
export async function deliverCommand(args: string[], io: Io, environment: Environment): Promise<number> {
  let values: ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];
  try {
    values = parseArgs({ args, options: OPTIONS, strict: true }).values;
  } catch (error) {
    io.stderr.write(`${(error as Error).message}\n\n${USE}`);
    return EXIT.usage;
  }
  try {
    const config = readConfig(environment);
    const raw = await readMail(io.stdin, config.mailMaxBytes);
    const delivery = { raw, sender: values.sender, recipients: values.recipient ?? [] };
    const url = values.url ?? environment['DELIST_DESK_URL'];
    await store(delivery, config, { url, tokenFile: values['token-file'] }, environment);
    return EXIT.done;
  } catch (error) {
    const { name, message } = error as Error;
    const isTold = name === 'NotStored' || name === 'Held' || name === 'BadSetting';
    io.stderr.write(`Not stored: ${isTold ? message : `The desk ${causeOf(error)}`}\n`);
    return error instanceof NotStored ? error.exit : EXIT.later;
  }
}
