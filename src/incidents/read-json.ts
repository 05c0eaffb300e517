import { fieldValuesOf } from '../custom-fields/store.ts';
import type { Db } from '../database/open.ts';
import { readStep } from '../next-step/store.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { tagsOf } from '../tags/store.ts';
import { type IncidentJson, incidentJson } from './json.ts';
import { linksOf } from './links/store.ts';
import { addressesOf, getIncident } from './store.ts';

/**
 * One incident as the API shows it, with all that it shows beside its row. `isNew`: it was logged in this transaction, so
 * that nobody added anything to it yet. Throws `not-found`.
 */
export async function readIncidentJson(
  { db, catalogue }: { db: Db; catalogue: Catalogue },
  number: number,
  isNew = false,
): Promise<IncidentJson> {
  const row = await getIncident(db, number);
  const now = new Date();
  const [addresses, tagged, fields, links, { step }] = await Promise.all([
    addressesOf(db, [number]),
    tagsOf(db, isNew ? [] : [number]),
    fieldValuesOf(db, isNew ? [] : [number]),
    linksOf(db, [number]),
    readStep(db, row, catalogue, now, isNew),
  ]);
  return incidentJson(row, {
    addresses: addresses.get(number) ?? [],
    tags: tagged.get(number) ?? [],
    fields: fields.get(number) ?? [],
    links: links.get(number) ?? [],
    step,
    now,
  });
}
