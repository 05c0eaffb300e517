import { sql } from 'kysely';
import type { Db } from '../database/open.ts';
import type { Verdict } from '../providers/schema.ts';

/** Answers of a provider, and how many of the machine's verdicts people corrected. */
export type ReadAnswers = { provider: string; answers: number; corrected: number };
/** What a verdict was read as, and what a person made of it. */
export type Correction = { readAs: Verdict; is: Verdict; times: number };

const incoming = (db: Db, since: Date) =>
  db
    .selectFrom('messages as m')
    .innerJoin('incidents as i', 'i.number', 'm.incident_number')
    .where('m.direction', '=', 'in')
    .where('m.machine_verdict', 'is not', null)
    .where('m.at', '>=', since);

const isCorrected = sql<boolean>`m.verdict <> m.machine_verdict`;

/** How well answers are read here: by provider, those with most corrections first. */
export const readByProvider = (db: Db, since: Date): Promise<ReadAnswers[]> =>
  incoming(db, since)
    .select((eb) => [
      'i.provider',
      eb.fn.countAll<number>().as('answers'),
      sql<number>`count(*) filter (where ${isCorrected})`.as('corrected'),
    ])
    .groupBy('i.provider')
    .orderBy('corrected', 'desc')
    .orderBy('answers', 'desc')
    .orderBy('i.provider')
    .execute();

/** Which verdicts people corrected, the most frequent first. */
export const corrections = (db: Db, since: Date): Promise<Correction[]> =>
  incoming(db, since)
    .where(isCorrected)
    .select((eb) => [
      sql<Verdict>`m.machine_verdict`.as('readAs'),
      sql<Verdict>`m.verdict`.as('is'),
      eb.fn.countAll<number>().as('times'),
    ])
    .groupBy(['m.machine_verdict', 'm.verdict'])
    .orderBy('times', 'desc')
    .orderBy('readAs')
    .orderBy('is')
    .execute();
