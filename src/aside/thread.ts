import { parentPort } from 'node:worker_threads';
import type { Answer, Errand } from './errand.ts';

/** The other end of {@link aside}: does what it is told, one after the other. */
parentPort?.on('message', async ({ module, given }: Errand) => {
  const answer: Answer = await import(module)
    .then(({ default: work }) => work(given))
    .then(
      (made) => ({ made }),
      (error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }),
    );
  parentPort?.postMessage(answer);
});
