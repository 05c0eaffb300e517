import { readCursor, writeCursor } from '../web/cursor.ts';
import type { After, Sort } from './search.ts';

/** Where the next page of a search starts. A cursor of one order is of no use in the other. */
export const writeAfter = (after: After): string =>
  after.sort === 'newest'
    ? writeCursor('search/newest', [after.place.at, after.place.id])
    : writeCursor('search/best', [after.score, after.id]);

export function readAfter(text: string | undefined, sort: Sort): After | undefined {
  if (sort === 'newest') {
    const [at, id] = readCursor(text, 'search/newest', ['time', 'id']) ?? [];
    return at && id ? { sort, place: { at, id } } : undefined;
  }
  const [score, id] = readCursor(text, 'search/best', ['number', 'id']) ?? [];
  return score && id ? { sort, score, id } : undefined;
}
