import { parseNetworks } from '../../addresses/address.ts';
import { ensureAddresses, networksFrom } from '../../addresses/store.ts';
import type { ParsedReport } from '../../bounces/parse-report.ts';
import { TRUNCATED } from '../../bounces/report-notes.ts';
import type { Trx } from '../../database/open.ts';
import type { Severity } from '../../database/tables.ts';
import { invalid, Problem } from '../../problem.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { noSuchProvider, providerMeant } from '../../providers/choice.ts';
import type { Provider, Reason } from '../../providers/schema.ts';
import type { Actor } from '../../web/access.ts';
import { getIncident, lockIncidents } from '../store.ts';
import { appendReport } from './append-report.ts';
import { type Block, blocksMeant } from './blocks.ts';
import { type BlockToLog, logIncident } from './log.ts';
import { byProvider, findOpenIncident, lockBlock } from './open-incident.ts';
import type { ReadReport } from './read-report.ts';
import { keepReport, type ReportSource } from './reports.ts';

/** A report as it came in, with what a person said about it. */
export type Given = {
  raw: Buffer;
  source: ReportSource;
  fileName: string;
  /** As `providerMeant` takes it. */
  provider?: string | undefined;
  addresses?: string | string[] | undefined;
  reason?: Reason | undefined;
  title?: string | undefined;
  note?: string | undefined;
  severity?: Severity | undefined;
  /** The open incident that takes the block of its provider; left out: the one of the same provider and address. */
  to?: 'new' | number | undefined;
  /** When it was logged; left out: now. */
  at?: Date | undefined;
};

export type Taken = { logged: number[]; appendedTo: number[] };

function providerNamed(text: string, catalogue: Catalogue): Provider {
  const provider = providerMeant(text, catalogue);
  if (!provider) throw invalid('provider', noSuchProvider(text));
  return provider;
}

/** What the report lacks is asked for, never guessed. */
function complete({ provider, networks, ...block }: Block, given: Given): BlockToLog {
  const fields: Record<string, string> = {};
  if (!provider) fields['provider'] = 'The report does not say who refused; choose the provider.';
  if (networks.length === 0)
    fields['addresses'] = 'The report does not name your address; enter the one that sent this mail.';
  if (!provider || networks.length === 0) {
    throw new Problem('invalid', Object.values(fields).join(' '), { fields });
  }
  return {
    provider,
    networks,
    rejections: block.rejections,
    reason: given.reason ?? block.reason,
    title: given.title,
    note: given.note,
    severity: given.severity,
    at: given.at,
  };
}

/** Says that only a part was read, where that may be why nothing was found. */
const cutOff = ({ notes }: ParsedReport) => (notes.includes(TRUNCATED) ? `${TRUNCATED} ` : '');

function refuseUnread({ report, blocks }: ReadReport, given: Given): void {
  if (given.raw.length === 0 || given.raw.toString('latin1').trim() === '') {
    throw invalid('report', 'There is nothing in it. Paste a bounce, an SMTP reply or log lines.');
  }
  // What is brought to an incident has a block without a rejection: it is kept with it all the same.
  if (blocks.length > 0 || (given.provider && given.addresses)) return;
  if (report.notBlocks.length > 0) {
    throw invalid(
      'report',
      'This is a bounce, but no block: the mailbox, its size or the network is the trouble. To log it all the same, name provider and address.',
    );
  }
  throw invalid(
    'report',
    `${cutOff(report)}No rejection was recognised in it. To log it all the same, name provider and address.`,
  );
}

/** What to log, from what was read and what a person said. Throws `invalid` with a message for each field that is missing. */
export function blocksToLog(read: ReadReport, given: Given, catalogue: Catalogue): BlockToLog[] {
  refuseUnread(read, given);
  const { addresses } = given;
  const networks = addresses?.length ? networksFrom('addresses', () => parseNetworks(addresses)) : [];
  const named = given.provider ? providerNamed(given.provider, catalogue) : undefined;
  const meant = blocksMeant(read.blocks, named, networks);
  // A receiver that the catalogue does not know must not hold up the others; its lines stay in their report.
  return meant
    .filter((block) => block.provider !== null || meant.length === 1)
    .map((block) => complete(block, given));
}

/** How many rejections were not logged, because the catalogue knows neither their receiver nor a list they cite. */
export function leftOut(blocks: Block[], given: Given): number {
  if (given.provider || blocks.length < 2) return 0;
  return blocks
    .filter((block) => block.provider === null)
    .reduce((total, block) => total + block.rejections.length, 0);
}

/** Takes its turn for all blocks, and makes their addresses known, before anything else is locked. */
async function takeTurns(trx: Trx, blocks: BlockToLog[]): Promise<void> {
  for (const { provider, networks } of blocks.toSorted(byProvider))
    await lockBlock(trx, provider.key, networks);
  if (blocks.length > 1)
    await ensureAddresses(
      trx,
      blocks.flatMap(({ networks }) => networks),
    );
}

/** The number of the incident that takes a block; undefined: it is logged as a new one. */
async function takerOf(trx: Trx, { provider, networks }: BlockToLog, to: Given['to']) {
  if (to === 'new') return undefined;
  // A page shows it for one block; by the time it is sent, other blocks may stand in the report.
  if (to !== undefined && (await getIncident(trx, to)).provider === provider.key) return to;
  return (await findOpenIncident(trx, provider.key, networks))?.number;
}

/** Logs the blocks, or adds them to the incidents that are open for them; all of it or nothing. */
export async function takeReport(trx: Trx, actor: Actor, given: Given, blocks: BlockToLog[]): Promise<Taken> {
  const taken: Taken = { logged: [], appendedTo: [] };
  const report = {
    id: await keepReport(trx, given),
    source: given.source,
    fileName: given.fileName,
    byteLength: given.raw.length,
  };
  await takeTurns(trx, blocks);
  const takers = new Map<BlockToLog, number | undefined>();
  for (const block of blocks) takers.set(block, await takerOf(trx, block, given.to));
  await lockIncidents(
    trx,
    [...takers.values()].filter((number) => number !== undefined),
  );
  for (const [block, taker] of takers) {
    if (taker === undefined) taken.logged.push(await logIncident(trx, actor, block, report));
    else {
      await appendReport(trx, actor, taker, block, report);
      taken.appendedTo.push(taker);
    }
  }
  return taken;
}
