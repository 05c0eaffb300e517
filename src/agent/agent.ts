import { Intake } from './intake.ts';
import { Logs } from './logs.ts';
import { type Pace, pause } from './pace.ts';
import type { Post } from './post.ts';
import type { Say } from './say.ts';
import type { OpenScanner } from './scanner.ts';
import { Sending } from './sending.ts';
import type { Spool } from './spool.ts';
import { StandardInput } from './standard-input.ts';

/** Without `follow`, a desk that fails this often, or asks to wait this long, is left for the next time. */
const TRIES = 5;
const LONGEST_WAIT = 60_000;

export type AgentOptions = {
  /** Who reads, for the desk. */
  name: string;
  paths: string[];
  input?: AsyncIterable<Uint8Array> & { destroy?: () => unknown };
  follow: boolean;
  openScanner: OpenScanner;
  spool: Spool;
  post: Post;
  say: Say;
  pace: Pace;
  /** Asks the agent to end. */
  stop: AbortSignal;
};

const plural = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}es`}`;

class Agent {
  readonly #options: AgentOptions;
  readonly #logs: Logs;
  readonly #input: StandardInput;
  readonly #intake: Intake;
  readonly #sending: Sending;
  #told = { batches: 0, at: performance.now() };

  constructor(options: AgentOptions) {
    const { paths, spool, openScanner, say, pace, name, post } = options;
    this.#options = options;
    this.#logs = new Logs({ paths, places: spool.places, openScanner, say, linger: pace.linger });
    this.#input = new StandardInput(openScanner());
    const [logs, input] = [this.#logs, this.#input];
    const source = {
      get waiting() {
        return logs.waiting + input.waiting;
      },
      take() {
        const { rows, places } = logs.take();
        return { rows: [...rows, ...input.take()], places };
      },
    };
    this.#intake = new Intake({ name, source, spool, say, pace });
    this.#sending = new Sending({ spool, post, say, pace });
  }

  async run(): Promise<number> {
    const { input, stop, say, spool } = this.#options;
    const end = new AbortController();
    const sent = this.#sending.run(end.signal);
    this.#input.ended = input === undefined;
    if (input) void this.#readInput(input);
    if (await this.#readLogs()) this.#logs.finish();
    const isIn = this.#intake.bringIn();
    await this.#send();
    end.abort();
    await sent;
    this.#input.ended = true;
    input?.destroy?.();
    this.#summary();
    if (isIn && !stop.aborted && this.#sending.batches === 0 && spool.waiting === 0 && !say.isTroubled)
      say.line('No delivery is in it that was not counted before.');
    if (spool.waiting > 0) say.warning('What could not be sent stays in the spool for the next start.');
    if (stop.aborted) return 0;
    return isIn && spool.waiting === 0 && this.#sending.setAside === 0 && !say.isTroubled ? 0 : 1;
  }

  /** Reads until there is nothing more to wait for: returns whether everything was read. */
  async #readLogs(): Promise<boolean> {
    const { follow, paths, pace, stop } = this.#options;
    let quiet = 0;
    while (!stop.aborted) {
      const isOpen = this.#intake.makeRoom();
      const octets = isOpen ? await this.#logs.read() : 0;
      quiet = octets === 0 && isOpen && this.#input.ended ? quiet + 1 : 0;
      // The end of a last line may be on its way.
      const isAtEnd = quiet > (this.#logs.unfinished ? 1 : 0);
      if (isAtEnd && (!follow || paths.length === 0)) return true;
      if (!isOpen && !follow && this.#isHopeless()) return false;
      if (performance.now() - this.#told.at >= pace.summary) this.#summary();
      if (octets === 0) await pause(pace.look, stop);
      else await new Promise(setImmediate);
    }
    return false;
  }

  async #readInput(input: AsyncIterable<Uint8Array>): Promise<void> {
    const { pace, stop, say } = this.#options;
    try {
      await this.#input.read(input, async () => {
        while (!this.#intake.makeRoom() && !stop.aborted) await pause(pace.look, stop);
      });
    } catch (error) {
      if (!this.#input.ended)
        say.trouble('input', `Standard input cannot be read: ${(error as Error).message}`);
      this.#input.ended = true;
    }
  }

  /** Sends what can be sent now. */
  async #send(): Promise<void> {
    const { spool, pace, stop } = this.#options;
    const start = performance.now();
    const hasTime = () =>
      stop.aborted
        ? this.#sending.failures === 0 && performance.now() - start < pace.stop
        : !this.#isHopeless();
    const never = new AbortController().signal;
    while (spool.waiting > 0 && hasTime()) await pause(Math.min(pace.look, 50), never);
  }

  #isHopeless(): boolean {
    return this.#sending.failures >= TRIES || this.#sending.nextIn > LONGEST_WAIT;
  }

  #summary(): void {
    const { batches, observations } = this.#sending;
    const { say, spool } = this.#options;
    if (batches > this.#told.batches)
      say.line(
        `${plural(batches, 'batch')} with ${observations} deliveries sent since the start; ${spool.waiting} waiting.`,
      );
    this.#told = { batches, at: performance.now() };
  }
}

/**
 * Reads logs and sends what it counts to a desk: each line once, whenever and however the agent ends.
 * Resolves to the exit code.
 */
export const runAgent = (options: AgentOptions): Promise<number> => new Agent(options).run();
