import { changesBetween } from '../audit/changes.ts';
import { note } from '../audit/note.ts';
import type { Db, Trx } from '../database/open.ts';
import type { MembershipRow, Standing } from '../database/tables.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import type { Actor } from '../web/access.ts';
import { PROGRAMMES, type Programme, programmeOf } from './programmes.ts';

export type MembershipListed = MembershipRow & { name: string };

const ORDER = PROGRAMMES.map(({ key }) => key);

/** In the order of the programmes. */
export async function listMemberships(db: Db | Trx): Promise<MembershipListed[]> {
  const rows = await db.selectFrom('memberships').selectAll().execute();
  return rows
    .map((row) => ({ ...row, name: programmeOf(row.programme)?.name ?? row.programme }))
    .sort((a, b) => ORDER.indexOf(a.programme) - ORDER.indexOf(b.programme));
}

export function getProgramme(key: string): Programme {
  const programme = programmeOf(key);
  if (!programme) throw notFound('such programme');
  return programme;
}

export type MembershipFacts = {
  standing: Standing;
  since: string | null;
  expiresOn: string | null;
  reference: string;
};

/** Records how we stand in a programme. With a version, throws `changed-meanwhile` unless it is the newest (0: none yet). */
export async function saveMembership(
  trx: Trx,
  actor: Actor,
  key: string,
  facts: MembershipFacts,
  version?: number,
): Promise<void> {
  const { key: programme } = getProgramme(key);
  if (facts.since && facts.expiresOn && facts.expiresOn < facts.since)
    throw invalid('expiresOn', 'It cannot end before it began.');
  const values = {
    standing: facts.standing,
    since: facts.since,
    expires_on: facts.expiresOn,
    reference: facts.reference,
    updated_at: new Date(),
    updated_by_name: actor.name,
  };
  const saved = await trx
    .insertInto('memberships')
    .values({ programme, ...values })
    .onConflict((conflict) => {
      const update = conflict
        .column('programme')
        .doUpdateSet((eb) => ({ ...values, version: eb('memberships.version', '+', 1) }));
      return version === undefined ? update : update.where('memberships.version', '=', version);
    })
    .returning('version')
    .executeTakeFirst();
  // Nothing was saved, or a record that somebody saw had been taken away.
  if (!saved || (version !== undefined && version > 0 && saved.version === 1))
    throw new Problem('changed-meanwhile', 'Somebody changed this meanwhile. Look at it, then save again.');
  await note(trx, actor, 'programme-changed', {
    subject: programme,
    detail: { changes: changesBetween({}, facts) },
  });
}

/** Forgets what was recorded, as by mistake; a membership that is over is rather recorded as ended. */
export async function removeMembership(trx: Trx, key: string, by: Actor): Promise<void> {
  const removed = await trx.deleteFrom('memberships').where('programme', '=', key).executeTakeFirst();
  if (removed.numDeletedRows === 0n) throw notFound('record of this programme');
  await note(trx, by, 'programme-changed', {
    subject: key,
    detail: { changes: [{ what: 'record', from: 'kept', to: '' }] },
  });
}
