import type { ErrorObject } from 'ajv';
import { didYouMean } from './nearest.ts';

/** What is wrong with data, said so that whoever wrote it can put it right without looking into the schema. */

type Record_ = Record<string, unknown>;
const isRecord = (value: unknown): value is Record_ => typeof value === 'object' && value !== null;

const LONGEST = 60;
/** A value as it is written in the file; of a long one its beginning. */
function written(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const list = (names: readonly unknown[]) => names.map(String).join(', ');
const unlike = (word: unknown, names: readonly unknown[]) =>
  `${didYouMean(String(word), names.map(String)).replace(/\?$/, '? It') || '; it'} can be ${list(names)}`;
const unknownKey = (key: string, known: readonly string[]) =>
  `has the key ${written(key)}, which is none${unlike(key, known)}`;

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};
const kept = (schema: unknown): string[] =>
  isRecord(schema) && isRecord(schema['properties']) ? Object.keys(schema['properties']) : [];

type Words = (error: ErrorObject) => string;
const limit =
  (words: string): Words =>
  ({ data, params }) =>
    `is ${written(data)}: ${words} ${params['limit']}`;

const WORDS: Record<string, Words> = {
  additionalProperties: ({ params, parentSchema }) =>
    unknownKey(String(params['additionalProperty']), kept(parentSchema)),
  required: ({ params }) => `lacks the key ${written(params['missingProperty'])}`,
  enum: ({ data, params }) => `is ${written(data)}${unlike(data, params['allowedValues'])}`,
  type: ({ data, params }) => `is ${written(data)} and has to be ${TYPES[params['type']] ?? params['type']}`,
  pattern: ({ data, params }) => `is ${written(data)} and has to be like ${params['pattern']}`,
  anyOf: ({ data }) => `is ${written(data)}, which has none of the forms that it can have`,
  minLength: limit('its length has to be at least'),
  maxLength: limit('its length can be at most'),
  minItems: limit('its entries have to be at least'),
  maxItems: limit('its entries can be at most'),
  minProperties: limit('its keys have to be at least'),
  minimum: limit('it has to be at least'),
  maximum: limit('it can be at most'),
  uniqueItems: ({ data, params }) =>
    `has ${written((data as unknown[])[params['i']])} twice, at ${[params['i'], params['j']].sort().join(' and ')}`,
};

/** A word by which people know an entry of a list, since they do not count. */
const nameOf = (entry: unknown): string | undefined =>
  isRecord(entry)
    ? ['id', 'key', 'zone', 'name'].map((key) => entry[key]).find((name) => typeof name === 'string')
    : undefined;

/** `/rejections/3/reason (of low-reputation)`. */
function placeOf(path: string, data: unknown): string {
  let here = data;
  let name: string | undefined;
  for (const step of path.split('/').slice(1)) {
    const isEntry = Array.isArray(here);
    here = isRecord(here) ? here[step.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
    if (isEntry) name = nameOf(here) ?? name;
  }
  return name === undefined ? path || '/' : `${path} (of ${name.slice(0, LONGEST)})`;
}

/** Place and fault of what a schema found wrong, and what may stand there. */
export function faultWords(error: ErrorObject, data: unknown): string {
  const { keyword, instancePath, propertyName, params, message } = error;
  const words =
    propertyName === undefined
      ? (WORDS[keyword]?.(error) ?? message)
      : unknownKey(propertyName, params['allowedValues'] ?? []);
  return `${placeOf(instancePath, data)} ${words}`;
}
