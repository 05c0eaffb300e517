import type { FieldKind } from '../database/tables.ts';
import { SmallId, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';

export const FIELD_KINDS = ['text', 'number', 'date', 'choice', 'yes-no'] as const satisfies FieldKind[];
/** Fields that are asked for at most; more would bury an incident's facts. */
export const FIELDS_MAX = 40;
export const VALUE_MAX = 2000;
const CHOICES_MAX = 100;
const CHOICE_LENGTH = 100;

export const FieldParams = Type.Object({ id: SmallId });
export type Field = { id: number; key: string; name: string; kind: FieldKind; choices: string[] };
/** A field of an incident with what was entered, as it is kept. */
export type FieldValue = Field & { value: string };

/** The name of a field's input in forms. */
export const inputName = (key: string) => `field-${key}`;

/** A key out of a name: `Customer no.` is `customer-no`. Empty where the name has no letter from A to Z and no digit. */
export const keyOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');

const isDay = (text: string) => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
};

const READERS: Record<FieldKind, (text: string, field: Field) => string | undefined> = {
  text: (text) => text,
  // As it is written: no figure is rounded by being kept.
  number: (text) =>
    /^-?\d{1,15}(\.\d{1,10})?$/.test(text.replace(',', '.')) ? text.replace(',', '.') : undefined,
  date: (text) => (isDay(text) ? text : undefined),
  choice: (text, { choices }) => choices.find((one) => one.toLowerCase() === text.toLowerCase()),
  'yes-no': (text) => ({ yes: 'yes', true: 'yes', no: 'no', false: 'no' })[text.toLowerCase()],
};

const EXPECTED: Record<FieldKind, string> = {
  text: 'Text.',
  number: 'A number such as 12 or 4.5.',
  date: 'A date such as 2026-03-10.',
  choice: 'One of its choices.',
  'yes-no': 'Yes or no.',
};

/**
 * A value as it is kept; null for none. `before` stays taken as it is, also where the field would no longer take it.
 * Throws `invalid` under `name`.
 */
export function readValue(field: Field, given: string, name: string, before?: string): string | null {
  const text = given.trim();
  if (!text) return null;
  if (text === before) return before;
  if (text.includes('\0')) throw invalid(name, `${field.name}: contains a NUL character.`);
  if (text.length > VALUE_MAX) throw invalid(name, `${field.name}: at most ${VALUE_MAX} characters.`);
  const value = READERS[field.kind](text, field);
  if (value === undefined) throw invalid(name, `${field.name}: ${EXPECTED[field.kind]}`);
  return value;
}

/** A value as JSON: numbers and yes or no as such. */
export function valueJson({ kind, value }: Pick<FieldValue, 'kind' | 'value'>): string | number | boolean {
  if (kind === 'number') return Number(value);
  return kind === 'yes-no' ? value === 'yes' : value;
}

/** A field as forms ask for it: `options` where one of several is chosen. */
export const inputView = (field: FieldValue & { retired: boolean }, typed?: Record<string, string>) => {
  const input = inputName(field.key);
  const options = field.kind === 'yes-no' ? ['yes', 'no'] : field.kind === 'choice' ? field.choices : [];
  return {
    input,
    name: field.name,
    kind: field.kind,
    value: typed?.[input] ?? field.value,
    // What was chosen once stays to be chosen.
    options:
      options.length > 0 && field.value && !options.includes(field.value)
        ? [...options, field.value]
        : options,
    retired: field.retired,
  };
};

/** What a form has in the inputs of fields, by key. */
export const enteredFields = (body: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries((body ?? {}) as Record<string, unknown>).flatMap(([name, value]) =>
      name.startsWith('field-') && typeof value === 'string' ? [[name.slice('field-'.length), value]] : [],
    ),
  );

/** A value as pages show it. */
export const fieldView = ({ name, kind, value, key }: FieldValue) => ({
  name,
  value,
  isDate: kind === 'date',
  href: `/incidents?${new URLSearchParams({ field: key, value }).toString()}`,
});

/** Choices, one a line or as a list. Throws `invalid` on `choices`. */
export function readChoices(kind: FieldKind, given: string[]): string[] {
  const lines = given.map((one) => one.trim()).filter(Boolean);
  if (kind !== 'choice') {
    if (lines.length > 0) throw invalid('choices', 'Only a field of the kind choice has choices.');
    return [];
  }
  const choices = lines.filter(
    (one, index) => lines.findIndex((other) => other.toLowerCase() === one.toLowerCase()) === index,
  );
  if (choices.length === 0) throw invalid('choices', 'Name what can be chosen, one a line.');
  if (choices.length > CHOICES_MAX) throw invalid('choices', `At most ${CHOICES_MAX} choices.`);
  if (choices.some((one) => one.length > CHOICE_LENGTH))
    throw invalid('choices', `A choice takes ${CHOICE_LENGTH} characters.`);
  return choices;
}
