import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';

const POSTFIX = '/usr/sbin/postfix';

/** Why no Postfix can be started here; undefined where one can. */
export function whyNoPostfix(): string | undefined {
  try {
    execFileSync('/usr/sbin/postconf', ['-h', 'mail_version'], { stdio: 'ignore' });
  } catch {
    return 'no Postfix here; it comes with: DEBIAN_FRONTEND=noninteractive apt-get install --yes postfix';
  }
  return process.geteuid?.() === 0 ? undefined : 'Postfix starts for root only';
}

const DAEMONS = `pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
flush     unix  n       -       n       1000?   0       flush
proxymap  unix  -       -       n       -       -       proxymap
showq     unix  n       -       n       -       -       showq
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
discard   unix  -       -       n       -       -       discard
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
`;

/** What every one of them is set to: it knows this machine only, and logs into its own folder. */
const settings = (folder: string, more: string) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log/mail.log
maillog_file_prefixes = ${folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
notify_classes =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
${more}
`;

/**
 * A Postfix of its own beside whatever runs here, which takes mail at a port of this machine. `main` is added to its
 * main.cf, `daemons` (with a queue manager among them) to its master.cf.
 */
export class PostfixServer {
  readonly port: number;
  protected readonly folder: string;
  #master: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(folder: string, port: number, { main, daemons }: { main: string; daemons: string }) {
    this.folder = folder;
    this.port = port;
    // Its daemons run as other users.
    for (const name of ['', 'config', 'queue', 'log']) {
      mkdirSync(join(folder, name), { recursive: true });
      chmodSync(join(folder, name), 0o755);
    }
    mkdirSync(join(folder, 'data'));
    execFileSync('chown', ['postfix', join(folder, 'data')]);
    writeFileSync(join(folder, 'config', 'main.cf'), settings(folder, main));
    writeFileSync(
      join(folder, 'config', 'master.cf'),
      `127.0.0.1:${port} inet n - n - - smtpd\n${DAEMONS}${daemons}\n`,
    );
    writeFileSync(this.logFile, '');
  }

  get logFile(): string {
    return join(this.folder, 'log', 'mail.log');
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Starts; `zone` as in TZ. */
  async startIn(zone?: string): Promise<void> {
    const master = spawn(POSTFIX, ['-c', join(this.folder, 'config'), 'start-fg'], {
      stdio: 'ignore',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...(zone ? { TZ: zone } : {}) },
    });
    this.#master = master;
    this.#gone = new Promise((resolve) => master.once('close', () => resolve()));
    const transport = this.transport();
    for (const from = performance.now(); !(await transport.verify().catch(() => false)); ) {
      if (master.exitCode !== null || performance.now() - from > 60_000)
        throw new Error(`Postfix did not start: ${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    transport.close();
  }

  async stop(): Promise<void> {
    if (!this.#master || this.#master.exitCode !== null) return;
    execFileSync(POSTFIX, ['-c', join(this.folder, 'config'), 'stop'], { stdio: 'ignore' });
    await this.#gone;
  }

  /** Gives mails to it, over as many connections as asked. */
  transport(maxConnections = 1) {
    return nodemailer.createTransport({
      host: '127.0.0.1',
      port: this.port,
      pool: true,
      maxConnections,
      maxMessages: Number.POSITIVE_INFINITY,
      ignoreTLS: true,
    });
  }
}
