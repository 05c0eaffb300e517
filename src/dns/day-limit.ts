const DAY = 86_400_000;

/** So many a day: what was used up comes back evenly over the day. */
export class DayLimit {
  readonly #perDay: number;
  #left: number;
  #at: number;

  constructor(perDay: number, now: number) {
    this.#perDay = perDay;
    this.#left = perDay;
    this.#at = now;
  }

  /** Takes one, if there is one left. */
  take(now: number): boolean {
    const back = (Math.max(0, now - this.#at) * this.#perDay) / DAY;
    this.#left = Math.min(this.#perDay, this.#left + back);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
