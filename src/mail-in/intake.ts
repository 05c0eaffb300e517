import type { Db } from '../database/open.ts';
import { type Kept, keepArrivals, type Mail } from './arrivals.ts';
import { FLOOD_MAILS, FLOOD_MINUTES, FloodCount } from './flood-count.ts';
import { countHeld } from './flood-store.ts';
import { Gather } from './gather.ts';
import { senderOf } from './sender.ts';

/** A mail of a flood: it is not stored and stays with whoever brought it. */
export class Held extends Error {
  override name = 'Held';
  readonly sender: string;

  constructor(sender: string) {
    super(
      `More than ${FLOOD_MAILS} mails came from ${sender || 'nobody'} within ${FLOOD_MINUTES} minutes; this one waits with you. Try again later`,
    );
    this.sender = sender;
  }
}

/** By whom mails are counted where it is not their sender alone, and when each came (in ms). */
export type Counted = { by?: string; at?: number };

/** Takes mails in for one process: stores those that come together as one, and holds floods back. */
export class Intake {
  readonly #db: Db;
  readonly #gather: Gather;
  readonly #count = new FloodCount();
  /** Held mails that wait for being counted in the database, by sender. */
  readonly #held = new Map<string, { number: number; counted: Promise<{ letIn: boolean }> }>();
  #counting: Promise<unknown> = Promise.resolve();

  constructor(db: Db) {
    this.#db = db;
    this.#gather = new Gather((mails) => keepArrivals(db, mails));
  }

  /** Resolves when the mail is committed. Throws {@link Held}, or what the database says. */
  async take(mail: Mail, counted: Counted = {}): Promise<Kept> {
    const sender = senderOf(mail.raw, mail.envelopeSender);
    const isFlood = this.#count.isFlood(`${counted.by ?? ''} ${sender}`, counted.at ?? Date.now());
    if (isFlood && !(await this.#hold(sender)).letIn) throw new Held(sender);
    return this.#gather.take(mail);
  }

  /**
   * For whoever stores a mail in a transaction of their own, which may have happened before: `admit` is called where it
   * has not, counts the mail, and throws {@link Held} inside it. Held mails are counted outside, as the embedded
   * database serves one transaction at a time.
   */
  async takeWith<Made>(mail: Mail, store: (admit: () => void) => Promise<Made>): Promise<Made> {
    const sender = senderOf(mail.raw, mail.envelopeSender);
    try {
      return await store(() => {
        if (this.#count.isFlood(` ${sender}`, Date.now())) throw new Held(sender);
      });
    } catch (error) {
      if (!(error instanceof Held) || !(await this.#hold(sender)).letIn) throw error;
      return store(() => undefined);
    }
  }

  /** Counts a held mail; those that come while others are counted are counted together. */
  #hold(sender: string): Promise<{ letIn: boolean }> {
    const waiting = this.#held.get(sender);
    if (waiting) {
      waiting.number += 1;
      return waiting.counted;
    }
    const held = { number: 1, counted: this.#counting.then(() => this.#countHeld(sender)) };
    this.#held.set(sender, held);
    this.#counting = held.counted.catch(() => undefined);
    return held.counted;
  }

  #countHeld(sender: string): Promise<{ letIn: boolean }> {
    const number = this.#held.get(sender)?.number ?? 0;
    this.#held.delete(sender);
    return countHeld(this.#db, sender, number);
  }
}
