import { BadAddress, type Network, parseNetworks } from '../addresses/address.ts';
import { eachAddress, sizeOf } from '../addresses/each-address.ts';
import { BadSetting, readConfig } from '../config.ts';
import { openDns } from '../dns/open.ts';
import {
  type AddressKind,
  type Fact,
  type Found,
  type Kind,
  type Outcome,
  outcomeOf,
  type World,
} from '../evidence/kind.ts';
import { KINDS } from '../evidence/kinds.ts';
import { keyedZones, zoneSettings } from '../evidence/lists/settings.ts';
import { readCatalogue } from '../providers/catalogue.ts';
import { BadUse } from './bad-use.ts';
import { inOrder } from './in-order.ts';
import type { Environment, Io } from './io.ts';
import { progress } from './progress.ts';

type CheckIo = Pick<Io, 'stdout' | 'stderr'>;

export const USE = `Use: check [--json] IP|CIDR…
Looks at addresses as the desk does, block lists first. It needs no server and no database.
  --json   one JSON object a line and address
Exit status: 0 nothing bad was found, 1 something was, 2 bad use, 3 nothing could be found out.
`;

/** Addresses that are looked at while the first of them waits for a list that does not answer. */
const AT_ONCE = 256;
const MOST = 65_536;

type Arguments = { networks: Network[]; json: boolean };

/** Throws {@link BadUse}. */
function readArguments(args: string[]): Arguments {
  const options = args.filter((arg) => arg.startsWith('-'));
  const unknown = options.find((option) => option !== '--json');
  if (unknown !== undefined) throw new BadUse(`unknown option ${unknown}`);
  const networks = parseNetworks(args.filter((arg) => !arg.startsWith('-')));
  if (networks.length === 0) throw new BadUse('name an address or a range');
  const number = networks.reduce((sum, network) => sum + sizeOf(network), 0);
  if (number > MOST)
    throw new BadUse(`${number} addresses are too many to ask about one by one; the most is ${MOST}`);
  return { networks, json: options.length > 0 };
}

export type Checked = { address: string; outcome: Outcome; kinds: Record<string, Found> };

const isOfAddress = (kind: Kind): kind is AddressKind => kind.of === 'address';

async function checkAddress(address: string, world: World): Promise<Checked> {
  const looks = KINDS.filter(isOfAddress).map(
    async (kind) => [kind.key, await kind.look({ address, helo: '', domains: [] }, world)] as const,
  );
  const kinds = Object.fromEntries(await Promise.all(looks));
  return { address, outcome: outcomeOf(Object.values(kinds)), kinds };
}

/** What programs read: everything but the answers as they came. */
const jsonLine = ({ address, outcome, kinds }: Checked): string => {
  const rest = Object.entries(kinds).map(([key, { raw: _, ...found }]) => [key, found]);
  return `${JSON.stringify({ address, outcome, kinds: Object.fromEntries(rest) })}\n`;
};

/** A row that says something for or against: where there is none, nothing was found out. */
const saysSomething = ({ kinds }: Checked): boolean =>
  Object.values(kinds).some(({ facts }) =>
    facts.some(({ outcome }) => outcome === 'good' || outcome === 'bad'),
  );

function verdict(checked: Checked): string {
  if (checked.outcome === 'bad') return 'something bad';
  if (!saysSomething(checked)) return 'nothing could be found out';
  return checked.outcome === 'unknown' ? 'nothing bad, but not all could be found out' : 'nothing bad';
}

const row = ({ outcome, label, words }: Fact): string =>
  `  ${outcome.padEnd(8)}${label.padEnd(26)} ${words}\n`;

/** For people: one address with all rows; of many only what is bad. */
function tableOf(checked: Checked, alone: boolean): string {
  const titles = new Map(KINDS.map(({ key, title }) => [key, title]));
  const parts = Object.entries(checked.kinds).map(([key, { summary, facts }]) => {
    const shown = alone ? facts : facts.filter((fact) => fact.outcome === 'bad');
    return `  ${titles.get(key) ?? key}: ${summary}\n${shown.map(row).join('')}`;
  });
  return `${checked.address}: ${verdict(checked)}\n${parts.join('')}`;
}

function* addressesOf(networks: Network[]): Generator<string> {
  for (const network of networks) yield* eachAddress(network);
}

/** What could not be found out, once for all addresses: mostly it is the same list each time. */
class Unknowns {
  readonly #rows = new Map<string, { fact: Fact; times: number }>();

  add({ kinds }: Checked): void {
    for (const { facts } of Object.values(kinds))
      for (const fact of facts.filter(({ outcome }) => outcome === 'unknown')) {
        const times = (this.#rows.get(fact.key)?.times ?? 0) + 1;
        this.#rows.set(fact.key, { fact, times });
      }
  }

  text(): string {
    const rows = [...this.#rows.values()].map(
      ({ fact, times }) => `  ${String(times).padStart(6)} × ${fact.label}: ${fact.words}\n`,
    );
    return rows.length > 0 ? `Could not be found out:\n${rows.join('')}` : '';
  }
}

async function check(
  { networks, json }: Arguments,
  world: World,
  room: () => Promise<void>,
  io: CheckIo,
): Promise<number> {
  const total = networks.reduce((sum, network) => sum + sizeOf(network), 0);
  const bar = progress(io.stderr, total);
  const unknowns = new Unknowns();
  let [bad, known] = [0, false];
  const looks = inOrder(addressesOf(networks), AT_ONCE, (address) => checkAddress(address, world), room);
  for await (const checked of looks) {
    bad += checked.outcome === 'bad' ? 1 : 0;
    known ||= saysSomething(checked);
    unknowns.add(checked);
    bar.clear();
    io.stdout.write(json ? jsonLine(checked) : tableOf(checked, total === 1));
    bar.step(bad);
  }
  bar.clear();
  if (!json && total > 1)
    io.stdout.write(`${unknowns.text()}${total} addresses, ${bad} with something bad\n`);
  return bad > 0 ? 1 : known ? 0 : 3;
}

/** The `check` command: all that can be looked up about addresses of ours, without server or database. */
export async function checkCommand(args: string[], io: CheckIo, environment: Environment): Promise<number> {
  try {
    const given = readArguments(args);
    const config = readConfig(environment);
    const catalogue = readCatalogue();
    const zones = zoneSettings(catalogue, config);
    const { ask, room } = openDns({ servers: config.dnsServers, zones });
    return await check(given, { ask, catalogue, now: new Date(), keyed: keyedZones(zones) }, room, io);
  } catch (error) {
    const isUse = error instanceof BadUse || error instanceof BadAddress;
    if (!isUse && !(error instanceof BadSetting)) throw error;
    io.stderr.write(`check: ${error.message}\n${isUse ? USE : ''}`);
    return 2;
  }
}
