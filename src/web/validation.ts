import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';

/** Compiled at the first request: most routes of a short-lived process are never asked. */
function onFirstUse(compile: () => ValidateFunction): ValidateFunction {
  let compiled: ValidateFunction | undefined;
  const check = ((data: unknown) => {
    compiled ??= compile();
    const holds = compiled(data);
    check.errors = compiled.errors ?? null;
    return holds;
  }) as ValidateFunction;
  return check;
}

/**
 * Bodies are taken as they are: nothing coerced, no key removed, so that a schema with
 * `additionalProperties: false` refuses what it does not know. Text from URLs is coerced.
 */
export function validators(): FastifySchemaCompiler<object> {
  const common = { useDefaults: true, removeAdditional: false, allErrors: false, strict: false } as const;
  const strict = new Ajv({ ...common, coerceTypes: false });
  const lenient = new Ajv({ ...common, coerceTypes: 'array' });
  addFormats.default(strict);
  addFormats.default(lenient);
  return ({ schema, httpPart }) => onFirstUse(() => (httpPart === 'body' ? strict : lenient).compile(schema));
}

const require = createRequire(import.meta.url);

/** Fastify's own, compiled at the first answer of each route, and loaded with the first of all. */
export function serializers(): FastifySerializerCompiler<object> {
  let compiler: FastifySerializerCompiler<object> | undefined;
  const compilerOf = () => {
    const { SerializerSelector } = require('@fastify/fast-json-stringify-compiler');
    return SerializerSelector()({}, {}) as FastifySerializerCompiler<object>;
  };
  return (route) => {
    let serialize: ((data: unknown) => string) | undefined;
    return (data) => {
      compiler ??= compilerOf();
      serialize ??= compiler(route);
      return serialize(data);
    };
  };
}
