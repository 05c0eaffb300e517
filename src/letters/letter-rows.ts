import type { Db, Trx } from '../database/open.ts';
import type { LetterRow } from '../database/tables.ts';
import { lockIncident } from '../incidents/store.ts';
import { notFound, Problem } from '../problem.ts';
import type { Claim } from './claims/claims.ts';

export async function getLetter(db: Db | Trx, id: number): Promise<LetterRow> {
  return db
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', id)
    .where('state', '!=', 'discarded')
    .executeTakeFirstOrThrow(() => notFound('such letter'));
}

/** Incident, then letter: always in this order, so that no two wait for each other. */
export async function lockDraft(trx: Trx, id: number): Promise<LetterRow> {
  const { incident_number: number } = await getLetter(trx, id);
  await lockIncident(trx, number);
  const row = await trx
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', id)
    .where('state', '!=', 'discarded')
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('such letter'));
  if (row.state === 'sent') {
    const sent = await trx
      .selectFrom('timeline_entries')
      .select('actor_name')
      .where('letter_id', '=', id)
      .where('kind', '=', 'letter-sent')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const at = row.sent_at?.toISOString().slice(0, 16).replace('T', ' ');
    throw new Problem('already-sent', `${sent?.actor_name ?? 'Somebody'} sent this letter ${at} UTC.`);
  }
  return row;
}

export const isFrozen = (state: string) => state === 'closed';
export const closedProblem = (number: number) =>
  new Problem(
    'incident-closed',
    `Incident #${number} is closed. Set it back to another state first, then write.`,
  );

export const claimsOf = (letter: LetterRow) => letter.claims as Claim[];
