/**
 * Correspondence by real mail, with nothing typed but the letters: a provider's desk is played by a Postfix and a
 * Dovecot and answers four times, once somebody forges an answer, and the incident goes from logged to mitigated.
 * `npm run trial -- answers` prints what happened and exits 0 when all of it was proven.
 *
 *   --data FOLDER   keep the desk's data there, to look at its pages
 */
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { startServer } from '../bench/server.ts';
import { serve, strings, skip as whyNoNsd } from '../evidence/dns.fixture.ts';
import { apiOf, command } from './desk.ts';
import { Dovecot, MAIL_PASSWORD, whyNoDovecot } from './dovecot.ts';
import { MailHost } from './mail-host.ts';
import { inOwnNetwork, whyNoNetwork } from './network.ts';
import { signedInPages } from './pages.ts';
import { whyNoPostfix } from './postfix-server.ts';

const ADDRESS = '203.0.113.7';
const OURS = 'desk@harbour.example.com';
const THEIRS = 'tosa@rx.t-online.de';
const EMAIL = 'trial@harbour.example.com';
const PASSWORD = 'a trial and nothing else';
const REFUSAL = `554 IP=${ADDRESS} - A problem occurred. (Ask your postmaster for help or to contact ${THEIRS} to clarify.)`;

const start = performance.now();
let failures = 0;

function tell(words: string): void {
  process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${words}\n`);
}

function proven(words: string, holds: boolean): void {
  if (!holds) failures += 1;
  tell(`${holds ? 'proven' : 'NOT PROVEN'}: ${words}`);
}

async function until<T>(what: string, look: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  for (const from = performance.now(); performance.now() - from < seconds * 1000; await wait(200)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`In ${seconds} s there was no ${what}.`);
}

type Api = ReturnType<typeof apiOf>;
type Letter = { id: number; template: string; subject: string; body: string };
type Message = {
  id: number;
  direction: string;
  subject: string;
  verdict: string | null;
  ticket: string | null;
};
type Mail = { messageId: string; replyTo: string; subject: string; text: string };

/** What the provider's desk has in its mailbox, as a mail program shows it. */
async function received(host: MailHost): Promise<Mail[]> {
  const mails = await Promise.all(host.mails('provider').map((raw) => PostalMime.parse(raw)));
  return mails
    .sort((a, b) => Date.parse(a.date ?? '') - Date.parse(b.date ?? ''))
    .map((mail) => ({
      messageId: mail.messageId ?? '',
      replyTo: mail.replyTo?.[0]?.address ?? mail.from?.address ?? '',
      subject: mail.subject ?? '',
      text: mail.text ?? '',
    }));
}

type Answer = { text: string; verdict: string; state: string };
/** Each round: the letter that is written, and what the desk answers. */
const ROUNDS: { letter: RegExp; answers: Answer[] }[] = [
  {
    letter: /first/,
    answers: [
      {
        text: 'Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ihre Anfrage ist bei uns eingegangen und wird bearbeitet.\n\nMit freundlichen Grüßen\nPostmaster T-Online',
        verdict: 'acknowledged',
        state: 'awaiting-provider',
      },
      {
        text: `Guten Tag,\n\nnach Prüfung können wir die Sperre der IP-Adresse ${ADDRESS} derzeit nicht aufheben.\n\nMit freundlichen Grüßen\nPostmaster T-Online`,
        verdict: 'denied',
        state: 'action-needed',
      },
    ],
  },
  {
    letter: /second/,
    answers: [
      {
        text: `Guten Tag,\n\nwir haben die Sperre der IP-Adresse ${ADDRESS} aufgehoben. Bis die Änderung überall wirkt, kann es bis zu 24 Stunden dauern.\n\nMit freundlichen Grüßen\nPostmaster T-Online`,
        verdict: 'mitigated',
        state: 'mitigated',
      },
    ],
  },
  {
    letter: /ask-cause/,
    answers: [
      {
        text: 'Guten Tag,\n\nbitte haben Sie Verständnis, dass wir zu den Gründen einer Sperre keine Auskunft geben.\n\nMit freundlichen Grüßen\nPostmaster T-Online',
        verdict: 'refused-to-explain',
        state: 'mitigated',
      },
    ],
  },
];

async function trial(folder: string, data: string | undefined): Promise<void> {
  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const dns = await serve({
    served: {
      't-online.de': `
trial._domainkey.rx IN TXT ${strings(`v=DKIM1; k=rsa; p=${Buffer.from(key.publicKey).toString('base64')}`)}
_dmarc IN TXT "v=DMARC1; p=reject"
`,
      // Nothing that a letter says of us is contradicted.
      'harbour.example.com': `
@ IN MX 10 mail.harbour.example.com.
@ IN TXT "v=spf1 ip4:${ADDRESS} -all"
_dmarc IN TXT "v=DMARC1; p=reject"
mail IN A ${ADDRESS}
`,
      '113.0.203.in-addr.arpa': '7 IN PTR mail.harbour.example.com.',
    },
  });
  const ends: (() => unknown)[] = [() => dns.close()];
  try {
    const dovecot = new Dovecot(join(folder, 'dovecot'), 143);
    const host = new MailHost(join(folder, 'postfix'), join(folder, 'dovecot', 'mail'), {
      [OURS]: 'desk',
      [THEIRS]: 'provider',
    });
    ends.push(
      () => dovecot.stop(),
      () => host.stop(),
    );
    await dovecot.start();
    await host.startIn();
    tell('A Postfix and a Dovecot run, with mailboxes of ours and of the provider.');

    const home = {
      DATA_DIR: data ?? join(folder, 'desk'),
      PORT: '3000',
      DNS_SERVERS: `127.0.0.1:${dns.port}`,
    };
    const token = command(['token', 'create', '--name', 'trial', '--scope', 'write'], home);
    command(['user', 'add', '--email', EMAIL, '--name', 'Jonas Weber', '--role', 'admin'], home, PASSWORD);
    const server = await startServer(['src/main.js'], home);
    ends.push(() => server.stop());
    const api = apiOf(server.url, token);
    await setUp(server.url, api);
    await correspond(api, host, {
      domainName: 'rx.t-online.de',
      keySelector: 'trial',
      privateKey: key.privateKey,
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function setUp(url: string, api: Api): Promise<void> {
  await api('PUT', '/profile', {
    name: 'Harbour Hosting',
    website: 'https://harbour.example.com',
    contactName: 'Jonas Weber',
    contactEmail: OURS,
    sendingDomains: ['harbour.example.com'],
  });
  const pages = await signedInPages(url, EMAIL, PASSWORD);
  const local = { host: '127.0.0.1', security: 'none' };
  await pages.post('/settings/mail/accounts', {
    ...local,
    name: 'Desk',
    port: '587',
    auth: 'none',
    fromAddress: OURS,
    replyAddress: OURS,
    tagsReplies: 'yes',
    undoSeconds: '2',
  });
  await pages.post('/settings/mailboxes', {
    ...local,
    name: 'Desk',
    port: '143',
    auth: 'password',
    userName: 'desk',
    secret: MAIL_PASSWORD,
    folder: 'INBOX',
    afterTaking: 'mark-seen',
  });
  tell('The desk has a sending account and a mailbox.');
}

async function correspond(
  api: Api,
  host: MailHost,
  dkim: { domainName: string; keySelector: string; privateKey: string },
): Promise<void> {
  const { number } = await api<{ number: number }>('POST', '/incidents', { report: REFUSAL });
  tell(`Incident #${number} is logged: ${REFUSAL}`);
  const state = async () => (await api<{ state: string }>('GET', `/incidents/${number}`)).state;
  const incoming = async () =>
    (await api<{ items: Message[] }>('GET', `/incidents/${number}/messages?limit=100`)).items.filter(
      (message) => message.direction === 'in',
    );
  const signed = host.signing(dkim);
  const forged = host.transport();
  let answered = 0;
  for (const [round, { letter: wanted, answers }] of ROUNDS.entries()) {
    const template = round === 2 ? { template: 'mailbox-provider/ask-cause', language: 'en' } : {};
    // A second review is only sent with something that the desk has not been told.
    if (round === 1)
      await api('POST', `/incidents/${number}/evidence`, {
        claim: 'no-compromise-found',
        result: 'supports',
        words: 'sign-ins, queue and sending rate of 30 days',
        source: 'our logs',
      });
    const letter = await api<Letter>('POST', `/incidents/${number}/letters`, template);
    proven(`the letter that is proposed is ${letter.template}`, wanted.test(letter.template));
    await api('POST', `/letters/${letter.id}/send`, { channel: 'email', deliver: true });
    const mails = await until('letter in the provider’s mailbox', async () => {
      const found = await received(host);
      return found.length > round ? found : undefined;
    });
    const mail = mails.at(-1) as Mail;
    proven(`“${mail.subject}” arrived, once`, mails.length === round + 1);
    if (round === 1) {
      await forged.sendMail({
        from: `T-Online Postmaster <${THEIRS}>`,
        to: mail.replyTo,
        subject: `Re: ${mail.subject}`,
        inReplyTo: mail.messageId,
        text: `Guten Tag,\n\nwir haben die Sperre der IP-Adresse ${ADDRESS} aufgehoben.\n\nPostmaster T-Online`,
      });
      answered += 1;
      const found = await until('forged answer', async () => (await incoming())[answered - 1]);
      proven(
        `a forged “${found.verdict}” moves nothing`,
        found.verdict === 'mitigated' && (await state()) === 'awaiting-provider',
      );
    }
    for (const { text, verdict, state: after } of answers) {
      await signed.sendMail({
        from: `T-Online Postmaster <${THEIRS}>`,
        to: mail.replyTo,
        subject: `Re: ${mail.subject}`,
        inReplyTo: mail.messageId,
        references: mail.messageId,
        text: `${text}\n\n> ${mail.text.split('\n').join('\n> ')}`,
      });
      answered += 1;
      const found = await until('answer', async () => (await incoming())[answered - 1]);
      tell(`They answer: ${text.split('\n')[2]}`);
      const now = await state();
      proven(
        `it is filed and read as ${found.verdict}; the incident is ${now}`,
        found.verdict === verdict && now === after,
      );
    }
  }
  const unfiled = await api<{ items: unknown[] }>('GET', '/messages?unfiled=true');
  proven('nothing is left unfiled', unfiled.items.length === 0);
  const { items } = await api<{ items: { occurredAt: string; summary: string }[] }>(
    'GET',
    `/incidents/${number}/timeline?limit=100`,
  );
  tell('Its timeline:');
  for (const entry of items) tell(`  ${entry.occurredAt.slice(11, 19)}  ${entry.summary}`);
}

export async function answersTrial(args: string[]): Promise<number> {
  const reason = whyNoPostfix() ?? whyNoDovecot() ?? whyNoNetwork() ?? (whyNoNsd || undefined);
  if (reason) {
    process.stdout.write(`The trial is skipped: ${reason}\n`);
    return 0;
  }
  const status = inOwnNetwork([]);
  if (status !== undefined) return status;
  const data = args[0] === '--data' ? args[1] : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'delist-desk-trial-'));
  chmodSync(folder, 0o755);
  try {
    await trial(folder, data);
  } catch (error) {
    failures += 1;
    tell((error as Error).stack ?? String(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  tell(failures === 0 ? 'All of it was proven.' : `${failures} not proven.`);
  if (data) tell(`Look at it: DATA_DIR=${data} npm start, as ${EMAIL} with “${PASSWORD}”.`);
  return failures === 0 ? 0 : 1;
}
