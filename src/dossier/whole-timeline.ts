import { Readable } from 'node:stream';
import type { Db } from '../database/open.ts';
import type { Entry } from '../timeline/entries.ts';
import { type EntryPlace, listEntries } from '../timeline/store.ts';
import { count } from '../web/format.ts';

/** Longer timelines go on in the archive. */
export const ENTRIES_ON_PAPER = 5000;
/** The archive's file of all entries, a line each. */
export const TIMELINE_FILE = 'timeline.jsonl';
const AT_ONCE = 1000;

/** What paper says where it ends before the timeline does; empty where it holds all. */
export const restOfTimeline = (shown: number, all: number): string =>
  shown < all
    ? `These are the first ${count(shown)} of ${count(all)} entries. All of them are in ${TIMELINE_FILE}, in the .zip of this incident.`
    : '';

async function* lines(db: Db, family: number[], told: (entries: Entry[]) => Entry[]) {
  let after: EntryPlace | null | undefined;
  while (after !== null) {
    const page = await listEntries(db, family, { order: 'oldest', limit: AT_ONCE, after });
    yield Buffer.from(
      told(page.entries)
        .map((entry) => `${JSON.stringify(entry)}\n`)
        .join(''),
    );
    after = page.next;
  }
}

/** Every entry as JSON Lines, a page in memory at a time. `told`: what of them may leave the house. */
export const wholeTimeline = (db: Db, family: number[], told: (entries: Entry[]) => Entry[]): Readable =>
  Readable.from(lines(db, family, told));
