/** Lets so many in at a time; the others wait in their order. */
export class Slots {
  #free: number;
  #lettingIn = false;
  readonly #waiting: (() => void)[] = [];
  readonly #heedful: { most: number; resolve: () => void }[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Calls `go` when there is room, at once if there is some now. Whoever was let in must {@link leave}. */
  enter(go: () => void): void {
    this.#waiting.push(go);
    this.#letIn();
  }

  /** Comes true when no more than so many wait. */
  quiet(most: number): Promise<void> | undefined {
    if (this.#waiting.length <= most) return undefined;
    return new Promise((resolve) => this.#heedful.push({ most, resolve }));
  }

  leave(): void {
    this.#free += 1;
    this.#letIn();
  }

  /** A loop and no recursion: thousands may leave as soon as they are let in. */
  #letIn(): void {
    if (this.#lettingIn) return;
    this.#lettingIn = true;
    while (this.#free > 0) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#free -= 1;
      next();
    }
    this.#lettingIn = false;
    while (this.#heedful[0] && this.#waiting.length <= this.#heedful[0].most)
      this.#heedful.shift()?.resolve();
  }
}
