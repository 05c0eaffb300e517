import { type KyselyPlugin, PostgresQueryCompiler } from 'kysely';
import t from 'tap';
import type { Trx } from '../../src/database/open.ts';
import { followListings } from '../../src/evidence/checks/listings.ts';
import { readHere } from '../../src/incidents/logging/read-report.ts';
import { blocksToLog, takeReport } from '../../src/incidents/logging/take-report.ts';
import { takeBatch } from '../../src/observations/take-batch.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { CATALOGUE, LETTERS, REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { minute, refused } from '../observations/batches.fixture.ts';

/** The numbers of incidents in the order in which a transaction first locked them. */
async function locks({ db }: TestDesk, run: (trx: Trx) => Promise<unknown>): Promise<unknown[]> {
  const locked = new Set<unknown>();
  const watch: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const { sql, parameters } = new PostgresQueryCompiler().compileQuery(node, queryId);
      if (/from "incidents" where "number" = \$1 for (?:no key )?update/.test(sql)) locked.add(parameters[0]);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await db.withPlugin(watch).transaction().execute(run);
  return [...locked];
}

/** Incident 1 is of the provider whose key comes last. */
async function twoIncidents(t: Parameters<typeof testDesk>[0], providers: [string, string]) {
  const desk = await testDesk(t);
  for (const provider of providers)
    await desk.api('POST', '/incidents', { report: '550 refused', provider, addresses: ['203.0.113.7'] });
  return desk;
}

const T_ONLINE =
  '554 IP=203.0.113.7 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)';

t.test('a report on two providers locks their incidents by number, and not by provider', async (t) => {
  const desk = await twoIncidents(t, ['t-online', 'outlook-com']);
  const given = { raw: Buffer.from(`${REFUSAL}\n${T_ONLINE}`), source: 'page', fileName: '' } as const;
  const blocks = blocksToLog(readHere(given.raw, CATALOGUE, 'UTC'), given, CATALOGUE);
  t.equal(blocks.length, 2);
  t.strictSame(await locks(desk, (trx) => takeReport(trx, SYSTEM, given, blocks)), [1, 2]);
});

t.test('a batch of a log on two providers too', async (t) => {
  const desk = await twoIncidents(t, ['t-online', 'outlook-com']);
  const now = new Date();
  const row = refused(minute(now, -2), 1);
  const batch = { source: 'mx', observations: [row, { ...row, provider: 't-online', rule: null }] };
  const context = { catalogue: CATALOGUE, letters: LETTERS, now };
  t.strictSame(await locks(desk, (trx) => takeBatch(trx, batch, 'k', context)), [1, 2]);
});

t.test('and a look at the lists of two operators', async (t) => {
  const desk = await twoIncidents(t, ['spamhaus', 'spamcop']);
  const listed = (key: string) => ({ key, label: key, outcome: 'bad' as const, words: 'listed' });
  const now = [listed('bl.spamcop.net'), listed('zen.spamhaus.org')];
  const context = { catalogue: CATALOGUE, kind: 'public-lists', opens: true, at: new Date() };
  t.strictSame(await locks(desk, (trx) => followListings(trx, context, '203.0.113.7', [], now)), [1, 2]);
});
