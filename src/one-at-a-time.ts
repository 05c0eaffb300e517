import { Problem } from './problem.ts';

/** Something large that is made one at a time, until `free` is called; who asks meanwhile is refused in these words. */
export function oneAtATime(words: string) {
  let isRunning = false;
  const free = () => {
    isRunning = false;
  };
  return async <Made>(make: (free: () => void) => Promise<Made>): Promise<Made> => {
    if (isRunning) throw new Problem('too-many-tries', words);
    isRunning = true;
    try {
      return await make(free);
    } catch (error) {
      free();
      throw error;
    }
  };
}
