import pg from 'pg';

/** What is built at size 1: ten years of a large host. Every count but those of `FIXED` grows with the size. */
const WHOLE = {
  incidents: 100_000,
  entries: 2_000_000,
  messages: 1_000_000,
  addresses: 20_000,
  /** Rows of observed_hours, which together count 25 times as many deliveries. */
  hours: 2_000_000,
  minutes: 500_000,
  complaints: 50_000,
  unfiled: 500,
};
const FIXED = { words: 50_000, sentences: 20_000, users: 12, tokens: 40 };

export type Counts = typeof WHOLE & typeof FIXED;

/** One set of data: the same options give the same rows. */
export type Size = {
  /** 1 is ten years of a large host. */
  size: number;
  seed: number;
  /** How many incidents are not closed; left out: three in a hundred. */
  open: number | undefined;
};

export function countsOf({ size }: Size): Counts {
  const counts = Object.entries(WHOLE).map(([name, count]) => [name, Math.max(1, Math.round(count * size))]);
  return { ...(Object.fromEntries(counts) as typeof WHOLE), ...FIXED };
}

/** The share of incidents that are not closed. */
export const openShare = (size: Size): number =>
  size.open === undefined ? 0.03 : Math.min(1, size.open / countsOf(size).incidents);

const DEFAULT_URL = 'postgres://postgres@127.0.0.1:5432/delist_desk_scale';

/** Each set of data has a database of its own, which is kept: `delist_desk_scale`, `delist_desk_scale_0_1`. */
export function databaseUrlOf(size: Size): string {
  const url = new URL(process.env['BENCH_DATABASE_URL'] ?? DEFAULT_URL);
  const parts = [
    size.size === 1 ? '' : `_${size.size}`,
    size.seed === 1 ? '' : `_seed_${size.seed}`,
    size.open === undefined ? '' : `_open_${size.open}`,
  ];
  url.pathname += parts.join('').replaceAll('.', '_');
  return url.href;
}

/** Makes the database where there is none. */
export async function ensureDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
