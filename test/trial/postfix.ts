import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';

/** Name of the receiver's mail exchanger, as the log of a real delivery has it. */
const EXCHANGER = 'outlook-com.olc.protection.outlook.com';
const DOMAINS = ['outlook.com', 'hotmail.com', 'live.com'];
const SENDER = 'orders@harbour.example.com';
const SUBMISSION = 587;

const PLACES = ['/usr/sbin/postfix', '/usr/local/sbin/postfix'];

function works(place: string): boolean {
  try {
    execFileSync(join(place, '..', 'postconf'), ['-h', 'mail_version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const POSTFIX = PLACES.find(works);

/** Why no Postfix can be started here; undefined where one can. */
export function whyNoPostfix(): string | undefined {
  if (!POSTFIX)
    return 'no Postfix here; it comes with: DEBIAN_FRONTEND=noninteractive apt-get install --yes postfix';
  return process.geteuid?.() === 0 ? undefined : 'Postfix starts for root only';
}

const DAEMONS = `127.0.0.1:${SUBMISSION} inet n - n - - smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
smtp      unix  -       -       y       -       -       smtp
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
`;

const settings = (folder: string, address: string) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log/mail.log
maillog_file_prefixes = ${folder}
myhostname = mx-out1.harbour.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
notify_classes =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_host_lookup = native
smtp_tls_security_level = none
smtp_bind_address = ${address}
default_transport = discard
transport_maps = inline:{ ${DOMAINS.map((domain) => `{ ${domain} = smtp:[${EXCHANGER}] }`).join(', ')} }
`;

/**
 * A Postfix of its own beside whatever runs here. Its SMTP client sees only the hosts file of its queue folder,
 * so that it finds the receiver by the name of a real exchanger, and nobody else.
 */
export class Postfix {
  readonly #folder: string;
  #master: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  /** `from` is the address it sends from, `to` that of the receiver. */
  constructor(folder: string, { from, to }: { from: string; to: string }) {
    this.#folder = folder;
    // Its daemons run as another user.
    for (const name of ['', 'config', 'queue', 'queue/etc', 'log']) {
      mkdirSync(join(folder, name), { recursive: true });
      chmodSync(join(folder, name), 0o755);
    }
    mkdirSync(join(folder, 'data'));
    execFileSync('chown', ['postfix', join(folder, 'data')]);
    writeFileSync(join(folder, 'config', 'main.cf'), settings(folder, from));
    writeFileSync(join(folder, 'config', 'master.cf'), DAEMONS);
    writeFileSync(join(folder, 'queue/etc/hosts'), `127.0.0.1 localhost\n${to} ${EXCHANGER}\n`);
    writeFileSync(join(folder, 'queue/etc/nsswitch.conf'), 'hosts: files\n');
    writeFileSync(this.log, '');
  }

  get log(): string {
    return join(this.#folder, 'log', 'mail.log');
  }

  /** Lines of deliveries, for whoever wants to see them. */
  deliveries(): string[] {
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line.includes('postfix/smtp['));
  }

  /** Starts, with the log's stamps that many hours back. */
  async start(hoursBack: number): Promise<void> {
    const master = spawn(POSTFIX as string, ['-c', join(this.#folder, 'config'), 'start-fg'], {
      stdio: 'ignore',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TZ: `TRIAL${hoursBack}` },
    });
    this.#master = master;
    this.#gone = new Promise((resolve) => master.once('close', () => resolve()));
    const transport = this.#transport();
    for (;;) {
      if (master.exitCode !== null)
        throw new Error(`Postfix did not start: ${readFileSync(this.log, 'utf8')}`);
      if (await transport.verify().catch(() => false)) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    transport.close();
  }

  async stop(): Promise<void> {
    if (!this.#master || this.#master.exitCode !== null) return;
    execFileSync(POSTFIX as string, ['-c', join(this.#folder, 'config'), 'stop'], { stdio: 'ignore' });
    await this.#gone;
  }

  /** Hands Postfix so many messages, each to one recipient. */
  async submit(messages: number): Promise<void> {
    const transport = this.#transport();
    for (let n = 0; n < messages; n++)
      await transport.sendMail({
        envelope: { from: SENDER, to: [`customer${n}@${DOMAINS[n % DOMAINS.length]}`] },
        from: SENDER,
        to: `customer${n}@${DOMAINS[n % DOMAINS.length]}`,
        subject: `Your order ${1000 + n}`,
        text: 'Thank you for your order. It leaves our harbour tomorrow.',
      });
    transport.close();
  }

  #transport() {
    return nodemailer.createTransport({
      host: '127.0.0.1',
      port: SUBMISSION,
      pool: true,
      maxConnections: 1,
      ignoreTLS: true,
    });
  }
}
