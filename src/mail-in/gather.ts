import type { Kept, Mail } from './arrivals.ts';

type Waiting = { mail: Mail; done: (kept: Kept) => void; failed: (error: unknown) => void };

/** What one transaction takes at most. A mail that is larger goes alone. */
const MOST_MAILS = 200;
const MOST_OCTETS = 4 * 1024 * 1024;
/** Transactions at a time: while one is committed, the next is written. */
const AT_ONCE = 2;

/**
 * Stores mails that come at the same time in one transaction: a commit costs the same for one as for a hundred. Whoever
 * waits for `take` may acknowledge the mail: it is committed by then.
 */
export class Gather {
  readonly #keep: (mails: Mail[]) => Promise<Kept[]>;
  readonly #waiting: Waiting[] = [];
  #busy = 0;

  constructor(keep: (mails: Mail[]) => Promise<Kept[]>) {
    this.#keep = keep;
  }

  take(mail: Mail): Promise<Kept> {
    return new Promise((done, failed) => {
      this.#waiting.push({ mail, done, failed });
      // Others may be read from their sockets in the same turn of the loop: they go along.
      setImmediate(() => this.#start());
    });
  }

  #start(): void {
    if (this.#busy >= AT_ONCE || this.#waiting.length === 0) return;
    this.#busy += 1;
    void this.#store(this.#next()).finally(() => {
      this.#busy -= 1;
      this.#start();
    });
  }

  #next(): Waiting[] {
    let octets = 0;
    let number = 0;
    for (const { mail } of this.#waiting) {
      octets += mail.raw.length;
      if (number > 0 && (octets > MOST_OCTETS || number >= MOST_MAILS)) break;
      number += 1;
    }
    return this.#waiting.splice(0, number);
  }

  async #store(batch: Waiting[]): Promise<void> {
    try {
      const kept = await this.#keep(batch.map(({ mail }) => mail));
      for (const [n, { done }] of batch.entries()) done(kept[n] as Kept);
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }
}
