import { sql } from 'kysely';
import type { Db } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { kindTitles } from '../../evidence/kind-titles.ts';
import { type Subject, snapshotsAt } from '../../evidence/snapshots.ts';
import { type Claim, claimText } from '../../letters/claims/claims.ts';
import { readCauses } from '../../next-step/cause-store.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { tagsOf } from '../../tags/store.ts';
import { addressesOf, getIncident } from '../store.ts';
import { evidenceMoment, type Side } from './rows.ts';

const MOST = 50;
const LOOKED_BACK = 5;

export type Before = { number: number; title: string; provider: string; openedAt: Date };

/** Earlier incidents of an incident's addresses, those of its provider first, then the newest; at most five. */
export async function blockedBefore(
  db: Db,
  { number, provider }: Pick<IncidentRow, 'number' | 'provider'>,
): Promise<Before[]> {
  const { rows } = await sql<Before>`
    select i.number, i.title, i.provider, i.opened_at as "openedAt"
    from (select distinct back.incident_number as number
      from incident_addresses ia
      cross join lateral (
        select ob.incident_number from incident_addresses ob
        where ob.address_id = ia.address_id and ob.incident_number < ${number}
        order by ob.incident_number desc limit ${LOOKED_BACK}::integer) back
      where ia.incident_number = ${number}) as earlier
    join incidents i on i.number = earlier.number
    order by i.provider = ${provider} desc, i.number desc limit ${LOOKED_BACK}::integer`.execute(db);
  return rows;
}

const lettersOf = (db: Db, number: number) =>
  db
    .selectFrom('letters as l')
    .leftJoin('letter_outcomes as o', 'o.letter_id', 'l.id')
    .select(['l.round', 'l.channel', 'l.sent_at', 'l.claims', 'o.verdict'])
    .where('l.incident_number', '=', number)
    .where('l.state', '=', 'sent')
    .orderBy('l.sent_at')
    .orderBy('l.id')
    .limit(MOST)
    .execute();

const answersOf = (db: Db, number: number) =>
  db
    .selectFrom('messages')
    .select(['at', 'verdict'])
    .where('incident_number', '=', number)
    .where('direction', '=', 'in')
    .where('verdict', 'is not', null)
    .where('verdict', '!=', 'other')
    .where('applied', '=', true)
    .orderBy('at')
    .orderBy('id')
    .limit(MOST)
    .execute();

const OUTCOMES = { good: 'good', bad: 'bad', note: 'noted', unknown: 'unknown' } as const;

/** What was known of the first address when help was asked for, by the title of its kind. */
async function evidenceOf(db: Db, row: IncidentRow, address: string | undefined, now: Date) {
  // A range has no evidence of its own.
  if (address === undefined || address.includes('/')) return new Map<string, string>();
  const [titles, snapshots] = await Promise.all([
    kindTitles(),
    snapshotsAt(db, { address } satisfies Subject, evidenceMoment(row, now)),
  ]);
  return new Map(
    snapshots
      .filter(({ outcome }) => outcome !== 'note')
      .map((one) => [titles.get(one.kind) ?? one.kind, `${OUTCOMES[one.outcome]}: ${one.summary}`]),
  );
}

/** One side of a comparison, in a fixed number of queries. Throws `not-found`. */
export async function readSide(db: Db, catalogue: Catalogue, number: number, now: Date): Promise<Side> {
  const row = await getIncident(db, number);
  const addresses = (await addressesOf(db, [number])).get(number) ?? [];
  const [tags, causes, letters, answers, evidence] = await Promise.all([
    tagsOf(db, [number]),
    readCauses(db, [number]),
    lettersOf(db, number),
    answersOf(db, number),
    evidenceOf(db, row, addresses[0], now),
  ]);
  const worked = letters.findLast(
    ({ verdict }) => verdict === 'mitigated' || verdict === 'conditionally-mitigated',
  );
  return {
    row,
    provider: catalogue.byKey.get(row.provider)?.name ?? row.provider,
    addresses,
    tags: tags.get(number) ?? [],
    cause: causes.get(number) ?? null,
    letters: letters.map(({ round, channel, sent_at, claims }) => ({
      round,
      channel: channel ?? 'other',
      at: sent_at ?? row.opened_at,
      claims: (claims as Claim[]).filter((claim) => claim.stated === 'fact').map(({ key }) => claimText(key)),
    })),
    answers: answers.map(({ at, verdict }) => ({ at, verdict: verdict ?? 'other' })),
    evidence,
    worked: worked ? { round: worked.round, channel: worked.channel ?? 'other' } : null,
  };
}
