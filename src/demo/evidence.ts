import type { Db, Trx } from '../database/open.ts';
import type { Ask, DnsAnswer } from '../dns/answer.ts';
import { type CheckWorld, runCheck } from '../evidence/checks/run.ts';
import { askForCheck, takeCheck } from '../evidence/checks/store.ts';
import type { ClaimFinding } from '../evidence/kind.ts';
import { reversed, reverseName } from '../evidence/names/reverse-name.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { ADDRESSES } from './organisation.ts';

type Given = { db: Db; catalogue: Catalogue };

const DAY_MS = 86_400_000;

/** What a month ago was still in order: the second relay lost its reverse name in a move. */
const NAMELESS_NOW = '198.51.100.25';
const KEY = '11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';

const found = (...records: string[]): DnsAnswer => ({ status: 'found', records, ttl: 300 });

/** Records of domains of the demonstration, by type and name. */
function recordsAt(isNow: boolean): Map<string, DnsAnswer> {
  const records = new Map<string, DnsAnswer>();
  for (const { text, hostname } of ADDRESSES) {
    if (!(isNow && text === NAMELESS_NOW)) records.set(`PTR ${reverseName(text)}`, found(hostname));
    records.set(`${text.includes(':') ? 'AAAA' : 'A'} ${hostname}`, found(text));
  }
  const networks = 'ip4:203.0.113.0/24 ip4:198.51.100.0/24 ip4:192.0.2.80/31 ip6:2001:db8:20::/48';
  for (const domain of ['harbour.example.com', 'tickets.kestrel.example.com', 'tulpe.example.com']) {
    records.set(`TXT ${domain}`, found(`v=spf1 ${networks} -all`));
    records.set(`MX ${domain}`, found('10 mx-out-1.harbour.example.com'));
    records.set(`TXT mail2024._domainkey.${domain}`, found(`v=DKIM1; k=ed25519; p=${KEY}`));
    if (domain !== 'tulpe.example.com')
      records.set(`TXT _dmarc.${domain}`, found(`v=DMARC1; p=quarantine; rua=mailto:dmarc@${domain}`));
  }
  records.set('SOA example.com', found('ns.example.com hostmaster.example.com 1 7200 900 1209600 300'));
  return records;
}

/** The test points of lists (RFC 5782 § 5), by which a list shows that it works. */
const TEST_POINT = /^(2\.0\.0\.127|2\.0\.0\.0\.0\.0\.f\.7\.f\.f\.f\.f(\.0){20}|test)\./;

/** A name server that knows the demonstration and nothing else: nobody outside is asked. */
function madeUp(isNow: boolean): Ask {
  const records = recordsAt(isNow);
  const names = new Set([...records.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  return async (name, type) =>
    records.get(`${type} ${name}`) ??
    (TEST_POINT.test(name) ? found('127.0.0.2') : { status: names.has(name) ? 'no-data' : 'no-name' });
}

/** What is found out about the demonstration's addresses, a month ago or now, by the same kinds as ever. */
async function worldAt({ db, catalogue }: Given, isNow: boolean): Promise<CheckWorld> {
  const { KINDS } = await import('../evidence/kinds.ts');
  return { db, catalogue, ask: madeUp(isNow), kinds: KINDS };
}

/** What a look at the public lists finds; Spamhaus lists the address, or nobody does. */
export async function saidByLists(
  catalogue: Catalogue,
  address: string,
  { isListed, at }: { isListed: boolean; at: Date },
): Promise<ClaimFinding> {
  const { publicLists } = await import('../evidence/lists/public-lists.ts');
  const others = madeUp(true);
  const listing = `${reversed(address)}.zen.spamhaus.org`;
  const ask: Ask = async (name, type) =>
    isListed && name === listing ? found(type === 'A' ? '127.0.0.2' : 'Listed by SBL') : others(name, type);
  const { claims } = await publicLists.look({ address, helo: '', domains: [] }, { ask, catalogue, now: at });
  return claims[0] as ClaimFinding;
}

export const demoWorld = (given: Given): Promise<CheckWorld> => worldAt(given, true);

/** Evidence of a month ago and of a quarter of an hour ago. */
export async function fillEvidence(given: Given, now: Date): Promise<void> {
  const { db } = given;
  const networks = ADDRESSES.map(({ text }) => text);
  const ask = (trx: Trx) => askForCheck(trx, { incident: null, networks, askedBy: 'Delist Desk' });
  for (const at of [new Date(now.getTime() - 30 * DAY_MS), new Date(now.getTime() - 900_000)]) {
    await db.transaction().execute(ask);
    const check = await takeCheck(db, 'schedule');
    if (!check) continue;
    const world = await worldAt(given, at.getTime() > now.getTime() - DAY_MS);
    await runCheck(world, { ...check, asked_at: at }, { clock: () => at });
  }
}
