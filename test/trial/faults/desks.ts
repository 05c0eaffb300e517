import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../../bench/server.ts';

type Running = Awaited<ReturnType<typeof startServer>>;

const LIBRARIES = '/usr/lib';

/** Debian's libfaketime, where it is installed. */
function fakeTime(): string | undefined {
  for (const triplet of readdirSync(LIBRARIES)) {
    const file = join(LIBRARIES, triplet, 'faketime', 'libfaketimeMT.so.1');
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Two server processes on one database, which can be killed, frozen, and told another time. */
export class Desks {
  readonly urls: string[] = [];
  readonly #environments: Record<string, string>[] = [];
  readonly #running: (Running | undefined)[] = [];
  readonly #clocks: string[] = [];
  /** Whether clocks can jump here. */
  readonly canJump: boolean;

  constructor(folder: string, ports: number[], environment: Record<string, string>, lmtp: number[]) {
    const library = fakeTime();
    this.canJump = library !== undefined;
    for (const [index, port] of ports.entries()) {
      const clock = join(folder, `clock-${index}`);
      writeFileSync(clock, '+0');
      this.#clocks.push(clock);
      this.urls.push(`http://127.0.0.1:${port}`);
      this.#environments.push({
        ...environment,
        PORT: String(port),
        DATA_DIR: join(folder, `desk-${index}`),
        LMTP_LISTEN: `127.0.0.1:${lmtp[index]}`,
        ...(library
          ? {
              LD_PRELOAD: library,
              FAKETIME_TIMESTAMP_FILE: clock,
              FAKETIME_CACHE_DURATION: '1',
              // Timers go by this one, and a machine never sets it.
              FAKETIME_DONT_FAKE_MONOTONIC: '1',
            }
          : {}),
      });
    }
  }

  get count(): number {
    return this.urls.length;
  }

  pid(index: number): number {
    return this.#running[index]?.pid ?? 0;
  }

  async start(): Promise<void> {
    for (const index of this.#environments.keys()) await this.#begin(index);
  }

  async kill(index: number): Promise<void> {
    await this.#running[index]?.stop('SIGKILL');
    await this.#begin(index);
  }

  async freeze(index: number, ms: number): Promise<void> {
    const pid = this.pid(index);
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    process.kill(pid, 'SIGCONT');
  }

  /** Its clock is so many seconds ahead from now on; fewer than none: behind. */
  jump(index: number, seconds: number): void {
    writeFileSync(this.#clocks[index] as string, `${seconds < 0 ? '' : '+'}${seconds}`);
  }

  /** A server whose database was away may have ended: as a service would, it is started again. */
  async startAgain(): Promise<number> {
    let ended = 0;
    for (const index of this.#environments.keys())
      if (!isRunning(this.pid(index))) {
        ended += 1;
        await this.#begin(index);
      }
    return ended;
  }

  async stop(): Promise<void> {
    for (const one of this.#running) await one?.stop('SIGKILL');
  }

  async #begin(index: number): Promise<void> {
    this.#running[index] = await startServer(
      ['src/main.js'],
      this.#environments[index] as Record<string, string>,
    );
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
