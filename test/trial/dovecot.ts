import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const DOVECOT = '/usr/sbin/dovecot';
export const MAIL_PASSWORD = 'imap-canary-pw';
const USER = 'mail';

/** Why no Dovecot can be started here; undefined where one can. */
export function whyNoDovecot(): string | undefined {
  if (!existsSync(DOVECOT) || !existsSync('/usr/lib/dovecot/imap'))
    return 'no Dovecot here; it comes with: DEBIAN_FRONTEND=noninteractive apt-get install --yes dovecot-imapd';
  return process.geteuid?.() === 0 ? undefined : 'Dovecot starts for root only';
}

const settings = (folder: string, port: number, tls: string) => `
base_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
mail_location = maildir:${folder}/mail/%u
mail_uid = ${USER}
mail_gid = ${USER}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
disable_plaintext_auth = no
ssl = ${tls ? 'yes' : 'no'}
${tls}
default_login_user = dovenull
default_internal_user = dovecot
auth_mechanisms = plain login
auth_failure_delay = 0
passdb {
  driver = static
  args = password=${MAIL_PASSWORD}
}
userdb {
  driver = static
  args = uid=${USER} gid=${USER} home=${folder}/mail/%u
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  client_limit = 100
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
`;

/** A certificate that nobody signed but itself. */
function certificate(folder: string): string {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return `ssl_cert = <${cert}\nssl_key = <${key}`;
}

/** A Dovecot of its own beside whatever runs here, with a mailbox of one user. Its folder must be open to others. */
export class Dovecot {
  readonly port: number;
  readonly #folder: string;
  #master: ChildProcess | undefined;
  #gone: Promise<void> = Promise.resolve();
  #number = 0;

  constructor(folder: string, port: number, { tls = false } = {}) {
    this.#folder = folder;
    this.port = port;
    mkdirSync(join(folder, 'run'), { recursive: true });
    mkdirSync(this.#box(), { recursive: true });
    for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(this.#box(), name));
    this.#own();
    writeFileSync(join(folder, 'conf'), settings(folder, port, tls ? certificate(folder) : ''));
  }

  #box(): string {
    return join(this.#folder, 'mail', 'desk');
  }

  #own(): void {
    execFileSync('chown', ['-R', `${USER}:${USER}`, join(this.#folder, 'mail')]);
  }

  async start(): Promise<void> {
    const master = spawn(DOVECOT, ['-F', '-c', join(this.#folder, 'conf')], { stdio: 'ignore' });
    this.#master = master;
    this.#gone = new Promise((resolve) => master.once('close', () => resolve()));
    for (const from = performance.now(); ; ) {
      const answers = await new Promise<boolean>((resolve) => {
        const probe = connect(this.port, '127.0.0.1');
        probe.once('data', () => resolve(true)).on('error', () => resolve(false));
        probe.once('data', () => probe.destroy());
      });
      if (answers) return;
      if (master.exitCode !== null || performance.now() - from > 30_000)
        throw new Error(`Dovecot did not start: ${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  log(): string {
    return existsSync(join(this.#folder, 'log')) ? readFileSync(join(this.#folder, 'log'), 'utf8') : '';
  }

  async stop(): Promise<void> {
    if (!this.#master || this.#master.exitCode !== null) return;
    this.#master.kill('SIGTERM');
    await this.#gone;
  }

  /** Puts messages into the mailbox, as a delivery agent does: whole, by a rename. */
  deliver(...mails: (string | Buffer)[]): void {
    const names = mails.map((mail) => {
      this.#number += 1;
      const name = `${1_700_000_000 + this.#number}.${this.#number}.test`;
      writeFileSync(join(this.#box(), 'tmp', name), mail);
      return name;
    });
    execFileSync('chown', ['-R', `${USER}:${USER}`, join(this.#box(), 'tmp')]);
    for (const name of names) renameSync(join(this.#box(), 'tmp', name), join(this.#box(), 'new', name));
  }

  /** File names of the messages in a folder, whose ends are their flags (`S`: seen). */
  messages(name = ''): string[] {
    const folder = name ? join(this.#box(), `.${name}`) : this.#box();
    return ['new', 'cur'].flatMap((part) =>
      existsSync(join(folder, part)) ? readdirSync(join(folder, part)) : [],
    );
  }

  /** Deletes the message that was delivered as the nth. */
  remove(n: number): void {
    for (const part of ['new', 'cur'])
      for (const name of readdirSync(join(this.#box(), part)))
        if (name.includes(`.${n}.test`)) rmSync(join(this.#box(), part, name));
  }

  addFolder(name: string): void {
    for (const part of ['new', 'cur', 'tmp'])
      mkdirSync(join(this.#box(), `.${name}`, part), { recursive: true });
    this.#own();
  }

  /** Makes the server number the messages anew, as after a restore from a backup. */
  renumber(): void {
    for (const file of readdirSync(this.#box()))
      if (file.startsWith('dovecot')) rmSync(join(this.#box(), file), { recursive: true });
  }
}
