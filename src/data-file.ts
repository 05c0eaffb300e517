import { Ajv, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from './json-schema.ts';

/** A data file of ours that does not hold to its rules; the message names file, place and rule. */
export class BadDataFile extends Error {
  override name = 'BadDataFile';
}

// Each schema checks a handful of files once: optimising the generated code costs more than it saves. The
// schemas are ours, and strict mode refuses what is none of its keywords.
const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  meta: false,
  validateSchema: false,
  code: { optimize: false },
});
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** What is first wrong with data, by place and rule; undefined: it holds to the schema. */
export function check(schema: TSchema, data: unknown): string | undefined {
  const holds = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, holds);
  if (holds(data)) return undefined;
  const first = holds.errors?.[0];
  return `${first?.instancePath || '/'} ${first?.message} (rule ${first?.schemaPath}, ${JSON.stringify(first?.params)})`;
}

/** The data, which holds to the schema. Throws {@link BadDataFile} with the first thing that is wrong. */
export function checkData<S extends TSchema>(schema: S, data: unknown, file: string): Static<S> {
  const fault = check(schema, data);
  if (fault !== undefined) throw new BadDataFile(`${file}: ${fault}`);
  return data as Static<S>;
}
