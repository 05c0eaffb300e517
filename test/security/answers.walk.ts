import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Test } from 'tap';
import { API } from '../../src/web/api.ts';
import { PROBLEM_SCHEMA } from '../../src/web/problems.ts';
import type { Walk, WalkedDesk } from './walked-desk.fixture.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const compiled = new WeakMap<object, ValidateFunction>();

function faultsOf(schema: object, value: unknown): string {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

type Answer = { status: number; type: string; body: string };

/**
 * What is wrong with an answer of the API by what its route declares; undefined: nothing. A problem is the same
 * everywhere; whatever else is JSON has a schema, by which what is not in it is left out.
 */
export function wrongAnswer(
  { method, url, schema }: Walk,
  { status, type, body }: Answer,
): string | undefined {
  const what = `${method} ${url} ${status}`;
  if (status >= 400) {
    if (!type.startsWith('application/problem+json')) return `${what}: a problem of type ${type}`;
    const faults = faultsOf(PROBLEM_SCHEMA, JSON.parse(body));
    return faults ? `${what}: ${faults}` : undefined;
  }
  if (status === 204 || status === 304) return body === '' ? undefined : `${what}: has a body`;
  if (!type.startsWith('application/json')) return undefined;
  const declared = (schema?.response as Record<string, object> | undefined)?.[status];
  if (!declared) return NO_SCHEMA.has(url) ? undefined : `${what}: nothing is declared for this status`;
  const faults = faultsOf(declared, JSON.parse(body));
  return faults ? `${what}: ${faults}` : undefined;
}

/** Answers that are schemas or descriptions themselves. */
const NO_SCHEMA = new Set(['/api/v1/openapi.json', '/api/v1/webhooks/event-schema', '/api/v1/export/schema']);

/** Answers that are files. */
const FILES = /\.(?:pdf|zip|csv|jsonl)$|\/evidence-files\/|\/export$/;

/** Every call says what it answers when all is well, so that nothing else of a row goes out with it. */
export function everyCallIsDeclared(t: Test, { routes }: WalkedDesk): void {
  const undeclared = routes
    .filter(({ url }) => url.startsWith(API) && !NO_SCHEMA.has(url) && !FILES.test(url))
    .filter(
      ({ schema }) =>
        !Object.keys((schema?.response as object | undefined) ?? {}).some((key) => /^2/.test(key)),
    );
  t.strictSame(
    undeclared.map(({ method, url }) => `${method} ${url}`),
    [],
  );
}

/** Where a secret is told: once, to whoever had it made. */
const TELLS = [
  'PATCH /api/v1/webhooks/:id: secret',
  'POST /api/v1/webhooks/:id/secret: secret',
  'POST /api/v1/webhooks: secret',
];

type Schema = { properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] };
const namesIn = (schema: Schema): string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => [name, ...namesIn(one)]),
  ...(schema.items ? namesIn(schema.items) : []),
  ...(schema.anyOf ?? []).flatMap(namesIn),
];

/** No answer has room for a secret but where it was just made. */
export function noSchemaNamesSecrets(t: Test, { routes }: WalkedDesk): void {
  const named = routes.flatMap(({ method, url, schema }) =>
    Object.values((schema?.response as Record<string, Schema> | undefined) ?? {})
      .flatMap(namesIn)
      .filter((name) => /password|secret|hash|private|dkimKey|refreshToken/i.test(name))
      .map((name) => `${method} ${url}: ${name}`),
  );
  t.strictSame([...new Set(named)].sort(), TELLS);
}
