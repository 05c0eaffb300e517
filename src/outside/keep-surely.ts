import { setTimeout } from 'node:timers/promises';

const TRIES = 5;
const PAUSE_MS = 2000;

/** Keeps what a server of others said, which must not be lost to a database that is away for a moment. */
export async function keepSurely<Kept>(keep: () => Promise<Kept>): Promise<Kept> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await keep();
    } catch (error) {
      if (tries === TRIES) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}
