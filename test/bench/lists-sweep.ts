import { sweep } from './lists.ts';

/** Child of the bench, with --expose-gc: sweeps a range, and tells what it found and the most memory that was in use. */

const [server = '', range = ''] = process.argv.slice(2);
let [most, seen] = [0, 0];
const found = await sweep(server, range, () => {
  seen += 1;
  if (seen % 64 !== 0) return;
  globalThis.gc?.();
  most = Math.max(most, process.memoryUsage().heapUsed);
});
process.stdout.write(JSON.stringify({ ...found, most }));
