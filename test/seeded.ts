/** Numbers from 0 to 1 (Weyl sequence, its bits mixed): the same ones for the same seed, on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Chooses by such numbers. */
export function chooser(random: () => number) {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  return {
    upTo,
    between: (least: number, most: number): number => least + upTo(most - least),
    one: <T>(of: readonly T[]): T => of[upTo(of.length - 1)] as T,
    chance: (share: number): boolean => random() < share,
    /** So many characters out of an alphabet. */
    text: (alphabet: string, length: number): string =>
      Array.from({ length }, () => alphabet[upTo(alphabet.length - 1)]).join(''),
  };
}
