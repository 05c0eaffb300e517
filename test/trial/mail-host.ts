import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';

const POSTFIX = '/usr/sbin/postfix';
const USER = 'mail';
const SUBMISSION = 587;

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
virtual   unix  -       n       n       -       -       virtual
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
anvil     unix  -       -       n       -       1       anvil
postlog   unix-dgram n  -       n       -       1       postlogd
`;

const idOf = (flag: string) => execFileSync('id', [flag, USER], { encoding: 'utf8' }).trim();

const settings = (folder: string, boxes: string, addresses: Record<string, string>) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log/mail.log
maillog_file_prefixes = ${folder}
myhostname = mail.harbour.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
notify_classes =
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
virtual_mailbox_domains = ${[...new Set(Object.keys(addresses).map((address) => address.split('@')[1]))].join(', ')}
virtual_mailbox_base = ${boxes}
virtual_mailbox_maps = inline:{ ${Object.entries(addresses)
  .map(([address, box]) => `{ ${address} = ${box}/ }`)
  .join(', ')} }
virtual_uid_maps = static:${idOf('-u')}
virtual_gid_maps = static:${idOf('-g')}
virtual_minimum_uid = 1
default_transport = error:nobody else is here
`;

/**
 * A Postfix of its own that takes mail on the submission port and puts it into Maildirs, which a Dovecot shows.
 * `addresses` says whose mail goes to which; tags behind a `+` are left out of account.
 */
export class MailHost {
  readonly #folder: string;
  readonly #boxes: string;
  #master: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(folder: string, boxes: string, addresses: Record<string, string>) {
    this.#folder = folder;
    this.#boxes = boxes;
    // Its daemons run as other users.
    for (const name of ['', 'config', 'queue', 'log']) {
      mkdirSync(join(folder, name), { recursive: true });
      chmodSync(join(folder, name), 0o755);
    }
    mkdirSync(join(folder, 'data'));
    execFileSync('chown', ['postfix', join(folder, 'data')]);
    writeFileSync(join(folder, 'config', 'main.cf'), settings(folder, boxes, addresses));
    writeFileSync(join(folder, 'config', 'master.cf'), DAEMONS);
  }

  /** Gives a mail to Postfix, signed where a key is given. */
  transport(dkim?: { domainName: string; keySelector: string; privateKey: string }) {
    return nodemailer.createTransport({
      host: '127.0.0.1',
      port: SUBMISSION,
      ignoreTLS: true,
      ...(dkim ? { dkim } : {}),
    });
  }

  async start(): Promise<void> {
    const master = spawn(POSTFIX, ['-c', join(this.#folder, 'config'), 'start-fg'], { stdio: 'ignore' });
    this.#master = master;
    this.#gone = new Promise((resolve) => master.once('close', () => resolve()));
    const transport = this.transport();
    while (!(await transport.verify().catch(() => false))) {
      if (master.exitCode !== null) throw new Error(`Postfix did not start: ${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    transport.close();
  }

  log(): string {
    const file = join(this.#folder, 'log', 'mail.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The mails in somebody's Maildir, oldest first. */
  mails(box: string): Buffer[] {
    const folder = (part: string) => join(this.#boxes, box, part);
    return ['cur', 'new']
      .filter((part) => existsSync(folder(part)))
      .flatMap((part) => readdirSync(folder(part)).map((name) => join(folder(part), name)))
      .sort()
      .map((file) => readFileSync(file));
  }

  async stop(): Promise<void> {
    if (!this.#master || this.#master.exitCode !== null) return;
    execFileSync(POSTFIX, ['-c', join(this.#folder, 'config'), 'stop'], { stdio: 'ignore' });
    await this.#gone;
  }
}
