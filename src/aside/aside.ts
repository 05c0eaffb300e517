import { Worker } from 'node:worker_threads';
import { Problem } from '../problem.ts';
import type { Answer, Errand } from './errand.ts';

/** What is smaller than this many octets is done sooner than a thread has begun. */
export const WORTH_A_THREAD = 512 * 1024;

/** No input that we take needs as long (milliseconds). */
const LONGEST_MS = 60_000;
/** A thread that has nothing to do gives its memory back (milliseconds). */
const IDLE_MS = 30_000;

/** The thread did not come to its end: what it was given wanted too much time or memory. */
export class ThreadLost extends Error {
  override name = 'ThreadLost';
}

type Outcome = Answer | { lost: string };
type Thread = { worker: Worker; settle: (outcome: Outcome) => void };

/** One errand at a time: two large inputs shall not need the memory of two. */
let turn: Promise<unknown> = Promise.resolve();
/** Errands that are not done yet. Each holds its input, so they have a bound. */
let inLine = 0;
export const MOST_IN_LINE = 20;
let thread: Thread | undefined;
let idle: NodeJS.Timeout | undefined;

function end(): void {
  void thread?.worker.terminate();
  thread = undefined;
}

function begin(): Thread {
  const worker = new Worker(new URL('./thread.ts', import.meta.url));
  const begun: Thread = { worker, settle: () => undefined };
  worker.on('message', (answer: Answer) => begun.settle(answer));
  worker.on('error', (error) => begun.settle({ lost: error.message }));
  worker.on('exit', (code) => {
    if (thread === begun) thread = undefined;
    begun.settle({ lost: `The thread ended with ${code}.` });
  });
  // No process stays for the sake of a thread.
  worker.unref();
  return begun;
}

async function run(errand: Errand, longestMs: number): Promise<unknown> {
  clearTimeout(idle);
  thread ??= begin();
  const { worker } = thread;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  thread.settle = resolve;
  worker.postMessage(errand);
  const late = setTimeout(() => {
    resolve({ lost: `It took longer than ${longestMs / 1000} s.` });
    end();
  }, longestMs);
  const outcome = await promise;
  clearTimeout(late);
  idle = setTimeout(end, IDLE_MS).unref();
  if ('lost' in outcome) throw new ThreadLost(outcome.lost);
  if ('problem' in outcome) throw new Error(outcome.problem);
  return outcome.made;
}

/**
 * What a module's default export makes of something, worked out in a thread of its own while this one goes on
 * answering others. Both travel as copies, so they are data: a Buffer arrives as Uint8Array. Rejects when the module
 * throws; with {@link ThreadLost} when it takes too long or the memory does not suffice, and the next errand has a new
 * thread then; with `too-busy` where too many wait already. `patient` waits all the same: for our own work, which takes
 * up little at a time.
 */
export async function aside<Made>(
  module: URL,
  given: unknown,
  { longestMs = LONGEST_MS, patient = false }: { longestMs?: number; patient?: boolean } = {},
): Promise<Made> {
  if (inLine >= MOST_IN_LINE && !patient)
    throw new Problem('too-busy', 'Too many large files and mails wait to be read already.');
  inLine += 1;
  const made = turn.then(() => run({ module: module.href, given }, longestMs));
  turn = made.catch(() => undefined);
  try {
    return (await made) as Made;
  } finally {
    inLine -= 1;
  }
}
