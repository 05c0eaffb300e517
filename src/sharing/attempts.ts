import ipaddr from 'ipaddr.js';

const WINDOW_MS = 10 * 60_000;
/** Pages for one client within ten minutes, and how many of these may be of links that do not hold. */
export const MOST_PAGES = 300;
export const MOST_WRONG = 30;
const MOST_CLIENTS = 10_000;

type Count = { since: number; pages: number; wrong: number };

/** IPv6 is given out by networks of 64 bits: one client has as many addresses as it likes. */
function clientOf(address: string): string {
  try {
    const parsed = ipaddr.process(address);
    return parsed.kind() === 'ipv4' ? address : parsed.toByteArray().slice(0, 8).join('.');
  } catch {
    return address;
  }
}

/** Counts who asks for shared pages, in memory. Secrets cannot be guessed; this is for the server's peace. */
export class Attempts {
  readonly #counts = new Map<string, Count>();

  #countOf(address: string, at: number): Count {
    const client = clientOf(address);
    const kept = this.#counts.get(client);
    const count = kept && at - kept.since < WINDOW_MS ? kept : { since: at, pages: 0, wrong: 0 };
    this.#counts.delete(client);
    this.#counts.set(client, count);
    if (this.#counts.size > MOST_CLIENTS) {
      const [first] = this.#counts.keys();
      if (first !== undefined) this.#counts.delete(first);
    }
    return count;
  }

  /** Counts a request at `at` (ms); false: it is one too many. */
  mayAsk(address: string, at: number): boolean {
    const count = this.#countOf(address, at);
    count.pages += 1;
    return count.pages <= MOST_PAGES && count.wrong <= MOST_WRONG;
  }

  /** Counts a link that does not hold. */
  noteWrong(address: string, at: number): void {
    this.#countOf(address, at).wrong += 1;
  }
}
