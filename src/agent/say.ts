/** What the agent says of itself: plain words, and of a trouble that lasts only its start and its end. */
export class Say {
  readonly #write: (line: string) => void;
  readonly #quiet: boolean;
  readonly #troubles = new Map<string, string>();

  /** `quiet`: warnings and troubles only. */
  constructor(write: (line: string) => void, quiet = false) {
    this.#write = write;
    this.#quiet = quiet;
  }

  line(words: string): void {
    if (!this.#quiet) this.warning(words);
  }

  warning(words: string): void {
    this.#write(`${words}\n`);
  }

  /** Said once for as long as it lasts, and again when it changes. */
  trouble(what: string, words: string): void {
    if (this.#troubles.get(what) === words) return;
    this.#troubles.set(what, words);
    this.warning(words);
  }

  over(what: string, words?: string): void {
    if (this.#troubles.delete(what) && words !== undefined) this.line(words);
  }

  /** Whether something is wrong now. */
  get isTroubled(): boolean {
    return this.#troubles.size > 0;
  }
}
