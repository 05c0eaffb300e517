import { Problem } from '../problem.ts';

/** What a cursor can hold, and what it is read back as. `number` fits an `integer` column, `id` a `bigint` one. */
type Parts = { number: number; id: number; time: Date; text: string };
type Values<Shape extends readonly (keyof Parts)[]> = {
  -readonly [Index in keyof Shape]: Parts[Shape[Index]];
};

/** RFC 3339 as `Date` writes it; years that PostgreSQL reads the same way. */
function readTime(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^(?!0000)\d{4}-/.test(value)) return undefined;
  const at = new Date(value);
  return !Number.isNaN(at.getTime()) && at.toISOString() === value ? at : undefined;
}

const whole = (most: number) => (value: unknown) =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most ? value : undefined;

const READERS: { [Part in keyof Parts]: (value: unknown) => Parts[Part] | undefined } = {
  number: whole(2_147_483_647),
  id: whole(Number.MAX_SAFE_INTEGER),
  time: readTime,
  text: (value) => (typeof value === 'string' && !value.includes('\0') ? value : undefined),
};

export const badCursor = () =>
  new Problem('bad-request', 'This cursor belongs to no page of this list; start again without it.');

/** Where the next page of a list starts, as an opaque text that only this list takes back. */
export const writeCursor = (list: string, values: (string | number | Date)[]) =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

/** Throws `bad-request` for a cursor that this list did not give. */
export function readCursor<const Shape extends readonly (keyof Parts)[]>(
  text: string | undefined,
  list: string,
  shape: Shape,
): Values<Shape> | undefined {
  if (text === undefined) return undefined;
  const [name, ...held] = parse(text);
  const values = shape.map((part, index) => READERS[part](held[index]));
  if (name !== list || held.length !== shape.length || values.includes(undefined)) throw badCursor();
  return values as Values<Shape>;
}

function parse(text: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}
