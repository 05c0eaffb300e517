import { type RawBuilder, sql } from 'kysely';

/**
 * Of an array the planner does not know how many values it has: it takes them for ten, finds a plan for the ones at hand
 * cheaper, and so plans a statement with a name each time that it comes. Few values are written one by one.
 */
const FEW = 4;
const isFew = ({ length }: readonly unknown[]) => length > 0 && length <= FEW;

const TYPES = { integer: sql`integer`, inet: sql`inet`, cidr: sql`cidr` };
type Type = keyof typeof TYPES;
const typed = (values: readonly unknown[], type: Type) =>
  values.map((value) => sql`${value}::${TYPES[type]}`);
const array = (values: readonly unknown[], type: Type) => sql`${sql.val(values)}::${TYPES[type]}[]`;

/** `in (…)` */
export const oneOf = (values: readonly unknown[], type: Type): RawBuilder<unknown> =>
  isFew(values) ? sql`in (${sql.join(typed(values, type))})` : sql`= any(${array(values, type)})`;

/** Rows of one column, for `from`. */
export const rowsOf = (values: readonly unknown[], type: Type): RawBuilder<unknown> =>
  isFew(values)
    ? sql`(values ${sql.join(typed(values, type).map((value) => sql`(${value})`))})`
    : sql`unnest(${array(values, type)})`;
