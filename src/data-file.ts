import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from './json-schema.ts';
import { faultWords } from './schema-words.ts';

/** A data file of ours that does not hold to its rules; the message names file and place, says what is wrong and what may stand there. */
export class BadDataFile extends Error {
  override name = 'BadDataFile';
}

// Each schema checks a handful of files once: optimising the generated code costs more than it saves. The
// schemas are ours, and strict mode refuses what is none of its keywords. What is wrong is said by schema and data.
const ajv = new Ajv({
  strict: true,
  strictRequired: false,
  meta: false,
  validateSchema: false,
  verbose: true,
  code: { optimize: false },
});
const compiled = new WeakMap<TSchema, ValidateFunction>();

/** Of the forms that a place may have, none fits: that says more than why the first of them does not. */
const telling = (errors: ErrorObject[]): ErrorObject | undefined =>
  errors.findLast(({ keyword }) => keyword === 'anyOf') ?? errors[0];

/** What is first wrong with data: its place, what stands there, and what may; undefined: it holds to the schema. */
export function check(schema: TSchema, data: unknown): string | undefined {
  const holds = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, holds);
  if (holds(data)) return undefined;
  const first = telling(holds.errors ?? []);
  return first && faultWords(first, data);
}

/** The data, which holds to the schema. Throws {@link BadDataFile} with the first thing that is wrong. */
export function checkData<S extends TSchema>(schema: S, data: unknown, file: string): Static<S> {
  const fault = check(schema, data);
  if (fault !== undefined) throw new BadDataFile(`${file}: ${fault}`);
  return data as Static<S>;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** A file as people name it: from the project's folder on. */
export function fileName(file: URL): string {
  const path = fileURLToPath(file);
  return path.startsWith(ROOT) ? relative(ROOT, path) : path;
}

/** What stands in a file of JSON. Throws {@link BadDataFile} where it is none. */
export function readJson(file: URL): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadDataFile(`${fileName(file)}: not JSON: ${(error as Error).message}`);
  }
}

/** What stands in a data file, which holds to the schema. */
export const readData = <S extends TSchema>(schema: S, file: URL): Static<S> =>
  checkData(schema, readJson(file), fileName(file));
