import { parseArgs } from 'node:util';
import { openDatabase } from '../../../src/database/open.ts';
import { buildBar } from './bar.ts';
import { ALL_WORK, buildScale } from './build.ts';
import { explainPages } from './explain.ts';
import * as measure from './measure.ts';
import { judgeMemory } from './report.ts';
import { databaseUrlOf, ensureDatabase, type Size } from './size.ts';

const PARTS = ['pages', 'logging', 'processes', 'growth', 'embedded'] as const;

const HELP = `npm run bench -- scale [options]
  --size N      1 is 100,000 incidents, 2,000,000 timeline entries, 1,000,000 messages (default 1)
  --seed N      other data of the same size (default 1)
  --open N      so many incidents are not closed (default: three in a hundred)
  --part WORD   only ${PARTS.join(', ')}; may be given again
  --only WORDS  only pages whose path this regular expression matches: ^/$, incidents
  --seconds N   how long each page is under load (default ${measure.SHORT.page})
  --explain     shows, of each page, the statements that take long or read much, and measures nothing
  --build       builds the database, or goes on building it, and measures nothing
The database is BENCH_DATABASE_URL, else delist_desk_scale on 127.0.0.1, and is kept between runs; one of another
size, seed or number of open incidents has a name of its own. What is measured beside a tenth of the data builds that as well.
`;

const number = (text: string | undefined, otherwise: number): number => {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`“${text}” is no number above 0`);
  return value;
};

/** The database of that size, built as far as it was not. */
async function built(size: Size): Promise<string> {
  const databaseUrl = databaseUrlOf(size);
  process.stdout.write(`${databaseUrl}\n`);
  await ensureDatabase(databaseUrl);
  const open = await openDatabase({ databaseUrl, dataDir: '' });
  try {
    await buildScale(open.db, size, { until: new Date(), bar: buildBar(process.stdout, ALL_WORK) });
  } finally {
    await open.close();
  }
  return databaseUrl;
}

function optionsOf(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      size: { type: 'string' },
      seed: { type: 'string' },
      open: { type: 'string' },
      part: { type: 'string', multiple: true, default: [...PARTS] },
      only: { type: 'string', default: '' },
      seconds: { type: 'string' },
      explain: { type: 'boolean' },
      build: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const size: Size = {
    size: number(values.size, 1),
    seed: number(values.seed, 1),
    open: values.open === undefined ? undefined : number(values.open, 1),
  };
  return { ...values, size, seconds: { ...measure.SHORT, page: number(values.seconds, measure.SHORT.page) } };
}

export async function benchScale(args: string[]): Promise<void> {
  const { size, seconds, only, part, ...wanted } = optionsOf(args);
  if (wanted.help) {
    process.stdout.write(HELP);
    return;
  }
  const databaseUrl = await built(size);
  if (wanted.explain) {
    const open = await openDatabase({ databaseUrl, dataDir: '' });
    await explainPages(open.db, only).finally(() => open.close());
  }
  if (wanted.explain || wanted.build) return;
  const held: number[] = [];
  if (part.includes('pages')) held.push(await measure.measureOnServer(databaseUrl, only, seconds));
  if (part.includes('logging')) held.push(await measure.measureLogged(databaseUrl, seconds));
  if (part.includes('processes')) held.push(await measure.measureMoreProcesses(databaseUrl, seconds));
  if (held.length > 0) judgeMemory(Math.max(...held));
  if (part.includes('growth')) {
    const tenth = await built({ ...size, size: size.size / 10 });
    await measure.measureTenfold({ tenth, all: databaseUrl }, only, seconds);
  }
  if (part.includes('embedded'))
    await measure.measureEmbedded({ ...size, size: size.size / 100 }, only, seconds);
}
