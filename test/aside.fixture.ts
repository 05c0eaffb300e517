import { aside } from '../src/aside/aside.ts';

/** A module of that source, for the thread. */
export const moduleOf = (source: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(source)}`);

const HOLD = moduleOf('export default (shared) => void Atomics.wait(new Int32Array(shared), 0, 0);');

/** Keeps the thread busy until it is let go: whatever comes to it meanwhile waits. */
export function holdThread(): () => Promise<void> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const held = aside<void>(HOLD, flag.buffer);
  return () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    return held;
  };
}

const LOSE = moduleOf(`import { parentPort } from 'node:worker_threads';
export default () => void parentPort.once('message', () => process.exit(3));`);

/** Has the thread end as soon as it is given the next thing, as it does where memory runs out. */
export const loseNext = (): Promise<void> => aside<void>(LOSE, null);

const HEAR = moduleOf(`import { parentPort } from 'node:worker_threads';
const heard = [];
parentPort.on('message', ({ module }) => heard.push(module));
export default () => heard.splice(0).filter((name) => name.startsWith('file:'));`);

/** What the thread was given since this was asked before: modules, in their order. */
export const heardByThread = (): Promise<string[]> => aside<string[]>(HEAR, null);
