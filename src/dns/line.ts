import { Resolver } from 'node:dns';
import type { DnsAnswer, RecordType } from './answer.ts';
import { failed, question } from './reading.ts';

/** Milliseconds after which a question is given up, whatever c-ares still hopes for. */
export const PATIENCE = 4000;

/** What may be better when it is asked again, once. */
const WORTH_ANOTHER = new Set(['ETIMEOUT', 'ESERVFAIL']);

/** Tells once; `silent` where nobody answered in time. */
export type TellOrSilent = (answer: DnsAnswer, silent: boolean) => void;
type Asked = { name: string; type: RecordType; end: number; again: Resolver | null; tell: TellOrSilent };

/**
 * A line to some servers, with an end to every question. c-ares waits about a second at most once answers were
 * quick, and takes no late answer after it asked again. So a question without an answer is asked again by a
 * resolver of its own, which knows no haste, waits for as long as there is patience, and can be cancelled alone.
 */
export class Line {
  readonly #servers: string[];
  readonly #patience: number;
  readonly #quick: Resolver;
  readonly #asked = new Set<Asked>();
  #clock: NodeJS.Timeout | undefined;

  /** No servers: those of the system. */
  constructor(servers: string[], patience = PATIENCE) {
    this.#servers = servers;
    this.#patience = patience;
    this.#quick = this.#open(patience / 4);
  }

  #open(timeout: number): Resolver {
    const resolver = new Resolver({ timeout: Math.ceil(timeout), tries: 1 });
    if (this.#servers.length > 0) resolver.setServers(this.#servers);
    return resolver;
  }

  ask(name: string, type: RecordType, tell: TellOrSilent): void {
    // One clock for all is enough for their end, and much cheaper than one for each.
    this.#clock ??= setInterval(() => this.#giveUp(), this.#patience / 16).unref();
    const asked: Asked = { name, type, end: performance.now() + this.#patience, again: null, tell };
    this.#asked.add(asked);
    question(this.#quick, name, type, (code, answer) => {
      if (code && WORTH_ANOTHER.has(code)) this.#askAgain(asked);
      else this.#settle(asked, answer);
    });
  }

  #askAgain(asked: Asked): void {
    if (!this.#asked.has(asked)) return;
    asked.again = this.#open(this.#patience);
    question(asked.again, asked.name, asked.type, (code, answer) => {
      this.#settle(asked, answer, code === 'ETIMEOUT');
    });
  }

  #settle(asked: Asked, answer: DnsAnswer, silent = false): void {
    if (this.#asked.delete(asked)) asked.tell(answer, silent);
  }

  #giveUp(): void {
    for (const asked of [...this.#asked]) {
      if (asked.end > performance.now()) continue;
      this.#settle(asked, failed(`no answer within ${this.#patience / 1000} seconds`), true);
      asked.again?.cancel();
    }
    if (this.#asked.size > 0) return;
    clearInterval(this.#clock);
    this.#clock = undefined;
  }
}
