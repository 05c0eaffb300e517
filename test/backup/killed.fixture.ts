/** A process that is killed in the middle: writes a backup slowly, or brings one in slowly. Says when it is in the middle. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { writeWhole } from '../../src/backup/file.ts';
import { linesInFile } from '../../src/backup/lines.ts';
import { loadBackup } from '../../src/backup/load.ts';
import { openDatabase } from '../../src/database/open.ts';

const [what, file = '', dataDir = ''] = process.argv.slice(2);
const middle = () => fs.writeSync(1, 'middle\n');

/** A stream opens its file when it gets to it, and what is killed before that leaves none. */
async function begun(file: string): Promise<void> {
  while (!fs.readdirSync(dirname(file)).some((name) => name.endsWith('.part'))) await setTimeout(5);
}

async function* slowly<T>(all: AsyncIterable<T>, from: number, ready?: Promise<void>): AsyncGenerator<T> {
  let n = 0;
  for await (const one of all) {
    if (n++ === from) {
      await ready;
      middle();
      await setTimeout(60_000);
    }
    yield one;
  }
}

if (what === 'write') {
  const parts = Readable.from(slowly(Readable.from(['half', 'a', 'file']), 2, begun(file)));
  await writeWhole(file, parts);
} else {
  const databaseUrl = process.env['TO_URL'];
  const { db } = await openDatabase({ databaseUrl, dataDir });
  // Far into the rows.
  await loadBackup(db, slowly(linesInFile(file), 150));
}
