/**
 * Memory for mails that are on their way in: whoever wants more than there is waits for those before it, so that any
 * number of large mails at a time takes no more than `octets` together.
 */
export class Room {
  readonly #octets: number;
  #free: number;
  readonly #waiting: { octets: number; go: () => void }[] = [];

  constructor(octets: number) {
    this.#octets = octets;
    this.#free = octets;
  }

  /** Resolves when there is room; the result gives it back. */
  async take(octets: number): Promise<() => void> {
    const wanted = Math.min(octets, this.#octets);
    if (this.#waiting.length > 0 || this.#free < wanted)
      await new Promise<void>((go) => this.#waiting.push({ octets: wanted, go }));
    else this.#free -= wanted;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#free += wanted;
      this.#letIn();
    };
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && next.octets <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.octets;
      next.go();
    }
  }
}
