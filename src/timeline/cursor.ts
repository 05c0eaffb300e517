import { badCursor, readCursor, writeCursor } from '../web/cursor.ts';
import type { FeedPlace } from './feed.ts';
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

const FEED = 'timeline';
const NUMBER = /^\d{1,18}$/;
/** Two places of `news.ts`, each of which names the transactions that ran. */
export const LONGEST_FEED_CURSOR = 12_000;

export const writeFeedCursor = ({ database, since, within }: FeedPlace) =>
  writeCursor(FEED, [
    database,
    since ?? '',
    ...(within ? [within.until, within.transaction, within.id] : ['', '0', '0']),
  ]);

export function readFeedCursor(text: string | undefined): FeedPlace | undefined {
  const held = readCursor(text, FEED, ['text', 'text', 'text', 'text', 'text']);
  if (!held) return undefined;
  const [database, since, until, transaction, id] = held;
  if (!NUMBER.test(transaction) || !NUMBER.test(id)) throw badCursor();
  return { database, since: since || null, within: until ? { until, transaction, id } : null };
}
