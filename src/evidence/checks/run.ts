import { networkText, parseNetwork } from '../../addresses/address.ts';
import { eachAddress, sizeOf } from '../../addresses/each-address.ts';
import type { Db, Trx } from '../../database/open.ts';
import type { CheckRow } from '../../database/tables.ts';
import { getProfile } from '../../profile/store.ts';
import {
  type AddressSubject,
  type DomainSubject,
  type Found,
  type Kind,
  type World,
  worstFirst,
} from '../kind.ts';
import { keepSnapshot, type Subject, seenSince } from '../snapshots.ts';
import { followListings } from './listings.ts';
import { type CheckResult, finishCheck, keepCheck, letGo } from './store.ts';

export type CheckWorld = Omit<World, 'now'> & { db: Db; kinds: Kind[] };

/** What is remembered of a part until the check ends. */
type Gist = Pick<Found, 'outcome' | 'summary'>;

type Part = { kind: Kind; subject: Subject; look: (now: Date) => Promise<Found> };

/** A /20: a larger range is not looked at address by address. */
const MOST_ADDRESSES = 4096;
const isTooLarge = (network: string) => sizeOf(parseNetwork(network)) > MOST_ADDRESSES;

const tooLarge = (networks: string[]): CheckResult[] =>
  networks.filter(isTooLarge).map((network) => ({
    title: networkText(network),
    outcome: 'unknown',
    summary: 'a range of this size is not looked at address by address; add the addresses that send',
  }));

/** Parts at a time; how many questions they may ask at a time is the resolver's business. */
const AT_ONCE = 24;
const TELL_EVERY_MS = 500;

async function subjectsOf(
  db: Db,
  networks: string[],
): Promise<{ addresses: AddressSubject[]; domains: DomainSubject[] }> {
  const profile = await getProfile(db);
  const known = await db
    .selectFrom('addresses')
    .select(['network', 'hostname'])
    .where('network', 'in', networks.length > 0 ? networks : ['0.0.0.0/32'])
    .execute();
  const helo = new Map(known.map((row) => [row.network, row.hostname]));
  const addresses: AddressSubject[] = [];
  for (const network of networks) {
    if (isTooLarge(network) || addresses.length >= MOST_ADDRESSES) continue;
    for (const address of eachAddress(parseNetwork(network)))
      addresses.push({ address, helo: helo.get(network) ?? '', domains: profile.sendingDomains });
  }
  return {
    addresses,
    domains: profile.sendingDomains.map((domain) => ({ domain, selectors: profile.dkimSelectors })),
  };
}

async function partsOf(world: CheckWorld, check: CheckRow): Promise<Part[]> {
  const { addresses, domains } = await subjectsOf(world.db, check.networks);
  const kinds = world.kinds.filter(({ key }) => check.kinds === null || check.kinds.includes(key));
  return kinds.flatMap((kind): Part[] =>
    kind.of === 'address'
      ? addresses.map((subject) => ({
          kind,
          subject: { address: subject.address },
          look: (now) => kind.look(subject, { ...world, now }),
        }))
      : domains.map((subject) => ({
          kind,
          subject: { domain: subject.domain },
          look: (now) => kind.look(subject, { ...world, now }),
        })),
  );
}

/** What was looked at since the check was asked for, as by somebody who was stopped in the middle of it. */
async function doneBefore(db: Db, check: CheckRow, parts: Part[]): Promise<Map<string, Gist>> {
  const domains = [...new Set(parts.flatMap(({ subject }) => subject.domain ?? []))];
  const seen = await seenSince(db, { networks: check.networks, domains }, check.asked_at);
  return new Map(
    seen.map(({ kind, address, domain, outcome, summary }) => [
      nameOf(kind, address ?? domain ?? ''),
      { outcome, summary },
    ]),
  );
}

const nameOf = (kind: string, subject: string) => `${kind} ${subject}`;
const partName = ({ kind, subject }: Part) => nameOf(kind.key, subject.address ?? subject.domain ?? '');

/** A fault of ours in one kind is told, and keeps no other from its result. */
const faulty = (error: unknown): Found => ({
  outcome: 'unknown',
  summary: 'could not be looked at: a fault in Delist Desk',
  facts: [],
  claims: [],
  raw: { error: String((error as Error)?.message ?? error).slice(0, 500) },
});

/** One line for each kind: the subject's own where there is one subject, else the worst with its name. */
function resultsOf(parts: Part[], found: Map<string, Gist>): CheckResult[] {
  return [...Map.groupBy(parts, (part) => part.kind)].map(([kind, all]) => {
    const each = all.flatMap((part) => {
      const one = found.get(partName(part));
      return one ? [{ about: part.subject.address ?? part.subject.domain ?? '', ...one }] : [];
    });
    const [worst] = each.toSorted(worstFirst);
    const alike = each.filter((one) => one.outcome === worst?.outcome).length;
    const summary =
      each.length < 2 || !worst
        ? (worst?.summary ?? '')
        : alike === each.length
          ? `all ${each.length}: ${worst.summary}`
          : `${alike} of ${each.length}, such as ${worst.about}: ${worst.summary}`;
    return { title: kind.title, outcome: worst?.outcome ?? 'unknown', summary: summary.slice(0, 500) };
  });
}

/** Keeps what was found, and does what follows from a change of it. */
async function keep(
  trx: Trx,
  world: CheckWorld,
  check: CheckRow,
  part: Part,
  found: Found,
  at: Date,
): Promise<void> {
  const { kind, subject } = part;
  const before = await keepSnapshot(trx, kind.key, subject, found, at);
  if (before === undefined || subject.address === undefined) return;
  const context = { catalogue: world.catalogue, kind: kind.key, opens: check.incident_number === null, at };
  await followListings(trx, context, subject.address, before, found.facts);
}

/** `stopped`: whether the process is about to end; the check is then taken up by the next. */
type Options = { clock?: () => Date; stopped?: () => boolean };

/** Looks at every part, a few at a time, and keeps each result when it is there. A part that was done before is not done again. */
export async function runCheck(world: CheckWorld, check: CheckRow, options: Options = {}): Promise<void> {
  const { db } = world;
  const { clock = () => new Date(), stopped = () => false } = options;
  const parts = await partsOf(world, check);
  const found = await doneBefore(db, check, parts);
  const left = parts.filter((part) => !found.has(partName(part)));
  let told = clock().getTime();
  let done = parts.length - left.length;
  await keepCheck(db, check.id, parts.length, done);
  const one = async (part: Part) => {
    const result = await part.look(clock()).catch(faulty);
    await db.transaction().execute((trx) => keep(trx, world, check, part, result, clock()));
    found.set(partName(part), { outcome: result.outcome, summary: result.summary });
    done += 1;
    if (clock().getTime() - told < TELL_EVERY_MS) return;
    told = clock().getTime();
    await keepCheck(db, check.id, parts.length, done);
  };
  const work = async () => {
    for (let part = left.shift(); part && !stopped(); part = left.shift())
      await one(part).catch((error) => {
        // Nothing can be kept: nobody else begins another part, and the whole check is taken up again.
        left.length = 0;
        throw error;
      });
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, work));
  if (stopped()) await letGo(db, check.id);
  else await finishCheck(db, check, [...resultsOf(parts, found), ...tooLarge(check.networks)], clock());
}
