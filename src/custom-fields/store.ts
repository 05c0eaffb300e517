import { sql } from 'kysely';
import type { Db, Trx } from '../database/open.ts';
import { lockIncident, writeIncident } from '../incidents/store.ts';
import { Problem } from '../problem.ts';
import { append } from '../timeline/store.ts';
import type { Actor } from '../web/access.ts';
import { FIELDS_MAX, type Field, type FieldValue, inputName, readValue } from './field.ts';

const columns = ['id', 'key', 'name', 'kind', 'choices'] as const;

/** The fields that are asked for, in their order. */
export const askedFields = (db: Db | Trx): Promise<Field[]> =>
  db
    .selectFrom('custom_fields')
    .select(columns)
    .where('retired_at', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .limit(FIELDS_MAX)
    .execute();

/** What several incidents have in their fields, in the order of the fields, in one query. */
export async function fieldValuesOf(db: Db | Trx, numbers: number[]): Promise<Map<number, FieldValue[]>> {
  const found = new Map<number, FieldValue[]>(numbers.map((number) => [number, []]));
  if (numbers.length === 0) return found;
  const rows = await db
    .selectFrom('incident_field_values as v')
    .innerJoin('custom_fields as f', 'f.id', 'v.field_id')
    .select(['v.incident_number', 'v.value', 'f.id', 'f.key', 'f.name', 'f.kind', 'f.choices'])
    .where('v.incident_number', 'in', numbers)
    .orderBy('f.position')
    .orderBy('f.id')
    .execute();
  for (const { incident_number, ...field } of rows) found.get(incident_number)?.push(field);
  return found;
}

/** The fields that a form of this incident asks for: those in use, and retired ones that it has a value in. */
export async function fieldsOf(db: Db | Trx, number: number): Promise<(FieldValue & { retired: boolean })[]> {
  const [asked, values] = await Promise.all([askedFields(db), fieldValuesOf(db, [number])]);
  const has = values.get(number) ?? [];
  const filled = asked.map((field) => ({
    ...field,
    value: has.find((one) => one.id === field.id)?.value ?? '',
    retired: false,
  }));
  const retired = has.filter((one) => !asked.some((field) => field.id === one.id));
  return [...filled, ...retired.map((one) => ({ ...one, retired: true }))];
}

const writeValue = (trx: Trx, number: number, field: number, value: string | null) =>
  value === null
    ? trx
        .deleteFrom('incident_field_values')
        .where('incident_number', '=', number)
        .where('field_id', '=', field)
        .execute()
    : trx
        .insertInto('incident_field_values')
        .values({ incident_number: number, field_id: field, value })
        .onConflict((conflict) => conflict.columns(['incident_number', 'field_id']).doUpdateSet({ value }))
        .execute();

/**
 * Writes what was entered into an incident's fields, by key; empty takes a value away, a field that is not named
 * stays. What changed is one entry. Throws `invalid` under the name that `nameOf` gives a field.
 */
export async function setFieldValues(
  trx: Trx,
  actor: Actor,
  number: number,
  given: Record<string, string>,
  nameOf: (key: string) => string = inputName,
): Promise<void> {
  if (Object.keys(given).length === 0) return;
  await lockIncident(trx, number);
  const fields = await fieldsOf(trx, number);
  const changes: { field: string; from: string; to: string }[] = [];
  const wrong: Record<string, string> = {};
  for (const [key, text] of Object.entries(given)) {
    const field = fields.find((one) => one.key === key);
    try {
      if (!field)
        throw new Problem('invalid', '', { fields: { [nameOf(key)]: `There is no field ${key}.` } });
      const value = readValue(field, text, nameOf(key), field.value || undefined);
      if ((value ?? '') === field.value) continue;
      await writeValue(trx, number, field.id, value);
      changes.push({ field: field.name, from: field.value, to: value ?? '' });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      Object.assign(wrong, error.fields);
    }
  }
  if (Object.keys(wrong).length > 0)
    throw new Problem('invalid', Object.values(wrong).join(' '), { fields: wrong });
  if (changes.length === 0) return;
  await writeIncident(trx, number, {});
  await append(trx, { incident: number, kind: 'incident-edited', actor, detail: { changes } });
}

/** Numbers of the incidents with this value in a field, for lists; the case of letters makes no difference. */
export const numbersWith = (db: Db, { key, value }: { key: string; value: string }) =>
  db
    .selectFrom('incident_field_values as v')
    .innerJoin('custom_fields as f', 'f.id', 'v.field_id')
    .select('v.incident_number')
    .where('f.key', '=', key)
    .where(sql<boolean>`lower(left(v.value, 200)) = lower(left(${value}::text, 200))`);
