import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const VERSIONS = '/usr/lib/postgresql';

/** Where Debian keeps the programs of the newest PostgreSQL. */
function programs(): string | undefined {
  if (!existsSync(VERSIONS)) return undefined;
  const newest = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))[0];
  return newest && join(VERSIONS, newest, 'bin');
}

export const whyNoCluster = (): string | undefined =>
  programs() ? undefined : 'no PostgreSQL here; it comes with: apt-get install postgresql';

/** PostgreSQL does not run as root. */
const asOwner = (command: string, args: string[]) =>
  userInfo().uid === 0
    ? run('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/' })
    : run(command, args, { cwd: '/' });

const SETTINGS = `
fsync = on
max_connections = 200
shared_buffers = 256MB
unix_socket_directories = ''
listen_addresses = '127.0.0.1'
wal_level = replica
hot_standby = on
`;

export type ClusterPorts = { door: number; primary: number; standby: number };

/**
 * A PostgreSQL of the trial's own: a primary, a standby that confirms each commit before anybody hears of it, and
 * one door that leads to whichever of them is the primary now, as an address that moves does.
 */
export class Cluster {
  readonly #folder: string;
  readonly #ports: ClusterPorts;
  readonly #bin: string;
  #leads: number;
  readonly #door: Server;
  readonly #open = new Set<Socket>();

  constructor(folder: string, ports: ClusterPorts) {
    this.#folder = folder;
    this.#ports = ports;
    this.#bin = programs() ?? '';
    this.#leads = ports.primary;
    this.#door = createServer((socket) => this.#through(socket));
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#ports.door}/postgres`;
  }

  async start(): Promise<void> {
    const { primary, standby, door } = this.#ports;
    mkdirSync(this.#folder, { recursive: true });
    if (userInfo().uid === 0) {
      const { stdout } = await run('id', ['-u', 'postgres']);
      chownSync(this.#folder, Number(stdout), -1);
    }
    await this.#do('initdb', '-D', this.#data('primary'), '-A', 'trust', '-U', 'postgres');
    appendFileSync(join(this.#data('primary'), 'postgresql.conf'), SETTINGS);
    await this.#control('primary', primary, 'start');
    const from = `host=127.0.0.1 port=${primary} user=postgres application_name=standby`;
    await this.#do('pg_basebackup', '-D', this.#data('standby'), '-R', '-X', 'stream', '-d', from);
    await this.#control('standby', standby, 'start');
    await this.#tell(primary, "alter system set synchronous_standby_names = 'standby'");
    await this.#tell(primary, 'select pg_reload_conf()');
    await new Promise<void>((resolve) => this.#door.listen(door, '127.0.0.1', resolve));
  }

  /** As after a loss of power. */
  async restart(): Promise<void> {
    const which = this.#leads === this.#ports.primary ? 'primary' : 'standby';
    await this.#control(which, this.#leads, 'restart', '-m', 'immediate');
  }

  /**
   * The primary is gone for good, and the standby takes its place. What a crash brought back can be read on the
   * primary before the standby has it: whoever fails over waits until it has caught up.
   */
  async failOver(): Promise<void> {
    await this.#caughtUp();
    await this.#control('primary', this.#ports.primary, 'stop', '-m', 'immediate');
    for (const socket of this.#open) socket.destroy();
    await this.#do('pg_ctl', '-D', this.#data('standby'), '-w', 'promote');
    // Nobody is left to confirm its commits: what `pg_basebackup` copied says otherwise.
    await this.#tell(this.#ports.standby, "alter system set synchronous_standby_names = ''");
    await this.#tell(this.#ports.standby, 'select pg_reload_conf()');
    this.#leads = this.#ports.standby;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    this.#door.close();
    for (const which of ['standby', 'primary'] as const)
      await this.#control(which, this.#ports[which], 'stop', '-m', 'immediate').catch(() => undefined);
  }

  #data(which: 'primary' | 'standby'): string {
    return join(this.#folder, which);
  }

  async #do(program: string, ...args: string[]): Promise<void> {
    await asOwner(join(this.#bin, program), args);
  }

  async #control(which: 'primary' | 'standby', port: number, ...args: string[]): Promise<void> {
    const log = join(this.#folder, `${which}.log`);
    await this.#do('pg_ctl', '-D', this.#data(which), '-w', '-l', log, '-o', `-p ${port}`, ...args);
  }

  async #caughtUp(): Promise<void> {
    const client = new pg.Client({ port: this.#ports.primary, host: '127.0.0.1', user: 'postgres' });
    await client.connect();
    try {
      const { rows: written } = await client.query<{ at: string }>('select pg_current_wal_flush_lsn() as at');
      for (let tries = 0; tries < 300; tries += 1) {
        const { rowCount } = await client.query(
          "select from pg_stat_replication where sync_state = 'sync' and flush_lsn >= $1",
          [written[0]?.at],
        );
        if (rowCount === 1) return;
        await wait(200);
      }
      throw new Error('The standby does not catch up.');
    } finally {
      await client.end();
    }
  }

  #tell(port: number, statement: string): Promise<void> {
    return this.#do('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qc', statement);
  }

  #through(socket: Socket): void {
    const server = connect(this.#leads, '127.0.0.1');
    for (const [one, other] of [
      [socket, server],
      [server, socket],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
