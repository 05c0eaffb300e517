import { sql } from 'kysely';
import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { CustomFieldRow, FieldKind } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { FIELDS_MAX, keyOf, readChoices } from './field.ts';

type FieldDefinition = { name: string; kind: FieldKind; choices: string[] };

/** All fields, those that are asked for first. `used`: whether any incident has a value in it. */
export const listFields = (db: Db | Trx) =>
  db
    .selectFrom('custom_fields as f')
    .selectAll()
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom('incident_field_values as v')
            .select('v.field_id')
            .whereRef('v.field_id', '=', 'f.id'),
        )
        .as('used'),
    )
    .orderBy(sql`retired_at is not null`)
    .orderBy('position')
    .orderBy('id')
    .limit(500)
    .execute();

/** One administrator at a time changes fields: their order is that of all of them. */
const lockFields = (trx: Trx) => sql`select pg_advisory_xact_lock(hashtext('custom fields'))`.execute(trx);

async function lockField(trx: Trx, id: number): Promise<CustomFieldRow> {
  await lockFields(trx);
  return trx
    .selectFrom('custom_fields')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such field'));
}

/** Throws `invalid` where another field has this name, in any case of letters, or, for a new one, its key. */
async function refuseTaken(
  trx: Trx,
  name: string,
  { id = 0, key }: { id?: number; key?: string },
): Promise<void> {
  const others = await trx
    .selectFrom('custom_fields')
    .select(['name', 'key', sql<boolean>`lower(name) = lower(${name}::text)`.as('same')])
    .where('id', '!=', id)
    .where((eb) =>
      eb.or([sql<boolean>`lower(name) = lower(${name}::text)`, ...(key ? [eb('key', '=', key)] : [])]),
    )
    .execute();
  if (others.some(({ same }) => same)) throw invalid('name', 'Another field has this name.');
  const [other] = others;
  if (other)
    throw invalid(
      'name',
      `The API would name this field ${other.key}, as it does the field ${other.name}: choose another name.`,
    );
}

async function refuseTooMany(trx: Trx): Promise<void> {
  const { n } = await trx
    .selectFrom('custom_fields')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('retired_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (n >= FIELDS_MAX) throw invalid('name', `${FIELDS_MAX} fields are asked for already; retire one first.`);
}

/** Adds a field, after the others. Returns its id. */
export async function addField(trx: Trx, by: Actor, given: FieldDefinition): Promise<number> {
  await lockFields(trx);
  await refuseTooMany(trx);
  const name = given.name.trim();
  const key = keyOf(name);
  if (!key)
    throw invalid('name', 'A name needs a letter from A to Z or a digit: the API names the field by it.');
  await refuseTaken(trx, name, { key });
  const last = await trx
    .selectFrom('custom_fields')
    .select((eb) => eb.fn.max('position').as('position'))
    .executeTakeFirst();
  const { id } = await trx
    .insertInto('custom_fields')
    .values({
      key,
      name,
      kind: given.kind,
      choices: readChoices(given.kind, given.choices),
      position: (last?.position ?? 0) + 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await note(trx, by, 'field-changed', { subject: name, detail: { what: 'added', id } });
  return id;
}

/** Changes a field's name and choices; its key and kind stay. Throws `changed-meanwhile` when `version` is no longer the newest. */
export async function editField(
  trx: Trx,
  by: Actor,
  id: number,
  given: { name: string; choices: string[]; version: number },
): Promise<void> {
  const field = await lockField(trx, id);
  if (field.version !== given.version)
    throw new Problem('changed-meanwhile', 'The field changed since you opened this form.');
  const columns = { name: given.name.trim(), choices: readChoices(field.kind, given.choices) };
  await refuseTaken(trx, columns.name, { id });
  await trx
    .updateTable('custom_fields')
    .set({ ...columns, version: field.version + 1 })
    .where('id', '=', id)
    .execute();
  const changes = changesBetween(field, columns);
  await note(trx, by, 'field-changed', { subject: field.name, detail: { what: 'changed', id, changes } });
}

/** A field is no longer asked for, or is again. What was entered stays. */
export async function retireField(trx: Trx, by: Actor, id: number, retired: boolean): Promise<void> {
  const field = await lockField(trx, id);
  if ((field.retired_at !== null) === retired) return;
  if (!retired) await refuseTooMany(trx);
  await trx
    .updateTable('custom_fields')
    .set({ retired_at: retired ? new Date() : null, version: field.version + 1 })
    .where('id', '=', id)
    .execute();
  const what = retired ? 'retired' : 'asks again for';
  await note(trx, by, 'field-changed', { subject: field.name, detail: { what, id } });
}

/** Moves a field one place up among those that are asked for. */
export async function moveFieldUp(trx: Trx, id: number): Promise<void> {
  const field = await lockField(trx, id);
  const above = await trx
    .selectFrom('custom_fields')
    .select(['id', 'position'])
    .where('retired_at', 'is', null)
    .where('position', '<', field.position)
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!above) return;
  for (const [one, position] of [
    [id, above.position],
    [above.id, field.position],
  ] as const)
    await trx.updateTable('custom_fields').set({ position }).where('id', '=', one).execute();
}
