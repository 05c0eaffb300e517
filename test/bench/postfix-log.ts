import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chooser, seeded } from '../seeded.ts';

/** A Postfix log as one would find it, the same for the same seed: no real address or name is in it. */

/** Deliveries alone, or all that daemons write of a mail. */
export type LogKind = 'deliveries' | 'conversation';

const { one, between, chance, text } = chooser(seeded(11));
const HEX = '0123456789abcdef';
const BASE_52 = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const hex = (length: number): string => text(HEX, length);
const queueId = (): string => `4${text(BASE_52, 9)}z${text(BASE_52, 4)}`;
const ours = (): string => `198.51.100.${between(1, 64)}`;

type Answer = { status: 'sent' | 'deferred' | 'bounced'; dsn: string; words: string; during: string };
type Receiver = {
  share: number;
  domains: string[];
  host: (domain: string) => string;
  sent: () => string;
  /** What it says to some. */
  answers: ((domain: string) => Answer)[];
};

const bounced = (dsn: string, words: string, during: string): Answer => ({
  status: 'bounced',
  dsn,
  words,
  during,
});
const deferred = (dsn: string, words: string, during: string): Answer => ({
  status: 'deferred',
  dsn,
  words,
  during,
});

const RECEIVERS: Receiver[] = [
  {
    share: 0.3,
    domains: ['gmail.com', 'googlemail.com'],
    host: () => `gmail-smtp-in.l.google.com[203.0.113.${between(1, 30)}]`,
    sent: () =>
      `250 2.0.0 OK  ${between(1_600_000_000, 1_800_000_000)} ${hex(18)}.${between(100, 999)} - gsmtp`,
    answers: [
      () =>
        deferred(
          '4.7.28',
          `421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, mail sent from your IP address has been temporarily rate limited. 421 4.7.28 For more information, go to https://support.google.com/mail/?p=UnsolicitedRateLimitError ${hex(18)}.${between(100, 999)} - gsmtp`,
          'end of DATA',
        ),
      () =>
        bounced(
          '5.7.1',
          `550-5.7.1 [${ours()}      ${between(10, 19)}] Gmail has detected that this message is likely suspicious due to the very low reputation of the sending IP address. To best protect our users from spam, the message has been blocked. 550 5.7.1 https://support.google.com/mail/answer/188131 ${hex(18)} - gsmtp`,
          'end of DATA',
        ),
      () =>
        bounced(
          '5.1.1',
          `550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser ${hex(18)} - gsmtp`,
          'RCPT TO',
        ),
    ],
  },
  {
    share: 0.2,
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    host: (domain) => `${domain.replace('.', '-')}.olc.protection.outlook.com[192.0.2.${between(31, 99)}]`,
    sent: () =>
      `250 2.6.0 <${hex(16)}@bench.example> [InternalId=${between(1e9, 9e9)}, Hostname=${hex(12).toUpperCase()}.eurprd03.prod.outlook.com] ${between(9000, 90_000)} bytes in 0.2${between(10, 99)}, 60.1 KB/sec Queued mail for delivery`,
    answers: [
      () =>
        bounced(
          '5.7.1',
          `550 5.7.1 Unfortunately, messages from [${ours()}] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150). You can also refer your provider to http://mail.live.com/mail/troubleshooting.aspx#errors. [${hex(12).toUpperCase()}.eurprd0${between(1, 9)}.prod.outlook.com 2026-10-01T0${between(0, 9)}:00:${between(10, 59)}.${between(100, 999)}Z ${hex(16).toUpperCase()}]`,
          'MAIL FROM',
        ),
      () =>
        deferred(
          '4.7.650',
          `451 4.7.650 The mail server [${ours()}] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S775) [${hex(12).toUpperCase()}.namprd10.prod.outlook.com]`,
          'MAIL FROM',
        ),
      () =>
        bounced(
          '5.5.0',
          `550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [${hex(12).toUpperCase()}.eurprd04.prod.outlook.com]`,
          'RCPT TO',
        ),
    ],
  },
  {
    share: 0.1,
    domains: ['yahoo.com', 'aol.com', 'ymail.com'],
    host: () => `mta${between(5, 7)}.am0.yahoodns.net[192.0.2.${between(100, 120)}]`,
    sent: () => '250 ok dirdel',
    answers: [
      () =>
        deferred(
          '4.7.0',
          `421 4.7.0 [TSS04] Messages from ${ours()} temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes`,
          'MAIL FROM',
        ),
      () =>
        bounced(
          '5.7.1',
          '553 5.7.1 [BL21] Connections not accepted from IP addresses on Spamhaus PBL; see https://postmaster.yahooinc.com/error-codes [550]',
          'MAIL FROM',
        ),
      () =>
        bounced(
          '5.0.0',
          `554 delivery error: dd Not a valid recipient - atlas${between(1000, 1099)}.mail.bf1.yahoo.com`,
          'end of DATA',
        ),
    ],
  },
  {
    share: 0.4,
    domains: Array.from({ length: 60 }, (_, index) => `customer${index}.example`),
    host: (domain) => `mx${between(1, 3)}.${domain}[203.0.113.${between(121, 250)}]`,
    sent: () => `250 2.0.0 Ok: queued as ${queueId()}`,
    answers: [
      (domain) => {
        const address = ours();
        return bounced(
          '5.7.1',
          `554 5.7.1 <user${between(1, 90_000)}@${domain}>: Service unavailable; Client host [${address}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/${address}`,
          'RCPT TO',
        );
      },
      (domain) =>
        deferred(
          '4.2.0',
          `450 4.2.0 <user${between(1, 90_000)}@${domain}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/${domain}.html`,
          'RCPT TO',
        ),
      (domain) =>
        bounced(
          '5.1.1',
          `550 5.1.1 <user${between(1, 90_000)}@${domain}>: Recipient address rejected: User unknown in virtual mailbox table`,
          'RCPT TO',
        ),
      () =>
        bounced(
          '5.2.2',
          "552 5.2.2 The recipient's mailbox is full and can't accept messages now.",
          'RCPT TO',
        ),
    ],
  },
];

function receiver(): Receiver {
  let left = between(0, 999) / 1000;
  for (const candidate of RECEIVERS) {
    left -= candidate.share;
    if (left < 0) return candidate;
  }
  return RECEIVERS[0] as Receiver;
}

/** Of a hundred deliveries so many are not taken. */
const NOT_TAKEN = 0.22;

function delivery(): { status: Answer['status']; fields: string } {
  const to = receiver();
  const domain = one(to.domains);
  const host = to.host(domain);
  const answer = chance(NOT_TAKEN) ? one(to.answers)(domain) : null;
  const status = answer?.status ?? 'sent';
  const words = answer
    ? `host ${host} said: ${answer.words} (in reply to ${answer.during} command)`
    : to.sent();
  const delays = [between(0, 99), between(0, 5), between(0, 99), between(0, 200)].map((each) => each / 100);
  const delay = delays.reduce((sum, each) => sum + each, 0).toFixed(1);
  return {
    status,
    fields: `to=<user${between(1, 90_000)}@${domain}>, relay=${host}:25, delay=${delay}, delays=${delays.join('/')}, dsn=${answer?.dsn ?? '2.0.0'}, status=${status} (${words})`,
  };
}

function* mail(kind: LogKind, head: string): Generator<string> {
  const id = queueId();
  const line = (daemon: string, rest: string): string =>
    `${head} postfix/${daemon}[${between(1000, 32_000)}]: ${id}: ${rest}`;
  if (kind === 'conversation') {
    yield line('smtpd', `client=app${between(1, 9)}.bench.example[192.0.2.${between(1, 99)}]`);
    yield line('cleanup', `message-id=<${hex(16)}@bench.example>`);
    yield line(
      'qmgr',
      `from=<bounce+${between(1, 9e6)}@news.bench.example>, size=${between(1500, 90_000)}, nrcpt=1 (queue active)`,
    );
  }
  const { status, fields } = delivery();
  yield line('smtp', fields);
  if (kind === 'conversation' && status !== 'deferred') yield line('qmgr', 'removed');
}

/** Writes so many lines, from a moment on; a minute of the log holds some hundred mails. */
export async function writePostfixLog(
  file: string,
  lines: number,
  kind: LogKind,
  from = Date.UTC(2026, 9, 1),
): Promise<void> {
  const out = createWriteStream(file);
  let at = from;
  let left = lines;
  let pending: string[] = [];
  while (left > 0) {
    if (chance(1 / 6)) at += 1000;
    const time = new Date(at);
    const stamp = `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)} ${time.toISOString().slice(11, 19)}`;
    for (const line of mail(kind, `${stamp} mx-out${between(1, 4)}`)) {
      if (left > 0) pending.push(line);
      left -= 1;
    }
    if (pending.length < 5000 && left > 0) continue;
    if (!out.write(`${pending.join('\n')}\n`)) await once(out, 'drain');
    pending = [];
  }
  out.end();
  await once(out, 'close');
}
