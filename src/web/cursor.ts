import { Problem } from '../problem.ts';

/** Where the next page of a list starts, as an opaque text. */
export const writeCursor = (values: (string | number)[]) =>
  Buffer.from(JSON.stringify(values)).toString('base64url');

/** Throws `bad-request` for a cursor that this list did not give. */
export function readCursor(
  text: string | undefined,
  shape: ('number' | 'string')[],
): (string | number)[] | undefined {
  if (text === undefined) return undefined;
  try {
    const values = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (values.length === shape.length && values.every((value, index) => typeof value === shape[index]))
      return values as (string | number)[];
  } catch {
    // The same answer as for one of the wrong shape.
  }
  throw new Problem('bad-request', 'This cursor belongs to no page of this list; start again without it.');
}
