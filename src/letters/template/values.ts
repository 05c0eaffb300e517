import { own, VOCABULARY, type Vocabulary } from '../variables.ts';

export type Cell = string | boolean | Date;
export type Row = Readonly<Record<string, Cell>>;
export type Value = string | boolean | Date | readonly string[] | readonly Row[];
/** By the whole name, `profile.name`; frozen, without a prototype. */
export type Values = Readonly<Record<string, Value>>;

/** The own value of a name with dots; a getter is none. */
function reach(facts: unknown, name: string): unknown {
  let value = facts;
  for (const member of name.split('.')) {
    if (typeof value !== 'object' || value === null) return null;
    value = Object.getOwnPropertyDescriptor(value, member)?.value;
  }
  return value;
}

const textOf = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const cellOf = (value: unknown): Cell =>
  value instanceof Date ? new Date(value) : typeof value === 'boolean' ? value : textOf(value);

const bare = <T>(entries: [string, T][]): Readonly<Record<string, T>> =>
  Object.freeze(Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries)));

function plain(value: unknown, columns: Record<string, unknown> | undefined): Value {
  if (columns)
    return Object.freeze(
      (Array.isArray(value) ? value : []).map((row) =>
        bare(Object.keys(columns).map((column) => [column, cellOf(reach(row, column))] as [string, Cell])),
      ),
    );
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return Object.freeze(value.map(textOf));
  if (value instanceof Date) return new Date(value);
  // Of what is only asked for whether it is there, no more than that goes on.
  return typeof value === 'object' ? value !== null : textOf(value);
}

/** What a template can read of the facts: the values of the names it may use, as plain data, and nothing besides. */
export function valuesOf(facts: object, vocabulary: Vocabulary = VOCABULARY): Values {
  return bare(
    Object.keys(vocabulary.variables).map((name) => [
      name,
      plain(reach(facts, name), own(vocabulary.tables, name)),
    ]),
  );
}
