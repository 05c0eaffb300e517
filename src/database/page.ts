/** A page of rows of which one more was read than fits; `next`: where the following one begins, null at the end. */
export function cutPage<Row, Place>(
  found: Row[],
  limit: number,
  placeOf: (last: Row) => Place,
): { items: Row[]; next: Place | null } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last ? placeOf(last) : null };
}
