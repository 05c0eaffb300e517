import { parseNetwork } from '../addresses/address.ts';
import { ensureAddresses, networksFrom } from '../addresses/store.ts';
import type { Trx } from '../database/open.ts';
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
  const network = networksFrom('address', () => parseNetwork(text));
  const [id] = await ensureAddresses(trx, [network]);
  const linked = await trx
    .selectFrom('incident_addresses')
    .select('address_id')
    .where('incident_number', '=', number)
    .where('address_id', '=', id ?? 0)
    .executeTakeFirst();
  if (!linked) throw invalid('address', `${network.text} is no address of this incident.`);
  return linked.address_id;
}
