import { readCursor, writeCursor } from '../web/cursor.ts';
import type { EntryPlace, Order } from './store.ts';

const listOf = (incident: number, order: Order) => `timeline/${incident}/${order}`;

/** A cursor holds for one incident's timeline in one order; the filter may change on the way. */
export const writeEntryCursor = (place: EntryPlace, incident: number, order: Order) =>
  writeCursor(listOf(incident, order), [place.at, place.id]);

export function readEntryCursor(
  text: string | undefined,
  incident: number,
  order: Order,
): EntryPlace | undefined {
  const held = readCursor(text, listOf(incident, order), ['time', 'id']);
  return held && { at: held[0], id: held[1] };
}
