import type { DnsAnswer, Tell } from './answer.ts';

/** Milliseconds. What was found out is shown with its time, so it should not be much older than that. */
const LONGEST = 300_000;

/** Only where the resolver tells how long the answer holds; it does not for "no such name". */
const lifetime = (answer: DnsAnswer): number =>
  answer.status === 'found' && answer.ttl !== null ? Math.min(answer.ttl * 1000, LONGEST) : 0;

type Entry = { answer: Promise<DnsAnswer>; until: number };

/** Answers of one type, by name, for as long as they hold, the newest of them; a question that is out already is not asked twice. */
export class Kept {
  readonly #entries = new Map<string, Entry>();
  readonly #size: number;
  readonly #now: () => number;

  constructor(size: number, now: () => number) {
    this.#size = size;
    this.#now = now;
  }

  get(name: string, ask: (tell: Tell) => void): Promise<DnsAnswer> {
    const known = this.#entries.get(name);
    if (known && known.until > this.#now()) return known.answer;
    const { promise, resolve } = Promise.withResolvers<DnsAnswer>();
    const entry: Entry = { answer: promise, until: Number.POSITIVE_INFINITY };
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    if (this.#entries.size > this.#size) this.#dropOldest();
    ask((answer) => {
      const life = lifetime(answer);
      if (life > 0) entry.until = this.#now() + life;
      else if (this.#entries.get(name) === entry) this.#entries.delete(name);
      resolve(answer);
    });
    return promise;
  }

  #dropOldest(): void {
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
