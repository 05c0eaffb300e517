import { parseArgs } from 'node:util';
import { type OpenDatabase, openDatabase } from '../../../src/database/open.ts';
import { buildBar } from './bar.ts';
import { ALL_WORK, buildScale } from './build.ts';
import { databaseUrlOf, ensureDatabase, type Size } from './size.ts';

const HELP = `npm run bench -- scale [options]
  --size N      1 is 100,000 incidents, 2,000,000 timeline entries, 1,000,000 messages (default 1)
  --seed N      other data of the same size (default 1)
  --open N      so many incidents are not closed (default: three in a hundred)
  --build       builds the database, or goes on building it, and measures nothing
The database is BENCH_DATABASE_URL, else delist_desk_scale on 127.0.0.1, and is kept between runs; one of another
size, seed or number of open incidents has a name of its own. \n`;

const number = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`“${text}” is no number above 0`);
  return value;
};

/** The database of that size, built as far as it was not. */
async function built(size: Size): Promise<string> {
  const url = databaseUrlOf(size);
  await ensureDatabase(url);
  const open: OpenDatabase = await openDatabase({ databaseUrl: url, dataDir: '' });
  try {
    await buildScale(open.db, size, { until: new Date(), bar: buildBar(process.stdout, ALL_WORK) });
  } finally {
    await open.close();
  }
  return url;
}

export async function benchScale(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: 'string' },
      seed: { type: 'string' },
      open: { type: 'string' },
      build: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const size: Size = {
    size: number(values.size, 1),
    seed: number(values.seed, 1),
    open: values.open === undefined ? undefined : number(values.open, 1),
  };
  await built(size);
}
