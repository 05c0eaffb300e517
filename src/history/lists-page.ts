import type { Network } from '../addresses/address.ts';
import type { Db } from '../database/open.ts';
import { stateWords } from '../incidents/incidents.ts';
import { roundWords } from '../letters/rounds.ts';
import { durationOf } from '../outcomes/steps.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import type { About } from './as-of-store.ts';
import { lettersSent, listingsSeen } from './lists-store.ts';

const SHOWN = 50;
const LETTERS = 'letters-sent';
const LISTINGS = 'listings-seen';

const stepMs = (step: number | null) => (step === null ? null : durationOf(step));

/** A page of letters with their answers. `nameOf` tells providers. */
export async function lettersView(
  db: Db,
  about: About,
  cursor: string | undefined,
  nameOf: (provider: string) => string,
) {
  const [at, id] = readCursor(cursor, LETTERS, ['time', 'id']) ?? [];
  const page = await lettersSent(db, about, { limit: SHOWN, after: at && id ? { at, id } : undefined });
  return {
    rows: page.items.map((one) => ({
      id: one.id,
      number: one.number,
      provider: nameOf(one.provider),
      round: roundWords(one.round),
      sentAt: one.sentAt,
      verdictWords: one.verdict ? stateWords(one.verdict) : '',
      answerMs: stepMs(one.answerStep),
      mitigationMs: stepMs(one.mitigationStep),
    })),
    next: page.next ? writeCursor(LETTERS, [page.next.at, page.next.id]) : '',
  };
}

/** A page of times in public lists. */
export async function listingsView(db: Db, network: Network, cursor: string | undefined) {
  const [before] = readCursor(cursor, LISTINGS, ['id']) ?? [];
  const page = await listingsSeen(db, network, { limit: SHOWN, before });
  return { rows: page.items, next: page.next === null ? '' : writeCursor(LISTINGS, [page.next]) };
}
