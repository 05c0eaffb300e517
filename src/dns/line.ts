import { count } from '../metrics/measure.ts';
import type { DnsAnswer, RecordType } from './answer.ts';
import { questionMessage } from './question.ts';
import { failed, isNoAnswer, isServerFailure, isTruncated, readAnswer } from './reading.ts';
import { openServers, type Server } from './server.ts';
import { askOverTcp } from './tcp.ts';

/** Milliseconds after which a question is given up. */
export const PATIENCE = 4000;

const NO_NAME = failed('this is no name that can be asked for');
const NOBODY = failed('no resolver answers at its address');
const CUT_SHORT = failed('the answer was cut short, and none came over TCP');

/** Tells once; `silent` where nobody answered in time. */
export type TellOrSilent = (answer: DnsAnswer, silent: boolean) => void;
type Asked = {
  question: Buffer;
  type: RecordType;
  tell: TellOrSilent;
  /** The server that was asked first. */
  first: number;
  tries: number;
  /** When it is asked again, and when it is given up. */
  again: number;
  end: number;
  forget: (() => void)[];
};

/**
 * A line to some servers, with an end to every question. One without an answer is asked again, at the next server
 * where there is one; the answer to the first question is still taken, however late it comes before the end.
 */
export class Line {
  readonly #names: string[];
  readonly #patience: number;
  readonly #asked = new Set<Asked>();
  #servers: Server[] = [];
  /** Who is asked first: the next one, when this one was silent. */
  #first = 0;
  #clock: NodeJS.Timeout | undefined;

  /** No names: the servers of the system. */
  constructor(names: string[], patience = PATIENCE) {
    this.#names = names;
    this.#patience = patience;
  }

  ask(name: string, type: RecordType, tell: TellOrSilent): void {
    const question = questionMessage(name, type);
    if (question === undefined) {
      queueMicrotask(() => tell(NO_NAME, false));
      return;
    }
    this.#wake();
    const end = performance.now() + this.#patience;
    const asked: Asked = { question, type, tell, first: this.#first, tries: 0, again: 0, end, forget: [] };
    this.#asked.add(asked);
    this.#try(asked);
  }

  #try(asked: Asked): void {
    const server = this.#serverOf(asked, asked.tries);
    if (!server) {
      this.#settle(asked, NOBODY);
      return;
    }
    // What is sent again has an id of its own.
    const question = asked.tries === 0 ? asked.question : Buffer.from(asked.question);
    asked.tries += 1;
    asked.again = asked.end - this.#patience * (1 - asked.tries / 4);
    asked.forget.push(server.ask(question, (message) => this.#hear(asked, server, message)));
  }

  #serverOf(asked: Asked, tries: number): Server | undefined {
    return this.#servers[(asked.first + tries) % this.#servers.length];
  }

  /** Every server once, one alone twice. */
  #mayTry(asked: Asked): boolean {
    return asked.tries < Math.max(2, this.#servers.length);
  }

  #tryAgain(asked: Asked, failure: DnsAnswer): void {
    if (!this.#asked.has(asked)) return;
    if (this.#mayTry(asked)) this.#try(asked);
    else this.#settle(asked, failure);
  }

  #hear(asked: Asked, server: Server, message: Buffer | undefined): void {
    if (message === undefined) {
      this.#passOver(server);
      this.#tryAgain(asked, NOBODY);
    } else if (isTruncated(message)) this.#askOverTcp(asked, server);
    else this.#read(asked, message);
  }

  #askOverTcp(asked: Asked, server: Server): void {
    asked.again = asked.end;
    const hear = (message: Buffer | undefined) =>
      message ? this.#read(asked, message) : this.#tryAgain(asked, CUT_SHORT);
    asked.forget.push(askOverTcp(server.address, asked.question, hear));
  }

  #read(asked: Asked, message: Buffer): void {
    const answer = readAnswer(message, asked.question, asked.type);
    // A server that failed may know it a moment later; one that refuses does so again.
    const isWorthIt = isServerFailure(message) || asked.tries < this.#servers.length;
    if (isNoAnswer(message) && isWorthIt) this.#tryAgain(asked, answer);
    else this.#settle(asked, answer);
  }

  #settle(asked: Asked, answer: DnsAnswer, silent = false): void {
    if (!this.#asked.delete(asked)) return;
    for (const forget of asked.forget) forget();
    if (this.#asked.size === 0) this.#clock?.unref();
    count('delist_desk_dns_questions_total', { answer: silent ? 'silence' : answer.status });
    asked.tell(answer, silent);
  }

  #passOver(server: Server | undefined): void {
    if (server === this.#servers[this.#first]) this.#first = (this.#first + 1) % this.#servers.length;
  }

  /** One clock for all questions is much cheaper than one for each. The process stays for them. */
  #wake(): void {
    if (this.#clock === undefined) {
      this.#servers = openServers(this.#names);
      this.#first = 0;
      this.#clock = setInterval(() => this.#look(), this.#patience / 16);
    } else if (this.#asked.size === 0) this.#clock.ref();
  }

  #look(): void {
    const now = performance.now();
    for (const asked of this.#asked) {
      if (asked.end <= now)
        this.#settle(asked, failed(`no answer within ${this.#patience / 1000} seconds`), true);
      else if (asked.again <= now) this.#hurry(asked);
    }
    if (this.#asked.size === 0) this.#rest();
  }

  #hurry(asked: Asked): void {
    this.#passOver(this.#serverOf(asked, asked.tries - 1));
    if (this.#mayTry(asked)) this.#try(asked);
    else asked.again = asked.end;
  }

  /** With nothing to ask, no port is held; those of the system may be others when there is. */
  #rest(): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
    for (const server of this.#servers) server.close();
  }
}
