import type { Observation } from '../observations/observation.ts';
import { type Scanner, takeAll } from './scanner.ts';

/** A log that is piped in. It cannot be read twice: what is not taken when the agent is killed is gone. */
export class StandardInput {
  ended = false;
  readonly #scanner: Scanner;

  constructor(scanner: Scanner) {
    this.#scanner = scanner;
  }

  get waiting(): number {
    return this.#scanner.waiting;
  }

  take(): Observation[] {
    return takeAll(this.#scanner);
  }

  /** Reads to the end, each piece when `ready` says so; the writer waits that long. */
  async read(input: AsyncIterable<Uint8Array>, ready: () => Promise<void>): Promise<void> {
    for await (const chunk of input) {
      await ready();
      this.#scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    }
    this.#scanner.finish();
    this.ended = true;
  }
}
