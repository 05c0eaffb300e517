import { json } from '../database/json.ts';
import type { Trx } from '../database/open.ts';
import { invalid, notFound } from '../problem.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { LINES, type Provider } from '../providers/schema.ts';
import type { Actor } from '../web/access.ts';
import { type ChangedFact, faultOf, withFacts } from './effective.ts';
import { canBeRemoved, isFactPath, sameFact, valueAt, withValue } from './paths.ts';
import { appendChange, beginChange, changedMeanwhile, readOverlay } from './store.ts';

export type NewFact = {
  provider: string;
  path: string;
  /** Null: there is none. */
  value: unknown;
  /** The version that somebody saw; 0: nobody had changed the fact. Absent: whatever it is. */
  version?: number | undefined;
};

const LIST_PARTS: string[] = [...LINES, 'routes'];

/** An item keeps the key by which it is named. */
function keyedValue(path: string, value: unknown): unknown {
  const [part = '', key, deeper] = path.split('/');
  return LIST_PARTS.includes(part) && deeper === undefined && typeof value === 'object' && value !== null
    ? { ...value, key }
    : value;
}

function checkPath({ path, value }: NewFact): void {
  if (!isFactPath(path))
    throw invalid('path', `“${path.slice(0, 80)}” is no fact of a playbook that can be changed.`);
  if (value === null && !canBeRemoved(path)) throw invalid('value', 'A playbook cannot be without this.');
}

/** Throws `invalid` when the playbook would not hold to the rules of the catalogue. */
function checkFits(playbook: unknown): void {
  const fault = faultOf(playbook);
  if (fault !== undefined) throw invalid('value', `This does not fit: ${fault}.`);
}

/** What an own provider's playbook becomes; there is nothing built in to go back to. */
async function changeOwn(trx: Trx, actor: Actor, fact: NewFact): Promise<void> {
  const { provider, path } = fact;
  const row = await trx
    .selectFrom('own_providers')
    .select(['data', 'version'])
    .where('key', '=', provider)
    .executeTakeFirstOrThrow(() => notFound('such provider in the catalogue'));
  if (fact.version !== undefined && fact.version !== row.version) throw changedMeanwhile();
  const value = keyedValue(path, fact.value);
  const next = withValue(row.data, path, value ?? undefined) as Provider;
  checkFits(next);
  await trx
    .updateTable('own_providers')
    .set({ data: json(next), version: row.version + 1, updated_at: new Date(), updated_by_name: actor.name })
    .where('key', '=', provider)
    .execute();
  await appendChange(trx, actor, {
    provider,
    kind: 'set',
    path,
    before: valueAt(row.data, path),
    after: value,
  });
}

/** A changed fact that this one is a part of: then that one takes it up. */
const around = (facts: ChangedFact[], path: string) => facts.find((one) => path.startsWith(`${one.path}/`));

async function write(
  trx: Trx,
  actor: Actor,
  provider: string,
  path: string,
  value: unknown,
  builtIn: unknown,
) {
  const changed = {
    value: json(value ?? null),
    built_in: json(builtIn ?? null),
    set_at: new Date(),
    set_by_name: actor.name,
  };
  await trx
    .insertInto('playbook_facts')
    .values({ provider, path, ...changed })
    .onConflict((conflict) =>
      conflict
        .columns(['provider', 'path'])
        .doUpdateSet((eb) => ({ ...changed, version: eb('playbook_facts.version', '+', 1) })),
    )
    .execute();
  // A whole that was set holds its parts.
  await trx
    .deleteFrom('playbook_facts')
    .where('provider', '=', provider)
    .where((eb) => eb(eb.fn('starts_with', ['path', eb.val(`${path}/`)]), '=', true))
    .execute();
}

/**
 * Changes one fact of a playbook. What is as the release has it, is no change: the fact goes back to the release's.
 * Setting it to the same value again keeps it against what a release says since. Throws `invalid` where it does not fit,
 * `changed-meanwhile` where somebody was quicker.
 */
export async function setFact(trx: Trx, actor: Actor, builtIn: Catalogue, fact: NewFact): Promise<void> {
  checkPath(fact);
  await beginChange(trx);
  const { provider: key, path } = fact;
  const released = builtIn.byKey.get(key);
  if (!released) return changeOwn(trx, actor, fact);
  const facts = (await readOverlay(trx)).facts.filter((one) => one.provider === key);
  const known = facts.find((one) => one.path === path) ?? around(facts, path);
  if (fact.version !== undefined && fact.version !== (known?.version ?? 0)) throw changedMeanwhile();
  const before = valueAt(withFacts(released, facts).provider, path) ?? null;
  const value = keyedValue(path, fact.value);
  if (known && known.path !== path) {
    const inner = path.slice(known.path.length + 1);
    return setFact(trx, actor, builtIn, {
      provider: key,
      path: known.path,
      value: withValue(known.value, inner, value ?? undefined),
    });
  }
  const now = valueAt(released, path) ?? null;
  if (sameFact(now, value)) {
    if (known) await resetFact(trx, actor, builtIn, { provider: key, path });
    return;
  }
  const others = facts.filter((one) => one.path !== path && !one.path.startsWith(`${path}/`));
  // Facts fit together or not: only what does not fit for another reason already is left aside.
  const { unfit } = withFacts(released, facts);
  const fitting = others.filter((one) => !unfit.includes(one));
  const together = fitting.reduce(
    (made, one) => withValue(made, one.path, one.value ?? undefined),
    released as unknown,
  );
  checkFits(withValue(together, path, value ?? undefined));
  await write(trx, actor, key, path, value, now);
  const kind = known && sameFact(before, value) ? 'kept' : 'set';
  await appendChange(trx, actor, { provider: key, kind, path, before, after: value });
}

/** Back to what the release says. Throws `not-found` where nobody changed the fact. */
export async function resetFact(
  trx: Trx,
  actor: Actor,
  builtIn: Catalogue,
  fact: Omit<NewFact, 'value'>,
): Promise<void> {
  await beginChange(trx);
  const { provider, path } = fact;
  const gone = await trx
    .deleteFrom('playbook_facts')
    .where('provider', '=', provider)
    .where('path', '=', path)
    .returning(['value', 'version'])
    .executeTakeFirstOrThrow(() => notFound('change of this fact'));
  if (fact.version !== undefined && fact.version !== gone.version) throw changedMeanwhile();
  const released = builtIn.byKey.get(provider);
  const facts = (await readOverlay(trx)).facts.filter((one) => one.provider === provider);
  if (released) checkFits(withFacts(released, facts).provider);
  const after = valueAt(released, path) ?? null;
  await appendChange(trx, actor, { provider, kind: 'built-in', path, before: gone.value, after });
}
