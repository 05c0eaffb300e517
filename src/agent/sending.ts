import { jittered, type Pace, pause } from './pace.ts';
import type { Answer, Post } from './post.ts';
import type { Say } from './say.ts';
import { type Entry, halvesOf, type Part, type Spool } from './spool.ts';

type Later = Extract<Answer, { kind: 'later' | 'token-refused' }>;

/** What a desk says of a batch, in one line; empty where it is no desk's answer. */
function reasonIn(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown };
    return typeof detail === 'string' ? detail.replace(/[\s\p{Cc}]+/gu, ' ').slice(0, 500) : '';
  } catch {
    return '';
  }
}

/** Sends what is in the spool, the oldest first and one at a time. */
export class Sending {
  /** Attempts in a row that came to nothing. */
  failures = 0;
  /** How long the current wait is. */
  nextIn = 0;
  batches = 0;
  observations = 0;
  setAside = 0;
  readonly #spool: Spool;
  readonly #post: Post;
  readonly #say: Say;
  readonly #pace: Pace;
  /** Keys of the parts of the current entry that are settled. */
  readonly #settled = new Set<string>();

  constructor(given: { spool: Spool; post: Post; say: Say; pace: Pace }) {
    this.#spool = given.spool;
    this.#post = given.post;
    this.#say = given.say;
    this.#pace = given.pace;
  }

  /** Sends until the signal; what could not be sent stays in the spool. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const oldest = this.#spool.oldest;
      this.nextIn = oldest === undefined ? this.#pace.look : await this.#tryEntry(oldest, stop);
      await pause(this.nextIn, stop);
    }
  }

  /** Sends one batch of an entry, or is done with it. Returns how long to wait before the next. */
  async #tryEntry(number: number, stop: AbortSignal): Promise<number> {
    try {
      const entry = this.#spool.read(number);
      const part = this.#unsettled(entry);
      const later = part && (await this.#send(number, entry, part, stop));
      if (later) return stop.aborted ? 0 : this.#waitFor(later);
      if (!this.#unsettled(entry)) this.#settle(number);
      this.#say.over('spool');
      return part ? this.#pace.between : 0;
    } catch (error) {
      this.#say.trouble('spool', `The spool cannot be used: ${(error as Error).message}. It is tried again.`);
      return this.#backOff();
    }
  }

  /** Returns what keeps the batch from being dealt with. */
  async #send(number: number, entry: Entry, part: Part, stop: AbortSignal): Promise<Later | undefined> {
    const answer = await this.#post(part, stop);
    if (answer.kind === 'later' || answer.kind === 'token-refused') return answer;
    this.failures = 0;
    this.#say.over('desk', 'The desk takes batches again.');
    this.#say.over('token', 'The token is good again.');
    if (answer.kind === 'bad') this.#refused(number, entry, part, answer);
    else this.#counted(part);
    return undefined;
  }

  #unsettled(entry: Entry): Part | undefined {
    return entry.parts.find((part) => !this.#settled.has(part.key));
  }

  #settle(number: number): void {
    this.#spool.settle(number);
    this.#settled.clear();
  }

  #counted(part: Part): void {
    this.#settled.add(part.key);
    this.batches += 1;
    this.observations += part.batch.observations.reduce((sum, { count }) => sum + count, 0);
  }

  /** Halves a batch, until what is wrong with it stands alone. */
  #refused(
    number: number,
    entry: Entry,
    part: Part,
    { status, text }: { status: number; text: string },
  ): void {
    if (part.batch.observations.length > 1) {
      // On disk first: after a restart the same halves are sent, whatever the desk then thinks of the whole.
      entry.parts = entry.parts.flatMap((one) => (one === part ? halvesOf(part) : [one]));
      this.#spool.replace(number, entry);
      return;
    }
    const file = this.#spool.setAside(part, `${status} ${text}`);
    this.#settled.add(part.key);
    this.setAside += 1;
    this.#say.warning(
      `The desk will not have an observation (${status}): ${reasonIn(text)} It is kept, with the answer, in ${file} and ` +
        'sent again when the agent is started again.',
    );
  }

  #waitFor(later: Later): number {
    if (later.kind === 'later') {
      this.#say.trouble('desk', `The desk ${later.why}. Batches are kept and sent later.`);
      return Math.max(this.#backOff(), later.after + jittered(this.#pace.between));
    }
    this.failures += 1;
    this.#say.trouble(
      'token',
      `The token was refused (${later.status}). Make one with the scope write (Settings → API tokens) and give it ` +
        'to the agent. Batches are kept until then.',
    );
    return jittered(this.#pace.tokenRefused);
  }

  #backOff(): number {
    const wait = Math.min(this.#pace.retry * 2 ** this.failures, this.#pace.longestRetry);
    this.failures += 1;
    return jittered(wait / 2);
  }
}
