import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readConfig } from '../../src/config.ts';
import { migrate } from '../../src/database/migrate.ts';
import { openDatabase } from '../../src/database/open.ts';
import { addMailbox } from '../../src/mail-in/mailboxes/mailboxes.ts';
import { openSecrets } from '../../src/secrets/secrets.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { startServer } from '../bench/server.ts';
import { settings } from '../mail-in/mailbox.fixture.ts';
import { chooser, seeded } from '../seeded.ts';
import { Dovecot, whyNoDovecot } from './dovecot.ts';
import { PostfixIn } from './postfix-in.ts';
import { whyNoPostfix } from './postfix-server.ts';

export type MailKills = {
  /** Half of them come by LMTP from Postfix, half by IMAP from Dovecot. */
  messages: number;
  seed: number;
  /** How often the server is killed. */
  kills: number;
  /** The database of the server; left out: an embedded one. */
  databaseUrl?: string;
  ports: { web: number; lmtp: number; smtp: number; imap: number };
  tell?: (words: string) => void;
};
export type MailKillsResult = {
  sent: number;
  stored: number;
  /** Sent and not there, there twice, there and never sent, there with other octets. */
  missing: number;
  twice: number;
  strange: number;
  altered: number;
  acknowledged: number;
  kills: number;
  seconds: number;
};

export const whyNoMailKills = () => whyNoDovecot() ?? whyNoPostfix();

/** Mails of this many from one sender are correspondence, and none of them is held as a flood. */
const OF_ONE_SENDER = 50;

/** A mail whose octets are its own: of several sizes, with lines of any length and letters of any kind. */
function mailOf(n: number, { between, chance }: ReturnType<typeof chooser>): Buffer {
  const lines = Array.from({ length: chance(0.01) ? between(5000, 9000) : between(1, 60) }, () => {
    const line = Buffer.from(Array.from({ length: between(0, 120) }, () => between(32, 255)));
    return chance(0.05) ? Buffer.concat([Buffer.from('.'), line]) : line;
  });
  const head = [
    `From: "Support" <support${Math.floor(n / OF_ONE_SENDER)}@provider.example>`,
    'To: desk@example.com',
    `Subject: Re: your request ${n}`,
    'Date: Tue, 10 Mar 2026 09:12:00 +0000',
    `Message-ID: <${n}@provider.example>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: 8bit',
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), ...lines.flatMap((line) => [line, Buffer.from('\r\n')])]);
}

const idOf = (raw: Buffer): string => /^Message-ID: <([^>]+)>/m.exec(raw.toString('latin1'))?.[1] ?? '';

/** Fields that a server puts before a mail, and nothing else. */
const TRACE = /^(?:(?:Received|Return-Path|Delivered-To|X-Original-To):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*$/;

function isSame(stored: Buffer, sent: Buffer): boolean {
  const added = stored.length - sent.length;
  if (added < 0 || !stored.subarray(added).equals(sent)) return false;
  return TRACE.test(stored.toString('latin1', 0, added));
}

/** What the database holds in the end, held against what was sent. */
async function compare(sent: Map<string, Buffer>, environment: Record<string, string>) {
  const { db, close } = await openDatabase(readConfig(environment));
  const result = { stored: 0, missing: 0, twice: 0, strange: 0, altered: 0 };
  try {
    const seen = new Set<string>();
    for (let after = 0; ; ) {
      const rows = await db
        .selectFrom('arrivals as a')
        .leftJoin('messages as m', 'm.arrival_id', 'a.id')
        .select(['a.id', 'a.raw', 'm.raw as filed'])
        .where('a.id', '>', after)
        .orderBy('a.id')
        .limit(200)
        .execute();
      for (const { raw, filed } of rows) {
        const octets = raw ?? filed ?? Buffer.alloc(0);
        const id = idOf(octets);
        const was = sent.get(id);
        result.stored += 1;
        if (!was) result.strange += 1;
        else if (seen.has(id)) result.twice += 1;
        else if (!isSame(octets, was)) result.altered += 1;
        seen.add(id);
      }
      const last = rows.at(-1);
      if (!last) break;
      after = last.id;
    }
    result.missing = [...sent.keys()].filter((id) => !seen.has(id)).length;
    return result;
  } finally {
    await close();
  }
}

/** A migrated database with the mailbox in it. */
async function furnish(environment: Record<string, string>, imap: number): Promise<void> {
  const config = readConfig(environment);
  const { db, close } = await openDatabase(config);
  try {
    await migrate(db as never);
    await db.transaction().execute((trx) => addMailbox(trx, openSecrets(config), settings(imap), SYSTEM));
  } finally {
    await close();
  }
}

/** Whether all that was put into the mailbox has been looked at and taken: a look before a kill says nothing of later mail. */
async function isTakenOver(url: string, wanted: number): Promise<boolean> {
  const answer = await fetch(`${url}/api/v1/mailboxes`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const { items } = (await answer.json()) as { items: { onServer: number | null; untaken: number | null }[] };
  return items.every(({ onServer, untaken }) => onServer === wanted && untaken === 0);
}
const TOKEN = 'a-token-of-the-mail-trial';

/**
 * Mails come from a real Postfix by LMTP and from a real Dovecot by IMAP while the desk's server is killed with kill -9
 * again and again, at moments that the seed chooses. In the end each must be there once, with the octets that were sent.
 */
export async function killMail({
  messages,
  seed,
  kills,
  databaseUrl,
  ports,
  tell,
}: MailKills): Promise<MailKillsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-mail-'));
  chmodSync(folder, 0o755);
  const home: Record<string, string> = {
    DATA_DIR: join(folder, 'desk'),
    PORT: String(ports.web),
    LMTP_LISTEN: `127.0.0.1:${ports.lmtp}`,
    DELIST_DESK_BOOTSTRAP_TOKEN: TOKEN,
    SECRET_KEY: Buffer.alloc(32, 3).toString('base64'),
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  };
  const choose = chooser(seeded(seed));
  const start = performance.now();
  await furnish(home, ports.imap);
  const postfix = new PostfixIn(join(folder, 'postfix'), ports.smtp, {
    transport: `lmtp:inet:127.0.0.1:${ports.lmtp}`,
  });
  const dovecot = new Dovecot(join(folder, 'dovecot'), ports.imap);
  const startDesk = () => startServer(['src/main.js'], home);
  const sent = new Map<string, Buffer>();
  const send = async (until: number) => {
    const [byLmtp, byImap]: [Buffer[], Buffer[]] = [[], []];
    for (let n = sent.size; n < until; n++) {
      const mail = mailOf(n, choose);
      sent.set(idOf(mail), mail);
      (n % 2 === 0 ? byLmtp : byImap).push(mail);
    }
    dovecot.deliver(...byImap);
    await postfix.submit(byLmtp);
  };
  let desk: Awaited<ReturnType<typeof startDesk>> | undefined;
  try {
    await Promise.all([postfix.start(), dovecot.start()]);
    desk = await startDesk();
    for (let kill = 1; kill <= kills; kill++) {
      await send(Math.floor((messages * kill) / (kills + 1)));
      await wait(choose.between(0, 1500));
      await desk.stop('SIGKILL');
      tell?.(`kill ${kill}: ${sent.size} sent, ${postfix.queued()} of these wait at Postfix`);
      desk = await startDesk();
    }
    await send(messages);
    for (
      const from = performance.now();
      postfix.queued() > 0 || !(await isTakenOver(desk.url, Math.floor(messages / 2)));
      await wait(500)
    )
      if (performance.now() - from > 600_000) break;
    await desk.stop('SIGKILL');
    const acknowledged = (postfix.log().match(/status=sent/g) ?? []).length;
    const compared = await compare(sent, home);
    return { sent: sent.size, ...compared, acknowledged, kills, seconds: (performance.now() - start) / 1000 };
  } finally {
    await desk?.stop('SIGKILL');
    await Promise.all([postfix.stop(), dovecot.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
