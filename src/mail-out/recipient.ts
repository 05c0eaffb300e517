import type { Db, Trx } from '../database/open.ts';
import type { LetterRow } from '../database/tables.ts';
import { isInTicket, isToDesk } from '../letters/rounds.ts';
import { answererOf } from './thread.ts';

/** Whom a letter usually goes to: who answered last, where it answers them, else the provider’s desk. Empty: nobody knows. */
export async function usualRecipient(
  db: Db | Trx,
  letter: LetterRow,
  desk: string | undefined,
): Promise<string> {
  if (!isToDesk(letter.round)) return '';
  const answerer = isInTicket(letter.round) ? await answererOf(db, letter.incident_number) : undefined;
  return answerer ?? desk ?? '';
}
