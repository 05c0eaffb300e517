import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfig } from '../../src/config.ts';
import { type Db, openDatabase } from '../../src/database/open.ts';
import { addMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { Dovecot, MAIL_PASSWORD, whyNoDovecot } from '../trial/dovecot.ts';
import { median, print, ratio } from './figures.ts';
import { startServer, withDatabase } from './server.ts';

const MESSAGES = 2000;
const CONNECTIONS = 20;
const ROUNDS = 3;
const LARGE = 25 * 1024 * 1024;
const [WEB, OURS, FLOOR, IMAP] = [3961, 3962, 3963, 3964];
/** Request Tracker's mail gateway, messages a second. */
const REQUEST_TRACKER = 6.4;

const TEXT =
  'We have implemented mitigation for your address; it may take 24 to 48 hours to replicate.\r\n'.repeat(40);
let number = 0;

/** An answer of four kilobytes, as providers write them, with a Message-ID of its own. */
function mailOf(): string {
  number += 1;
  return [
    `From: Support <support${Math.floor(number / 100)}@provider.example>`,
    'To: desk@example.com',
    `Subject: Re: your request ${number}`,
    'Date: Tue, 10 Mar 2026 09:12:00 +0000',
    `Message-ID: <${process.pid}.${number}@provider.example>`,
    '',
    TEXT,
  ].join('\r\n');
}

/** One connection that hands over what it is given, one after the other. */
class Client {
  readonly #socket;
  #text = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.#text += chunk;
      this.#socket.emit('more');
    });
  }

  async reply(code: string): Promise<void> {
    for (;;) {
      const [whole = '', got] = /^(?:\d{3}-.*\r\n)*(\d{3}) .*\r\n/.exec(this.#text) ?? [];
      if (whole) {
        this.#text = this.#text.slice(whole.length);
        if (got !== code) throw new Error(`${code} was expected: ${whole}`);
        return;
      }
      await once(this.#socket, 'more');
    }
  }

  async greet(): Promise<void> {
    await this.reply('220');
    this.#socket.write('LHLO bench.example.com\r\n');
    await this.reply('250');
  }

  async send(mail: string | Buffer): Promise<void> {
    const size = ` SIZE=${mail.length}`;
    this.#socket.write(`MAIL FROM:<b@provider.example>${size}\r\nRCPT TO:<desk@example.com>\r\nDATA\r\n`);
    for (const code of ['250', '250', '354']) await this.reply(code);
    this.#socket.write(mail);
    this.#socket.write('\r\n.\r\n');
    await this.reply('250');
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** Messages a second that a server acknowledges. */
async function rate(
  port: number,
  messages: number,
  mail: () => string | Buffer = mailOf,
  at = CONNECTIONS,
): Promise<number> {
  const clients = Array.from({ length: at }, () => new Client(port));
  await Promise.all(clients.map((client) => client.greet()));
  let left = messages;
  const start = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (left-- > 0) await client.send(mail());
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const client of clients) client.end();
  return messages / seconds;
}

async function startFloor(url: string): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('./mail-floor.ts', import.meta.url));
  const floor = fork(file, { env: { ...process.env, DATABASE_URL: url, LMTP_PORT: String(FLOOR) } });
  await once(floor, 'message');
  return floor;
}

/** The largest memory that a process has had, in MB. */
const peakOf = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function benchLarge(pid: number): Promise<void> {
  const body = Buffer.alloc(LARGE, 'All work and no play makes a dull mail, line after line after line.\r\n');
  const large = () => Buffer.concat([Buffer.from(mailOf()), body]);
  await rate(OURS, 8, large, 8);
  const first = peakOf(pid);
  print('25 MB by LMTP: peak memory after 8', first, 'MB');
  const speed = await rate(OURS, 32, large, 8);
  print('25 MB by LMTP', speed * 25, 'MB/s');
  print('25 MB by LMTP: peak memory after 40', peakOf(pid), 'MB');
  ratio(peakOf(pid), first, '<= 1.2');
}

const countOf = async (db: Db): Promise<number> =>
  (
    await db
      .selectFrom('arrivals')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  ).n;

/** Messages a second that are taken from a Dovecot and committed, from the first one on. */
async function imapRate(db: Db, environment: Record<string, string>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-bench-'));
  chmodSync(folder, 0o755);
  const dovecot = new Dovecot(join(folder, 'dovecot'), IMAP);
  dovecot.deliver(...Array.from({ length: MESSAGES }, mailOf));
  await dovecot.start();
  try {
    const before = await countOf(db);
    const given = { name: 'Bench', host: '127.0.0.1', port: IMAP, userName: 'desk', secret: MAIL_PASSWORD };
    const rest = {
      clientId: '',
      clientSecret: '',
      tokenUrl: '',
      folder: 'INBOX',
      moveTo: '',
      authservId: '',
    };
    const how = { security: 'none', auth: 'password', afterTaking: 'leave' } as const;
    const secrets = openSecrets(readConfig(environment));
    await db.transaction().execute((trx) => addMailbox(trx, secrets, { ...given, ...rest, ...how }, SYSTEM));
    let count = before;
    for (; count === before; count = await countOf(db)) await wait(10);
    const [start, already] = [performance.now(), count];
    for (; count < before + MESSAGES; count = await countOf(db)) await wait(20);
    return (count - already) / ((performance.now() - start) / 1000);
  } finally {
    await dovecot.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mail that is taken in and committed, beside the bare library with an insert for each message. */
export async function benchMail(): Promise<void> {
  const server = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
  await withDatabase(server, async (url) => {
    const environment = {
      DATABASE_URL: url,
      PORT: String(WEB),
      LMTP_LISTEN: `127.0.0.1:${OURS}`,
      SECRET_KEY: Buffer.alloc(32, 3).toString('base64'),
    };
    const desk = await startServer(['src/main.js'], environment);
    const floor = await startFloor(url);
    const { db, close } = await openDatabase(readConfig(environment));
    try {
      const [ours, bare]: [number[], number[]] = [[], []];
      for (const port of [OURS, FLOOR]) await rate(port, 300);
      for (let round = 0; round < ROUNDS; round++) {
        ours.push(await rate(OURS, MESSAGES));
        bare.push(await rate(FLOOR, MESSAGES));
      }
      floor.kill();
      print('mail by LMTP, committed', median(ours), 'messages/s');
      print('  the bare library with an insert each', median(bare), 'messages/s');
      ratio(median(ours), median(bare), '>= 0.6');
      print('  of Request Tracker’s gateway', median(ours) / REQUEST_TRACKER, '× (wanted >= 30)');
      const reason = whyNoDovecot();
      if (reason) print(`mail by IMAP: ${reason}`, Number.NaN, '');
      else {
        const byImap = await imapRate(db, environment);
        print('mail by IMAP, committed', byImap, 'messages/s');
        ratio(byImap, median(bare), '>= 0.6');
      }
      await benchLarge(desk.pid);
    } finally {
      floor.kill();
      await close();
      await desk.stop();
    }
  });
}
