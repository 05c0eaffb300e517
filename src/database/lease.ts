import { type SelectQueryBuilder, sql } from 'kysely';

/** Rows that one process at a time works on: whoever takes one holds it, and puts the end off while at work. */

/** Until when it is held: who is not heard of for so long has lost it to the next who asks. */
export const leaseFor = (seconds: number) => sql<Date>`now() + ${sql.lit(`${seconds} seconds`)}::interval`;

/** Whether nobody holds it. */
export const isFree = (column: string) =>
  sql<boolean>`(${sql.ref(column)} is null or ${sql.ref(column)} < now())`;

/** Of rows that wait (as `waiting`), the first that nobody holds or is about to take. */
export const firstFree = <Tables, From extends keyof Tables, Row>(
  waiting: SelectQueryBuilder<Tables, From, Row>,
) =>
  waiting
    .where(isFree('waiting.lease_until'))
    .orderBy(sql.ref('waiting.id'))
    .limit(1)
    .forUpdate()
    .skipLocked();
