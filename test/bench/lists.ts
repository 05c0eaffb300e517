import { parseNetwork } from '../../src/addresses/address.ts';
import { eachAddress } from '../../src/addresses/each-address.ts';
import { inOrder } from '../../src/cli/in-order.ts';
import { openDns } from '../../src/dns/open.ts';
import { publicLists } from '../../src/evidence/lists/public-lists.ts';
import { zoneSettings } from '../../src/evidence/lists/settings.ts';
import type { DataSet } from '../dns/rbldnsd.fixture.ts';
import { catalogueOf, zoneNamed } from '../evidence/lists/lists.fixture.ts';

/** Forty lists, and a sweep of a range over them as `check` does it. */

export const ZONES = Array.from({ length: 40 }, (_, at) => `bl${at}.bench.example`);
const catalogue = catalogueOf(ZONES.map((zone) => zoneNamed(zone)));

/** One address in 40 is on a list, each list with others. */
export const isListed = (last: number, zone: number): boolean => (last * 31 + zone * 17) % 40 === 0;

export const dataSets = (): DataSet[] =>
  ZONES.map((zone, at) => {
    const listed = Array.from({ length: 256 }, (_, last) => last).filter((last) => isListed(last, at));
    const lines = ['127.0.0.2', ...listed.map((last) => `198.51.100.${last}`)];
    return { zone, type: 'ip4set', lines: [':127.0.0.2:see https://bench.example/q/$', ...lines] };
  });

const zones = zoneSettings(catalogue, { dnsblServers: {}, dnsblKeys: {} });

/** Names through `ask` alone: no rows, no claims. Tells how many were found. */
export async function askAll(server: string, names: string[]): Promise<number> {
  const { ask, room } = openDns({ servers: [server], zones });
  let found = 0;
  const answers: Promise<void>[] = [];
  for (const [at, name] of names.entries()) {
    if (at % ZONES.length === 0) await room();
    const answer = ask(name, 'A');
    answers.push(
      answer.then(({ status }) => {
        found += status === 'found' ? 1 : 0;
      }),
    );
  }
  await Promise.all(answers);
  return found;
}

export type Sweep = { listed: number; unknown: number; clean: number };

/** `each` is called after every address. */
export async function sweep(server: string, range: string, each = () => {}): Promise<Sweep> {
  const { ask, room } = openDns({ servers: [server], zones });
  const world = { ask, catalogue, now: new Date() };
  const found: Sweep = { listed: 0, unknown: 0, clean: 0 };
  const look = (address: string) => publicLists.look({ address, helo: '', domains: [] }, world);
  const looks = inOrder(eachAddress(parseNetwork(range)), 256, look, room);
  for await (const { facts } of looks) {
    for (const { outcome } of facts) {
      if (outcome === 'bad') found.listed += 1;
      else if (outcome === 'good') found.clean += 1;
      else found.unknown += 1;
    }
    each();
  }
  return found;
}
