import { randomUUID } from 'node:crypto';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Static, TObject } from '../json-schema.ts';
import { Problem } from '../problem.ts';

/** The raw fields of a submitted form: text as typed, several values as a list. */
export type FormFields = Record<string, string | string[] | undefined>;

const ajv = new Ajv({
  allErrors: true,
  coerceTypes: 'array',
  useDefaults: true,
  removeAdditional: 'all',
  strict: true,
});
addFormats.default(ajv);
const compiled = new WeakMap<TObject, ValidateFunction>();

function validatorOf(schema: TObject): ValidateFunction {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** What is wrong with one field, in words for a person. A schema's `description` says what is allowed. */
function wordsFor(error: ErrorObject, schema: TObject, field: string): string {
  const about = (schema.properties[field] as { description?: string } | undefined)?.description;
  if (error.keyword === 'required' || error.keyword === 'minLength')
    return about ? `Needed: ${about}.` : 'This is needed.';
  if (error.keyword === 'maxLength') {
    return `Too long: at most ${(error.params as { limit: number }).limit} characters.`;
  }
  if (about) return `Must be ${about}.`;
  // A schema's own words for these name the pattern, which helps nobody.
  if (error.keyword === 'pattern' || error.keyword === 'format')
    return 'This is not written as it has to be.';
  return `This ${error.message ?? 'is wrong'}.`;
}

function emptyOut(fields: FormFields): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name.startsWith('_')) continue;
    const kept = Array.isArray(value) ? value.filter((one) => one !== '') : value;
    // An empty input is an absent one: the schema says whether it may be.
    if (kept === '' || (Array.isArray(kept) && kept.length === 0)) continue;
    given[name] = kept;
  }
  return given;
}

function refuseNul(fields: Record<string, unknown>, except: string[]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (!except.includes(name) && typeof value === 'string' && value.includes('\0')) {
      throw new Problem('invalid', `${name} contains a NUL character.`, {
        fields: { [name]: 'Contains a NUL character; remove it.' },
      });
    }
  }
}

/** Reads a form by its schema. Throws the problem `invalid` with one message for each field. */
export function readForm<Schema extends TObject>(
  schema: Schema,
  body: unknown,
  options: { raw?: string[] } = {},
): Static<Schema> {
  const given = emptyOut((body ?? {}) as FormFields);
  refuseNul(given, options.raw ?? []);
  const validate = validatorOf(schema);
  if (!validate(given)) {
    const fields: Record<string, string> = {};
    for (const error of validate.errors ?? []) {
      const missing = (error.params as { missingProperty?: string }).missingProperty;
      const field = missing ?? error.instancePath.split('/')[1] ?? 'form';
      fields[field] ??= wordsFor(error, schema, field);
    }
    throw new Problem('invalid', 'Some fields need another look.', { fields });
  }
  return given as Static<Schema>;
}

/** What was typed, to be shown again: texts only, and the named fields whether they came or not. */
export const typedAgain = (body: unknown, names: string[] = []): Record<string, string> => ({
  ...Object.fromEntries(names.map((name) => [name, ''])),
  ...(Object.fromEntries(
    Object.entries(body ?? {}).filter(([, value]) => typeof value === 'string'),
  ) as Record<string, string>),
});

/** What is wrong with a form: words above it, and words beside its fields. */
export type FormProblem = { message: string; fields: Record<string, string> };

/** The same as a view shows it, also where nothing is wrong. */
export const problemView = (problem?: FormProblem) => ({
  errors: problem?.fields ?? {},
  problem: problem?.message ?? '',
});

/** The key that makes a form's double submit one effect. */
export const formKey = (body: unknown): string | undefined => {
  const key = (body as FormFields | undefined)?.['_once'];
  return typeof key === 'string' && /^[0-9a-f-]{36}$/.test(key) ? key : undefined;
};

export const newFormKey = () => randomUUID();
