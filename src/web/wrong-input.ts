import type { FastifySchemaValidationError } from 'fastify/types/schema.js';

/** Said of an input whose name is none of ours. */
export const NOT_KNOWN = 'is not known here';

/** How what a format asks for is written. */
const WRITTEN: Record<string, string> = {
  'date-time': 'must be a time with its zone, such as 2026-03-11T06:03:00Z',
  date: 'must be a day, such as 2026-03-11',
  email: 'must be an e-mail address',
};
const TYPES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};
/** A list of more values than these is in the description of the API. */
const MOST_VALUES = 20;

type Params = Record<string, unknown>;

const WORDS: Record<string, (params: Params) => string | undefined> = {
  required: () => 'is missing',
  type: ({ type }) =>
    `must be ${[type]
      .flat()
      .map((one) => TYPES[String(one)] ?? String(one))
      .join(' or ')}`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  additionalProperties: () => NOT_KNOWN,
  // A schema's own words for these name the pattern, which helps nobody.
  pattern: () => 'is not written as it has to be',
  format: ({ format }) => WRITTEN[String(format)] ?? 'is not written as it has to be',
  minLength: ({ limit }) => (limit === 1 ? 'must not be empty' : `has fewer than ${limit} characters`),
  maxLength: ({ limit }) => `has more than ${limit} characters`,
  minItems: ({ limit }) => (limit === 1 ? 'must not be empty' : `has fewer than ${limit} entries`),
  maxItems: ({ limit }) => `has more than ${limit} entries`,
  enum: ({ allowedValues: values }) =>
    Array.isArray(values) && values.length <= MOST_VALUES
      ? `must be one of: ${values.join(', ')}`
      : undefined,
};

/** What is wrong with an input, to follow its name. */
export const wrongWords = ({ keyword, params, message }: FastifySchemaValidationError): string =>
  WORDS[keyword]?.(params) ?? message ?? 'is wrong';
