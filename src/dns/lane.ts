import type { DnsAnswer, RecordType, Tell } from './answer.ts';
import type { DayLimit } from './day-limit.ts';
import type { Line } from './line.ts';
import { type Failure, failed } from './reading.ts';
import type { Slots } from './slots.ts';

/** After so many questions in a row without any answer, the zone is left alone for a while. */
const SILENCES = 3;
const REST = 60_000;

export type LaneParts = {
  line: Line;
  /** Bounds the questions that are out for this zone. */
  own: Slots;
  /** Bounds those that are out at these servers, for all zones together. */
  shared: Slots;
  /** Undefined: no limit. */
  limit?: DayLimit | undefined;
  /** Whether it is left alone when it is silent; not where names of many operators share the lane. */
  rests: boolean;
  now: () => number;
};

/** The way of all questions for one zone: a few at a time, none over the day's limit, none to a zone that is silent. */
export class Lane {
  readonly #parts: LaneParts;
  #silences = 0;
  #restsUntil = 0;

  constructor(parts: LaneParts) {
    this.#parts = parts;
  }

  #refusal(): Failure | undefined {
    const { limit, now } = this.#parts;
    if (now() < this.#restsUntil)
      return failed(`${SILENCES} questions in a row had no answer, so it is left alone for a minute`);
    if (limit && !limit.take(now())) return failed('our limit of questions a day is used up');
    return undefined;
  }

  #note(silent: boolean): void {
    this.#silences = silent ? this.#silences + 1 : 0;
    if (this.#parts.rests && this.#silences >= SILENCES) this.#restsUntil = this.#parts.now() + REST;
  }

  /** A question waits in its own lane first, so that a slow zone holds no more than its own share of the servers. */
  ask(name: string, type: RecordType, tell: Tell): void {
    const { line, own, shared } = this.#parts;
    const leave = (answer: DnsAnswer) => {
      tell(answer);
      shared.leave();
      own.leave();
    };
    own.enter(() =>
      shared.enter(() => {
        const refusal = this.#refusal();
        if (refusal) leave(refusal);
        else
          line.ask(name, type, (answer, silent) => {
            this.#note(silent);
            leave(answer);
          });
      }),
    );
  }
}
