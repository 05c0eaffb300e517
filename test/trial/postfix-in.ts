import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import nodemailer from 'nodemailer';

const POSTFIX = '/usr/sbin/postfix';

const daemons = (port: number, more: string) => `127.0.0.1:${port} inet n - n - - smtpd
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       1       1       qmgr
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
local     unix  -       n       n       -       -       local
lmtp      unix  -       -       n       -       -       lmtp
anvil     unix  -       -       n       -       1       anvil
scache    unix  -       -       n       -       1       scache
postlog   unix-dgram n  -       n       -       1       postlogd
${more}
`;

const settings = (folder: string, transport: string, aliases: string) => `
compatibility_level = 3.6
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log/mail.log
maillog_file_prefixes = ${folder}
myhostname = mx.example.com
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination = pipe.example.com
alias_maps = ${aliases}
alias_database =
local_recipient_maps =
notify_classes =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtp_tls_security_level = none
message_size_limit = 60000000
mailbox_size_limit = 60000000
default_transport = ${transport}
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
transport_retry_time = 1s
lmtp_destination_concurrency_limit = 10
default_destination_concurrency_failed_cohort_limit = 0
lmtp_connect_timeout = 2s
initial_destination_concurrency = 10
`;

/** A Postfix of its own that takes mail at a port and hands all of it to a desk. Its folder must be open to others. */
export class PostfixIn {
  readonly port: number;
  readonly #folder: string;
  #master: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();

  /** `alias`: the command that `desk@pipe.example.com` is piped into. */
  constructor(
    folder: string,
    port: number,
    { transport, alias = '' }: { transport: string; alias?: string },
  ) {
    this.#folder = folder;
    this.port = port;
    for (const name of ['', 'config', 'queue', 'log']) {
      mkdirSync(join(folder, name), { recursive: true });
      chmodSync(join(folder, name), 0o755);
    }
    mkdirSync(join(folder, 'data'));
    execFileSync('chown', ['postfix', join(folder, 'data')]);
    const aliases = alias ? `inline:{ { desk = |"${alias}" } }` : '';
    writeFileSync(join(folder, 'config', 'main.cf'), settings(folder, transport, aliases));
    writeFileSync(join(folder, 'config', 'master.cf'), daemons(port, ''));
    writeFileSync(join(folder, 'log', 'mail.log'), '');
  }

  log(): string {
    return readFileSync(join(this.#folder, 'log', 'mail.log'), 'utf8');
  }

  async start(): Promise<void> {
    const master = spawn(POSTFIX, ['-c', join(this.#folder, 'config'), 'start-fg'], {
      stdio: 'ignore',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    this.#master = master;
    this.#gone = new Promise((resolve) => master.once('close', () => resolve()));
    const transport = this.#transport(1);
    for (const from = performance.now(); !(await transport.verify().catch(() => false)); ) {
      if (master.exitCode !== null || performance.now() - from > 60_000)
        throw new Error(`Postfix did not start: ${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    transport.close();
  }

  async stop(): Promise<void> {
    if (!this.#master || this.#master.exitCode !== null) return;
    execFileSync(POSTFIX, ['-c', join(this.#folder, 'config'), 'stop'], { stdio: 'ignore' });
    await this.#gone;
  }

  /** Hands over messages as they are; each is in the queue, on disk, when this resolves. */
  async submit(messages: Buffer[], to = 'desk@example.com'): Promise<void> {
    const transport = this.#transport(4);
    await Promise.all(
      messages.map((raw) =>
        transport.sendMail({ envelope: { from: 'bounce@provider.example', to: [to] }, raw }),
      ),
    );
    transport.close();
  }

  /** Messages that wait. */
  queued(): number {
    return ['incoming', 'active', 'deferred', 'maildrop']
      .map((name) => join(this.#folder, 'queue', name))
      .filter((path) => existsSync(path))
      .reduce(
        (sum, path) =>
          sum +
          readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).length,
        0,
      );
  }

  #transport(maxConnections: number) {
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
