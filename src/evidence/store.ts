import { networkText } from '../addresses/address.ts';
import { ensureAddresses, networkFrom } from '../addresses/store.ts';
import type { Db, Trx } from '../database/open.ts';
import type { EvidenceResult } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import { invalid } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import type { Picture } from './pictures/picture.ts';
import { keepPictures } from './pictures/store.ts';

export const RESULTS = ['supports', 'contradicts', 'unknown'] as const;

/** An outside fact that somebody looked up, with its source and the moment it was seen. */
export type SeenFact = {
  claim: string;
  about: string;
  result: EvidenceResult;
  words: string;
  source: string;
  observedAt: Date;
  /** One of the incident's addresses; null: all of them. */
  address: string | null;
  pictures?: Picture[];
};

/** More than this is recorded with no incident. */
const MOST_RECORDED = 1000;

/** What is read of a fact that was recorded, with the network of its address. */
export const READ_OF_FACT = [
  'e.claim',
  'e.result',
  'e.words',
  'e.source',
  'e.observed_at',
  'e.recorded_at',
  'a.network',
] as const;

/** The facts that people recorded with an incident, the newest first. */
export async function recordedWith(db: Db | Trx, number: number) {
  const rows = await db
    .selectFrom('evidence as e')
    .leftJoin('addresses as a', 'a.id', 'e.address_id')
    .select([...READ_OF_FACT, 'e.id', 'e.recorded_by_name'])
    .where('e.incident_number', '=', number)
    .orderBy('e.observed_at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(MOST_RECORDED)
    .execute();
  return rows.map(({ network, ...one }) => ({ ...one, address: network ? networkText(network) : null }));
}

/** Keeps a dated fact with its incident. Throws `invalid` for an address that is none of the incident's. */
export async function recordEvidence(
  trx: Trx,
  actor: Actor,
  number: number,
  fact: SeenFact,
): Promise<number> {
  await lockIncident(trx, number);
  const addressId = fact.address ? await addressOf(trx, number, fact.address) : null;
  const row = await trx
    .insertInto('evidence')
    .values({
      incident_number: number,
      address_id: addressId,
      claim: fact.claim,
      result: fact.result,
      words: fact.words.trim(),
      source: fact.source.trim(),
      observed_at: fact.observedAt,
      recorded_by_name: actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const pictures = await keepPictures(trx, { evidence: row.id }, fact.pictures ?? []);
  await append(trx, {
    incident: number,
    kind: 'evidence-recorded',
    actor,
    occurredAt: fact.observedAt,
    detail: {
      claim: fact.claim,
      about: fact.about,
      result: fact.result,
      words: fact.words.trim(),
      source: fact.source.trim(),
      address: fact.address,
      ...(pictures.length > 0 ? { pictures } : {}),
    },
  });
  return row.id;
}

async function addressOf(trx: Trx, number: number, text: string): Promise<number> {
  const network = networkFrom(text);
  const [id] = await ensureAddresses(trx, [network]);
  const linked = await trx
    .selectFrom('incident_addresses')
    .select('address_id')
    .where('incident_number', '=', number)
    .where('address_id', '=', id ?? 0)
    .executeTakeFirstOrThrow(() => invalid('address', `${network.text} is no address of this incident.`));
  return linked.address_id;
}
