/** Does something with each of them by turn: one that fails is told of, and keeps none of the others from its turn. */
export async function eachAlone<One>(
  all: readonly One[],
  work: (one: One) => Promise<unknown>,
  failed: (error: unknown, one: One) => unknown,
): Promise<void> {
  for (const one of all)
    try {
      await work(one);
    } catch (error) {
      await failed(error, one);
    }
}
