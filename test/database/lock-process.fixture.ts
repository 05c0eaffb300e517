/** A process of its own for the lock's tests: takes locks, says so line by line, and lives until its input ends. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [mode, folder = '', first = '0', rounds = '0'] = process.argv.slice(2);
const say = (line: object) => fs.writeSync(1, `${JSON.stringify(line)}\n`);

/** Stops after each look into a lock, until the test puts down the file `go-1`, `go-2`, … */
function pauseAfterEachLook(): void {
  const read = fs.readFileSync;
  const never = new Int32Array(new SharedArrayBuffer(4));
  let looks = 0;
  fs.readFileSync = ((file: string | URL, ...rest: [BufferEncoding]) => {
    const content = read(file, ...rest);
    if (!String(file).startsWith(`${folder}/lock`)) return content;
    looks++;
    say({ look: looks });
    while (!fs.existsSync(`${folder}/go-${looks}`)) Atomics.wait(never, 0, 0, 5);
    return content;
  }) as typeof fs.readFileSync;
  syncBuiltinESMExports();
}

if (mode === 'pause') pauseAfterEachLook();
const { takeLock } = await import('../../src/database/lock.ts');

function taken(dataDir: string): string | true {
  try {
    takeLock(dataDir);
    return true;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

if (mode === 'race') {
  const won: number[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    while (Date.now() < Number(first) + round * 2);
    if (taken(`${folder}/${round}`) === true) won.push(round);
  }
  say({ won });
} else say({ taken: taken(folder) });
process.stdin.resume().on('end', () => process.exit(0));
