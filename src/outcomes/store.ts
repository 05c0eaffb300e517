import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { answersOf } from '../correspondence/store.ts';
import type { Db, Trx } from '../database/open.ts';
import type { Claim } from '../letters/claims/claims.ts';
import { isRequest, ROUNDS } from '../letters/rounds.ts';
import { type Outcome, outcomesOf, type SentLetter } from './outcome.ts';
import { changesOf, type Sum } from './sums.ts';

type Kept = Outcome & { provider: string };

/** Letters that ask the provider for something that it can grant or deny. */
const ASKING = ROUNDS.filter(isRequest);
const NOT_ARRIVED = ['withdrawn', 'failed'] as const;

async function sentLetters(trx: Trx, number: number): Promise<SentLetter[]> {
  const rows = await trx
    .selectFrom('letters as l')
    .select(['l.id', 'l.template', 'l.language', 'l.round', 'l.sent_at', 'l.claims', 'l.template_version'])
    .where('l.incident_number', '=', number)
    .where('l.state', '=', 'sent')
    .where('l.round', 'in', ASKING)
    // A mail that was withdrawn or came back has asked nobody.
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('messages as m')
          .leftJoin('dispatches as d', 'd.message_id', 'm.id')
          .select('m.id')
          .whereRef('m.letter_id', '=', 'l.id')
          .where((or) => or.or([or('d.state', 'is', null), or('d.state', 'not in', NOT_ARRIVED)])),
      ),
    )
    .execute();
  return rows.flatMap(({ sent_at: sentAt, claims, template_version: version, ...row }) =>
    sentAt
      ? [
          {
            ...row,
            sentAt,
            wording: version ?? 0,
            claims: (claims as Claim[]).filter((claim) => claim.stated === 'fact').map((claim) => claim.key),
          },
        ]
      : [],
  );
}

async function keptOutcomes(trx: Trx, number: number): Promise<Kept[]> {
  const rows = await trx
    .selectFrom('letter_outcomes')
    .selectAll()
    .where('incident_number', '=', number)
    .execute();
  return rows.map((row) => ({
    id: row.letter_id,
    provider: row.provider,
    template: row.template,
    language: row.language,
    round: row.round,
    wording: row.wording,
    claims: row.claims,
    sentAt: row.sent_at,
    verdict: row.verdict,
    answerStep: row.answer_step,
    mitigationStep: row.mitigation_step,
  }));
}

const together = (column: 'answer_steps' | 'mitigation_steps') =>
  sql<number[]>`(select array_agg(a + b order by place)
    from unnest(outcome_sums.${sql.ref(column)}, excluded.${sql.ref(column)}) with ordinality as s(a, b, place))`;
const more = (column: 'sent' | 'answered' | 'mitigated' | 'conditional' | 'denied' | 'other') =>
  sql<number>`outcome_sums.${sql.ref(column)} + excluded.${sql.ref(column)}`;

/** Adds to the sums; in the order that is given, which is the same everywhere, so that no two wait for each other. */
async function addToSums(trx: Trx, changes: Sum[]): Promise<void> {
  if (changes.length === 0) return;
  await trx
    .insertInto('outcome_sums')
    .values(
      changes.map(({ answerSteps, mitigationSteps, ...sum }) => ({
        ...sum,
        answer_steps: answerSteps,
        mitigation_steps: mitigationSteps,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['provider', 'template', 'language', 'round', 'wording', 'claim']).doUpdateSet({
        sent: more('sent'),
        answered: more('answered'),
        mitigated: more('mitigated'),
        conditional: more('conditional'),
        denied: more('denied'),
        other: more('other'),
        answer_steps: together('answer_steps'),
        mitigation_steps: together('mitigation_steps'),
      }),
    )
    .execute();
}

const sameOutcome = (one: Kept, other: Kept | undefined) => isDeepStrictEqual(one, other);

async function keep(trx: Trx, number: number, outcome: Kept): Promise<void> {
  const row = {
    provider: outcome.provider,
    template: outcome.template,
    language: outcome.language,
    round: outcome.round,
    wording: outcome.wording,
    claims: outcome.claims,
    sent_at: outcome.sentAt,
    verdict: outcome.verdict,
    answer_step: outcome.answerStep,
    mitigation_step: outcome.mitigationStep,
  };
  await trx
    .insertInto('letter_outcomes')
    .values({ letter_id: outcome.id, incident_number: number, ...row })
    .onConflict((conflict) => conflict.column('letter_id').doUpdateSet(row))
    .execute();
}

/**
 * Brings what became of an incident's letters up to date, and the sums with it, in the transaction of what changed.
 * Whoever calls holds the incident's lock. Work grows with the incident's own letters.
 */
export async function recountOutcomes(trx: Trx, number: number): Promise<void> {
  const before = new Map((await keptOutcomes(trx, number)).map((one) => [one.id, one]));
  const letters = await sentLetters(trx, number);
  if (letters.length === 0 && before.size === 0) return;
  const { provider } = await trx
    .selectFrom('incidents')
    .select('provider')
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  const now = outcomesOf(letters, await answersOf(trx, number)).map((one): Kept => ({ ...one, provider }));
  const changed = now.filter((one) => !sameOutcome(one, before.get(one.id)));
  const gone = [...before.values()].filter((one) => !now.some(({ id }) => id === one.id));
  const old = [...changed.flatMap(({ id }) => before.get(id) ?? []), ...gone];
  await addToSums(trx, changesOf(old, changed));
  for (const outcome of changed) await keep(trx, number, outcome);
  if (gone.length > 0)
    await trx
      .deleteFrom('letter_outcomes')
      .where(
        'letter_id',
        'in',
        gone.map(({ id }) => id),
      )
      .execute();
}

const AT_ONCE = 50;

/** Counts letters from before there were sums; any number of processes may. Returns how many incidents were counted. */
export function countBacklog(db: Db): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .selectFrom('outcome_backlog as b')
      .innerJoin('incidents as i', 'i.number', 'b.incident_number')
      .select('i.number')
      .orderBy('i.number')
      .limit(AT_ONCE)
      .forUpdate()
      .skipLocked()
      .execute();
    for (const { number } of rows) {
      await recountOutcomes(trx, number);
      await trx.deleteFrom('outcome_backlog').where('incident_number', '=', number).execute();
    }
    return rows.length;
  });
}
