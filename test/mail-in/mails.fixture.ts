import { createHash, generateKeyPairSync } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Ask } from '../../src/dns/answer.ts';
import { onceKey } from '../../src/mail-in/once-key.ts';
import { readNext } from '../../src/mail-in/reading/reading.ts';
import type { TestDesk } from '../desk.ts';
import { REFUSAL } from '../desk.ts';
import { tableOf } from '../evidence/dns.fixture.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const RECORD = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`;

/** What the DNS says of the senders in these tests: Microsoft signs and has a policy, and so has somebody else. */
export const DNS: Ask = tableOf({
  's1._domainkey.css.one.microsoft.com TXT': [RECORD],
  's1._domainkey.microsoft.com TXT': [RECORD],
  's1._domainkey.attacker.example TXT': [RECORD],
  '_dmarc.microsoft.com TXT': ['v=DMARC1; p=reject'],
  '_dmarc.attacker.example TXT': ['v=DMARC1; p=reject'],
  'css.one.microsoft.com TXT': ['v=spf1 ip4:192.0.2.25 -all'],
  'microsoft.com TXT': ['v=spf1 ip4:192.0.2.25 -all'],
});
export const NO_DNS: Ask = async () => ({ status: 'failed', why: 'nobody answers' });

export type MailOptions = {
  from?: string;
  to?: string;
  subject?: string;
  text?: string;
  messageId?: string;
  headers?: Record<string, string>;
  inReplyTo?: string;
  references?: string[];
  date?: Date;
  /** Who signs it; none: nobody. */
  signedBy?: string;
  attachments?: { filename: string; content: string | Buffer; contentType?: string; cid?: string }[];
  html?: string;
};

export const DESK = 'Microsoft Sender Support <sender@css.one.microsoft.com>';
let made = 0;

/** A mail as a program writes and signs it. */
export async function mail(options: MailOptions = {}): Promise<Buffer> {
  made += 1;
  const {
    signedBy,
    from = DESK,
    to = 'desk@harbour.example.com',
    subject = 'Your request',
    ...rest
  } = options;
  const transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    ...(signedBy ? { dkim: { domainName: signedBy, keySelector: 's1', privateKey: PEM } } : {}),
  });
  const { message } = await transport.sendMail({
    from,
    to,
    subject,
    text: 'Hello.\n',
    messageId: `<${made}.${process.pid}@mail.example>`,
    ...rest,
  });
  return message as unknown as Buffer;
}

export const MITIGATED =
  'Hello,\n\nWe have implemented mitigation for your IP 203.0.113.7 and this process may take 24 - 48 hours to replicate completely throughout our system.\n\nSincerely,\nSender Support\n';
export const DENIED =
  'Hello,\n\nOur investigation has determined that the above IP(s) do not qualify for mitigation.\n\nSincerely,\nSender Support\n';
export const RECEIVED =
  'Hello,\n\nThank you for contacting us. We have received your request and your ticket number is SRX1234567890ID. We will review it.\n';

export type Came = {
  envelopeSender?: string | null;
  clientAddress?: string | null;
  helo?: string;
  mailboxId?: number;
  recipients?: string[];
};

/** Puts a mail where transports leave it. Returns its number. */
export async function arrive({ db }: TestDesk, raw: Buffer, came: Came = {}): Promise<number> {
  const { id } = await db
    .insertInto('arrivals')
    .values({
      once_key: onceKey(raw),
      sha256: createHash('sha256').update(raw).digest(),
      byte_length: raw.length,
      raw,
      way: came.mailboxId === undefined ? 'lmtp' : 'imap',
      mailbox_id: came.mailboxId ?? null,
      envelope_sender: came.envelopeSender ?? null,
      envelope_recipients: came.recipients ?? [],
      client_address: came.clientAddress ?? null,
      client_helo: came.helo ?? null,
      lease_until: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

const QUIET = { warn: () => {} };

/** Reads all that waits, with these answers of the DNS. */
export async function readAll(desk: TestDesk, ask: Ask = DNS): Promise<void> {
  const world = async () => ({ ...(await desk.desk.world()), ask });
  while (await readNext({ ...desk.desk, world }, QUIET));
}

export const messagesOf = ({ db }: TestDesk) => db.selectFrom('messages').selectAll().orderBy('id').execute();

/** Lets a mail come in and be read. Returns its message. */
export async function take(desk: TestDesk, raw: Buffer, came: Came = {}, ask: Ask = DNS) {
  const id = await arrive(desk, raw, came);
  await readAll(desk, ask);
  const message = await desk.db
    .selectFrom('messages')
    .selectAll()
    .where('arrival_id', '=', id)
    .executeTakeFirst();
  if (!message) throw new Error('The mail became no message.');
  return message;
}

/** An incident with Microsoft about 203.0.113.7, with a letter out; and its number. */
export async function askedIncident(
  desk: TestDesk,
  { address = '203.0.113.7', reference }: { address?: string; reference?: string } = {},
): Promise<number> {
  const { body } = await desk.api('POST', '/incidents', {
    report: REFUSAL.replaceAll('203.0.113.7', address),
  });
  const { number } = body as { number: number };
  await desk.api('POST', `/incidents/${number}/messages`, {
    direction: 'out',
    subject: `Please look at ${address}`,
    body: 'Please lift the block.',
    sentAt: new Date(Date.now() - 3_600_000).toISOString(),
    ...(reference ? { reference } : {}),
  });
  return number;
}

export const stateOf = async (desk: TestDesk, number: number) =>
  (
    await desk.db
      .selectFrom('incidents')
      .select('state')
      .where('number', '=', number)
      .executeTakeFirstOrThrow()
  ).state;

export const kindsOf = async (desk: TestDesk, number: number) =>
  (
    await desk.db
      .selectFrom('timeline_entries')
      .select('kind')
      .where('incident_number', '=', number)
      .orderBy('id')
      .execute()
  ).map(({ kind }) => kind);
