import { json } from '../database/json.ts';
import type { Db, Trx } from '../database/open.ts';
import { notFound, Problem } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Provider } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';
import { catalogueIn } from './catalogue-in.ts';
import { faultOf } from './effective.ts';
import { type OwnProvider, ownKeyOf, ownProvider } from './own.ts';
import { appendChange, beginChange, changedMeanwhile } from './store.ts';

const MOST_OWN = 500;

function checkWhole(provider: Provider): void {
  const fault = faultOf(provider);
  if (fault !== undefined) throw new Problem('invalid', `This does not fit: ${fault}.`);
}

function freeKey(wanted: string, catalogue: Catalogue): string {
  if (!catalogue.byKey.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!catalogue.byKey.has(`${wanted}-${n}`)) return `${wanted}-${n}`;
}

/** Adds a provider that no release knows; returns its key. Throws `invalid` for names and words that are another's. */
export async function addOwn(
  trx: Trx,
  actor: Actor,
  builtIn: Catalogue,
  given: OwnProvider,
  parts: Partial<Provider> = {},
): Promise<string> {
  await beginChange(trx);
  const catalogue = await catalogueIn(trx, builtIn);
  if (catalogue.providers.length - builtIn.providers.length >= MOST_OWN)
    throw new Problem('invalid', `There are ${MOST_OWN} providers of your own already.`);
  const key = freeKey(ownKeyOf(given.name), catalogue);
  const provider = { ...ownProvider(key, given, catalogue), ...parts };
  checkWhole(provider);
  const by = { created_by_name: actor.name, updated_by_name: actor.name };
  await trx
    .insertInto('own_providers')
    .values({ key, data: json(provider), ...by })
    .execute();
  await appendChange(trx, actor, { provider: key, kind: 'added', after: given });
  return key;
}

export async function getOwn(db: Db | Trx, key: string): Promise<{ data: Provider; version: number }> {
  return db
    .selectFrom('own_providers')
    .select(['data', 'version'])
    .where('key', '=', key)
    .executeTakeFirstOrThrow(() => notFound('such provider of your own'));
}

/** Changes what was said of an own provider; its other facts stay. */
export async function changeOwn(
  trx: Trx,
  actor: Actor,
  builtIn: Catalogue,
  key: string,
  given: OwnProvider,
  version?: number,
): Promise<void> {
  await beginChange(trx);
  const before = await getOwn(trx, key);
  if (version !== undefined && version !== before.version) throw changedMeanwhile();
  const provider = ownProvider(key, given, await catalogueIn(trx, builtIn), before.data);
  checkWhole(provider);
  await trx
    .updateTable('own_providers')
    .set({
      data: json(provider),
      version: before.version + 1,
      updated_at: new Date(),
      updated_by_name: actor.name,
    })
    .where('key', '=', key)
    .execute();
  await appendChange(trx, actor, { provider: key, kind: 'changed', before: before.data, after: given });
}

/** Takes an own provider out of the catalogue. Throws `invalid` while an incident is about it. */
export async function removeOwn(trx: Trx, actor: Actor, key: string): Promise<void> {
  await beginChange(trx);
  const { data } = await getOwn(trx, key);
  const incident = await trx
    .selectFrom('incidents')
    .select('number')
    .where('provider', '=', key)
    .orderBy('number')
    .limit(1)
    .executeTakeFirst();
  if (incident)
    throw new Problem(
      'invalid',
      `Incident #${incident.number} is about ${data.name}; a provider with incidents stays.`,
    );
  await trx.deleteFrom('own_providers').where('key', '=', key).execute();
  await appendChange(trx, actor, { provider: key, kind: 'removed', before: data });
}
