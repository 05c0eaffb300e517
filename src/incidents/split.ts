import { sql } from 'kysely';
import { networkText } from '../addresses/address.ts';
import { networkFrom } from '../addresses/store.ts';
import type { Trx } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { askForCheck } from '../evidence/checks/store.ts';
import { invalid, Problem } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { incidentTitle } from './incidents.ts';
import { linkIncidents } from './links/store.ts';
import { lockProviderOf } from './logging/open-incident.ts';
import { lockIncident, writeIncident } from './store.ts';

type Owned = { id: number; network: string };

const addressesIn = (trx: Trx, number: number): Promise<Owned[]> =>
  trx
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select(['a.id', 'a.network'])
    .where('ia.incident_number', '=', number)
    .orderBy('a.network')
    .execute();

/** Gives the new incident the rejections that name the address; returns how many replies they stand for, and when. */
async function moveRejections(trx: Trx, from: number, to: number, network: string) {
  await trx
    .updateTable('rejections')
    .set({ incident_number: to })
    .where('incident_number', '=', from)
    .where(sql<boolean>`ip <<= ${network}::inet`)
    .execute();
  return trx
    .selectFrom('rejections')
    .select([
      sql<number>`coalesce(sum(seen), 0)::int`.as('seen'),
      (eb) => eb.fn.min('occurred_at').as('first'),
      (eb) => eb.fn.max('occurred_at').as('last'),
    ])
    .where('incident_number', '=', to)
    .executeTakeFirstOrThrow();
}

/** Whether a title is ours: of all addresses, or of those that it names where further ones came later. */
function isMadeOf(title: string, providerName: string, addresses: string[]): boolean {
  const words = new Set(title.split(' '));
  const named = addresses.filter((text) => words.has(text));
  return [addresses, named].some((of) => title === incidentTitle(providerName, of).slice(0, 300));
}

const beginning = (row: IncidentRow, title: string, now: Date) => ({
  title,
  provider: row.provider,
  state: 'open' as const,
  reason: row.reason,
  severity: row.severity,
  block_codes: row.block_codes,
  recipient_domains: row.recipient_domains,
  rejection_count: 0,
  first_rejection_at: row.first_rejection_at,
  last_rejection_at: row.last_rejection_at,
  opened_at: now,
  state_since: now,
});

/**
 * Takes one of several addresses out of an incident, with its rejections and what was recorded about it, into an
 * incident of its own: what does not hold for it no longer spoils the letter for the others. Returns the number of
 * the new one. Throws `invalid` for an address that is none of the incident's, or its only one.
 */
export async function splitOff(
  trx: Trx,
  actor: Actor,
  number: number,
  { address, providerName, now }: { address: string; providerName: string; now: Date },
): Promise<number> {
  await lockProviderOf(trx, number);
  const row = await lockIncident(trx, number);
  if (row.state === 'closed')
    throw new Problem('incident-closed', `Incident #${number} is closed; nothing is split off it.`);
  const network = networkFrom(address);
  const all = await addressesIn(trx, number);
  const own = all.find((one) => one.network === network.cidr);
  if (!own) throw invalid('address', `${network.text} is not among the addresses of this incident.`);
  const rest = all.filter((one) => one !== own);
  if (rest.length === 0) throw invalid('address', `${network.text} is the only address of this incident.`);

  const split = await trx
    .insertInto('incidents')
    .values(beginning(row, incidentTitle(providerName, [network.text]).slice(0, 300), now))
    .returning('number')
    .executeTakeFirstOrThrow();
  const to = split.number;
  await trx
    .updateTable('incident_addresses')
    .set({ incident_number: to })
    .where('incident_number', '=', number)
    .where('address_id', '=', own.id)
    .execute();
  const moved = await moveRejections(trx, number, to, own.network);
  await writeIncident(trx, to, {
    rejection_count: moved.seen,
    ...(moved.first && moved.last ? { first_rejection_at: moved.first, last_rejection_at: moved.last } : {}),
  });
  await trx
    .updateTable('evidence')
    .set({ incident_number: to })
    .where('incident_number', '=', number)
    .where('address_id', '=', own.id)
    .execute();
  const texts = (owned: Owned[]) => owned.map((one) => networkText(one.network));
  const wasNamed = isMadeOf(row.title, providerName, texts(all));
  await writeIncident(trx, number, {
    rejection_count: Math.max(0, row.rejection_count - moved.seen),
    ...(wasNamed ? { title: incidentTitle(providerName, texts(rest)).slice(0, 300) } : {}),
  });
  await append(trx, {
    incident: to,
    kind: 'incident-logged',
    actor,
    occurredAt: now,
    detail: { provider: providerName, addresses: [network.text], source: `incident #${number}, split off` },
  });
  await append(trx, {
    incident: number,
    kind: 'incident-edited',
    actor,
    detail: {
      changes: [{ field: 'addresses', from: texts(all).join(', '), to: texts(rest).join(', ') }],
    },
  });
  await linkIncidents(trx, actor, to, number, 'by-hand');
  await askForCheck(trx, { incident: to, networks: [own.network], askedBy: actor.name });
  return to;
}
