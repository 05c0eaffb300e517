export const FLOOD_MAILS = 200;
export const FLOOD_MINUTES = 10;
const WINDOW_MS = FLOOD_MINUTES * 60_000;
/** Those that were not heard of for the longest time are forgotten first. */
const MOST_SENDERS = 5000;

/** Counts mails by sender, in memory: more than 200 from one within ten minutes are no correspondence but a flood. */
export class FloodCount {
  /** When the last 201 came, in the order in which they are read; a flood is over when they lie further apart. */
  readonly #times = new Map<string, number[]>();

  /** Counts a mail that came at `at` (in ms), and tells whether it is one too many. */
  isFlood(sender: string, at: number): boolean {
    const times = this.#times.get(sender) ?? [];
    this.#times.delete(sender);
    this.#times.set(sender, times);
    times.push(at);
    if (times.length > FLOOD_MAILS + 1) times.shift();
    if (this.#times.size > MOST_SENDERS) this.#forgetOne();
    return times.length > FLOOD_MAILS && times.every((one) => Math.abs(at - one) < WINDOW_MS);
  }

  #forgetOne(): void {
    const [first] = this.#times.keys();
    if (first !== undefined) this.#times.delete(first);
  }
}
