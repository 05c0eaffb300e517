import type { Type as TypeBox } from 'typebox';

export type { Static, TObject, TProperties, TSchema } from 'typebox';

type Schema = Record<string, unknown>;

/** Marked beside the schema and not in it: Ajv refuses keywords that it does not know. */
const optional = new WeakSet<object>();

const typed = (type: string) => (options?: Schema) => ({ type, ...options });

function optionalOf(schema: Schema): Schema {
  const copy = { ...schema };
  optional.add(copy);
  return copy;
}

function objectOf(properties: Record<string, Schema>, options?: Schema): Schema {
  const required = Object.keys(properties).filter((name) => !optional.has(properties[name] as Schema));
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...options };
}

function recordOf(key: Schema, value: Schema, options?: Schema): Schema {
  const names = key['enum'];
  if (Array.isArray(names)) return objectOf(Object.fromEntries(names.map((name) => [name, value])), options);
  return { type: 'object', patternProperties: { [String(key['pattern'] ?? '^.*$')]: value }, ...options };
}

/**
 * The builders of TypeBox that we use, with TypeBox's own types and the same JSON Schemas; a test holds the
 * two together. Only the types come from there: its modules are several hundred, Ajv does the checking, and
 * they would be a tenth of every start.
 */
export const Type = {
  String: typed('string'),
  Integer: typed('integer'),
  Number: typed('number'),
  Boolean: typed('boolean'),
  Null: typed('null'),
  Unknown: (options?: Schema) => ({ ...options }),
  Array: (items: Schema, options?: Schema) => ({ type: 'array', items, ...options }),
  Enum: (values: unknown[], options?: Schema) => ({ enum: values, ...options }),
  Union: (anyOf: Schema[], options?: Schema) => ({ anyOf, ...options }),
  Object: objectOf,
  Record: recordOf,
  Optional: optionalOf,
  Unsafe: (schema: Schema) => schema,
} as unknown as Pick<
  typeof TypeBox,
  | 'Array'
  | 'Boolean'
  | 'Enum'
  | 'Integer'
  | 'Null'
  | 'Number'
  | 'Object'
  | 'Optional'
  | 'Record'
  | 'String'
  | 'Union'
  | 'Unknown'
  | 'Unsafe'
>;

/** A row's id: what a `bigint` column and JSON can both hold. */
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
/** One that an `integer` column holds. */
export const SmallId = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
/** `:id` of a route. */
export const IdParams = Type.Object({ id: Id });
/** The version of a row that somebody saw. */
export const Version = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

/** A value, or null where nothing is known. */
export const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

/** Of an object: it has nothing but what is named. */
export const closed = { additionalProperties: false };
