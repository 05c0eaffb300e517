import { MOST_ROWS, type Observation } from '../observations/observation.ts';
import type { Pace } from './pace.ts';
import type { Place } from './reading.ts';
import type { Say } from './say.ts';
import type { Spool } from './spool.ts';

type Taken = { rows: Observation[]; places: Place[] };

/** What is read from. */
export type Source = { readonly waiting: number; take(): Taken };

/** Brings what was counted into the spool, and says when reading has to wait. */
export class Intake {
  readonly #name: string;
  readonly #source: Source;
  readonly #spool: Spool;
  readonly #say: Say;
  readonly #pace: Pace;
  /** The first places are kept at once: rotation is followed from then on. */
  #lastTaken = Number.NEGATIVE_INFINITY;
  #places: string;
  /** What could not be written yet. */
  #held: Taken | undefined;

  constructor(given: { name: string; source: Source; spool: Spool; say: Say; pace: Pace }) {
    this.#name = given.name;
    this.#source = given.source;
    this.#spool = given.spool;
    this.#say = given.say;
    this.#pace = given.pace;
    this.#places = JSON.stringify(given.spool.places);
  }

  /** Brings in what is due, and says whether there is room for more. */
  makeRoom(): boolean {
    if (this.#isFull()) return false;
    return this.#held || this.#isDue() ? this.bringIn() : true;
  }

  /** Brings in everything that was counted, over the limit too. Returns whether it could be written. */
  bringIn(): boolean {
    if (this.#held && !this.#write(this.#held)) return false;
    this.#held = this.#take();
    if (this.#held && this.#write(this.#held)) this.#held = undefined;
    return this.#held === undefined;
  }

  #isDue(): boolean {
    if (this.#source.waiting >= MOST_ROWS) return true;
    const { gather, gatherWhileAway } = this.#pace;
    return performance.now() - this.#lastTaken >= (this.#spool.waiting > 0 ? gatherWhileAway : gather);
  }

  #isFull(): boolean {
    if (this.#spool.isFull)
      this.#say.trouble(
        'full',
        'The spool has reached its limit (--spool-limit). Reading waits until batches can be sent; nothing is lost.',
      );
    else this.#say.over('full', 'The spool has room again; reading goes on.');
    return this.#spool.isFull;
  }

  #take(): Taken | undefined {
    const taken = this.#source.take();
    const places = JSON.stringify(taken.places);
    if (taken.rows.length === 0 && places === this.#places) return undefined;
    this.#lastTaken = performance.now();
    this.#places = places;
    return taken;
  }

  #write({ rows, places }: Taken): boolean {
    try {
      this.#spool.add(this.#name, rows, places);
      this.#say.over('disk', 'The disk takes data again; reading goes on.');
      return true;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message;
      this.#say.trouble('disk', `The spool cannot be written: ${why}. Reading waits; nothing is lost.`);
      return false;
    }
  }
}
