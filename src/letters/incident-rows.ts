import { NO_ANSWERS } from '../correspondence/verdicts.ts';
import type { Db, Trx } from '../database/open.ts';

/** What of an incident a letter rests on, as it is in the database: each function is one query. */

/** Of an incident with more, the newest. */
const MOST_REJECTIONS = 500;

/** Its addresses, in order. */
export const readAddresses = (db: Db | Trx, number: number) =>
  db
    .selectFrom('incident_addresses as ia')
    .innerJoin('addresses as a', 'a.id', 'ia.address_id')
    .select([
      'a.network',
      'a.hostname',
      'a.label',
      'a.purpose',
      'a.in_use_since',
      'a.jmrp_since',
      'a.snds_since',
    ])
    .where('ia.incident_number', '=', number)
    .orderBy('a.network')
    .execute();

/** Its rejections, the one recorded last first. */
export const readRejections = (db: Db | Trx, number: number) =>
  db
    .selectFrom('rejections')
    .select([
      'occurred_at',
      'occurred_at_guessed',
      'recorded_at',
      'recipient',
      'recipient_domain',
      'text',
      'reply_code',
      'enhanced_code',
      'block_code',
      'temporary',
      'rule',
      'list_name',
      'list_owner',
    ])
    .where('incident_number', '=', number)
    .orderBy('id', 'desc')
    .limit(MOST_REJECTIONS)
    .execute();

/** The ticket to write in: the newest that is open, else the newest. */
export const newestTicket = (db: Db | Trx, number: number) =>
  db
    .selectFrom('tickets')
    .select('reference')
    .where('incident_number', '=', number)
    .orderBy('state', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

/** The newest answer that counts and says something. What nobody has proven is in no letter. */
export const newestAnswer = (db: Db | Trx, number: number) =>
  db
    .selectFrom('messages')
    .select(['at', 'verdict', 'quote', 'text'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('applied', '=', true)
    .where('verdict', 'not in', NO_ANSWERS)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
