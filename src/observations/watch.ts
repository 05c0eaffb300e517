import type { Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { recordEvidence } from '../evidence/store.ts';
import { blockedSince, earlier, later } from '../incidents/incidents.ts';
import { recordRelapse } from '../incidents/logging/append-report.ts';
import { endBefore } from '../incidents/logging/end-before.ts';
import { holdsFrom } from '../incidents/logging/holds-from.ts';
import { logIncident } from '../incidents/logging/log.ts';
import { findOpenAround } from '../incidents/logging/open-incident.ts';
import { readHere } from '../incidents/logging/read-report.ts';
import { codesAndDomains } from '../incidents/logging/rejections.ts';
import { keepReport } from '../incidents/logging/reports.ts';
import { isLifted } from '../incidents/state.ts';
import { confirmRecovery } from '../incidents/state-store.ts';
import { lockIncident, writeIncident } from '../incidents/store.ts';
import { claimText } from '../letters/claims/claims.ts';
import type { LetterLibrary } from '../letters/library.ts';
import { prepareLetter } from '../letters/prepare.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import { SYSTEM } from '../web/access.ts';
import { count } from '../web/format.ts';
import type { Flow } from './batch.ts';
import { refusedSince } from './hours.ts';
import { firstAccepted, lastRefusal, minuteTallies, refusedCodes, tally } from './minutes.ts';
import { ownRefusals } from './own-refusals.ts';
import { blockedAt, isFresh, isProof, type WatchRule } from './rules.ts';
import { weigh } from './weigh.ts';

export type Watched = Flow & { addressId: number };
export type Consequence = { opened?: number; relapsed?: number; recovered?: number };
type Context = { catalogue: Catalogue; letters: LetterLibrary; rule: WatchRule; source: string; now: Date };

const MINUTE_MS = 60_000;
const before = (at: Date, ms: number) => new Date(at.getTime() - ms);
/** When a minute was over; a clock ahead of ours does not reach into the future. */
const momentOf = (minute: Date, now: Date) =>
  new Date(Math.min(minute.getTime() + MINUTE_MS - 1, now.getTime()));

/**
 * Opens the incident of a block that the log shows, with the letter that asks to lift it as a draft. The report is
 * made of the lines that came with the batch.
 */
async function open(
  trx: Trx,
  flow: Watched,
  provider: Provider,
  context: Context,
  { at, end }: { at: Date; end: Date | null },
): Promise<number> {
  const { catalogue, rule, source, now } = context;
  const window = before(at, rule.windowMinutes * MINUTE_MS);
  // The window may reach into the block before.
  const from = later(window, end) ?? window;
  const codes = await refusedCodes(trx, flow, from, flow.newest);
  const raw = Buffer.from([...new Set(flow.rows.flatMap((row) => row.samples))].join('\n'));
  // Nothing waits for a thread inside a transaction; of more samples than are read here, the first tell all.
  const { blocks } = readHere(raw, catalogue, 'UTC');
  const block = blocks.find((one) => one.provider?.key === provider.key);
  const id = await keepReport(trx, { raw, source: 'log', fileName: source });
  const number = await logIncident(
    trx,
    SYSTEM,
    {
      provider,
      networks: [flow.network],
      rejections: weigh(block?.rejections ?? [], codes),
      reason: block?.reason ?? flow.rows.find((row) => row.reason)?.reason ?? null,
      at: now,
    },
    { id, source: 'log' },
  );
  await countTo(trx, await lockIncident(trx, number), flow, codes);
  await prepare(trx, number, flow, provider, context);
  return number;
}

/** The letter that asks to lift what refuses this flow, as a draft. */
async function prepare(
  trx: Trx,
  number: number,
  flow: Watched,
  provider: Provider,
  { letters, now }: Context,
): Promise<void> {
  const reply = flow.rows.find((row) => row.rule)?.rule;
  await prepareLetter(trx, SYSTEM, number, { provider, rule: ruleIdOf(reply, provider.key), letters, now });
}

type Codes = Awaited<ReturnType<typeof refusedCodes>>;

/** What the log saw when the incident was opened stands in it from the first moment. */
async function countTo(trx: Trx, row: IncidentRow, flow: Watched, codes: Codes): Promise<void> {
  const times = codes.flatMap(({ first, last }) => [first, last]).map(Number);
  await writeIncident(trx, row.number, {
    rejection_count: codes.reduce((sum, one) => sum + one.count, 0),
    first_rejection_at: new Date(Math.min(...times)),
    last_rejection_at: new Date(Math.max(...times)),
    ...spreadOf(
      row,
      flow.rows.filter(({ outcome }) => outcome !== 'accepted'),
    ),
  });
}

/** What the facts of an incident name, with the codes and domains of these refusals. */
const spreadOf = (row: IncidentRow, refused: Flow['rows']) =>
  codesAndDomains(
    refused.flatMap(({ blockCode, domains }) => [
      { blockCode, recipientDomain: null },
      ...domains.map(({ domain }) => ({ blockCode: null, recipientDomain: domain })),
    ]),
    row,
  );

/** Later refusals are counted to the open incident, and not told one by one. */
async function addRefusals(
  trx: Trx,
  row: IncidentRow,
  flow: Watched,
  { rule }: Pick<Context, 'rule'>,
): Promise<void> {
  const own = await ownRefusals(trx, row, flow, rule);
  if (own.length === 0) return;
  const minutes = own.map((one) => one.minute.getTime());
  const first = new Date(Math.min(...minutes, row.first_rejection_at?.getTime() ?? Number.POSITIVE_INFINITY));
  const last = new Date(Math.max(...minutes, row.last_rejection_at?.getTime() ?? Number.NEGATIVE_INFINITY));
  await writeIncident(trx, row.number, {
    rejection_count: row.rejection_count + own.reduce((sum, one) => sum + one.count, 0),
    first_rejection_at: first,
    last_rejection_at: last,
    ...spreadOf(row, own),
  });
}

async function relapsed(
  trx: Trx,
  row: IncidentRow,
  flow: Watched,
  provider: Provider,
  context: Context,
): Promise<boolean> {
  const held = await holdsFrom(trx, row, provider);
  if (!held) return false;
  const at = await blockIn(trx, flow, context.rule, (minute) => minute > held);
  if (!at) return false;
  await recordRelapse(trx, SYSTEM, row, momentOf(at, context.now));
  await prepare(trx, row.number, flow, provider, context);
  return true;
}

type Proof = { accepted: number; since: Date };

/**
 * Accepted deliveries since the last refusal prove that mail flows; where the log saw no refusal, since the provider
 * said so. Each address of the incident that was refused has to prove it: one that is lifted says nothing of the others.
 */
async function proofOf(trx: Trx, row: IncidentRow, flow: Watched, { rule }: Context): Promise<Proof | null> {
  const own = (await lastRefusal(trx, flow)) ?? row.mitigated_at;
  if (!own) return null;
  const acceptedOf = async (addressId: number, since: Date) =>
    (await tally(trx, { addressId, provider: flow.provider }, since, flow.newest)).accepted;
  const isProven = (accepted: number, since: Date) =>
    isProof(rule, { accepted, lastRefusal: since, now: flow.newest, relapses: row.relapses });
  if (!isProven(await acceptedOf(flow.addressId, own), own)) return null;
  const ids = new Set([flow.addressId, ...(await refusedSince(trx, row, blockedSince(row)))]);
  let last = own;
  for (const addressId of ids)
    last = later(last, await lastRefusal(trx, { addressId, provider: flow.provider })) ?? last;
  let sum = 0;
  let since: Date | null = null;
  for (const addressId of ids) {
    const accepted = await acceptedOf(addressId, last);
    if (!isProven(accepted, last)) return null;
    sum += accepted;
    since = earlier(since, await firstAccepted(trx, { addressId, provider: flow.provider }, last));
  }
  return { accepted: sum, since: since ?? last };
}

async function recovered(trx: Trx, row: IncidentRow, flow: Watched, context: Context): Promise<boolean> {
  if (row.state === 'recovered') return false;
  const proof = await proofOf(trx, row, flow, context);
  if (!proof) return false;
  const n = count(proof.accepted);
  const words = `${n} of ${n} messages accepted since ${proof.since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const at = momentOf(flow.newest, context.now);
  await recordEvidence(trx, SYSTEM, row.number, {
    claim: 'accepted-again',
    about: claimText('accepted-again'),
    result: 'supports',
    words,
    source: `log read by ${context.source}`,
    observedAt: at,
    address: null,
  });
  await confirmRecovery(trx, SYSTEM, row.number, { words, at });
  return true;
}

/**
 * What follows from deliveries of one address to one provider: a block opens an incident, later refusals are
 * counted to it, refusals after it was lifted are a relapse, accepted deliveries prove recovery. Whoever calls it has
 * taken the provider's turn.
 */
export async function follow(trx: Trx, flow: Watched, context: Context): Promise<Consequence> {
  const provider = context.catalogue.byKey.get(flow.provider);
  if (!provider) return {};
  const found = await findOpenAround(trx, provider.key, flow.network);
  if (!found) return openedBy(trx, flow, provider, context);
  const row = await lockIncident(trx, found.number);
  if (flow.refused > 0) await addRefusals(trx, row, flow, context);
  if (flow.refused > 0 && isLifted(row.state)) {
    const again = await relapsed(trx, row, flow, provider, context);
    return again ? { relapsed: row.number, ...(await endOf(trx, row.number, flow, context)) } : {};
  }
  return endOf(trx, row.number, flow, context);
}

/** The block may be over by the end of the same batch. */
async function endOf(trx: Trx, number: number, flow: Watched, context: Context): Promise<Consequence> {
  return (await recovered(trx, await lockIncident(trx, number), flow, context)) ? { recovered: number } : {};
}

async function openedBy(trx: Trx, flow: Watched, provider: Provider, context: Context): Promise<Consequence> {
  const { rule, now } = context;
  if (!rule.opens) return {};
  const end =
    flow.refused > 0
      ? await endBefore(trx, flow.network.cidr, { provider: provider.key, openedAt: now })
      : null;
  const at = await blockIn(
    trx,
    flow,
    rule,
    (minute) => isFresh(minute, now) && (end === null || minute > end),
  );
  if (!at) return {};
  const opened = await open(trx, flow, provider, context, { at, end });
  return { opened, ...(await endOf(trx, opened, flow, context)) };
}

/** When the refusals of a batch that count became a block, with what was counted before them. */
async function blockIn(
  trx: Trx,
  flow: Watched,
  rule: WatchRule,
  counts: (minute: Date) => boolean,
): Promise<Date | null> {
  const minutes = flow.rows
    .filter((one) => one.outcome !== 'accepted' && counts(one.minute))
    .map((one) => one.minute.getTime());
  if (minutes.length === 0) return null;
  const from = before(new Date(Math.min(...minutes)), rule.windowMinutes * MINUTE_MS);
  const until = new Date(Math.max(...minutes));
  const tallies = await minuteTallies(trx, flow, from, until);
  return blockedAt(
    rule,
    tallies.filter(({ minute }) => counts(minute)),
  );
}
