import type { Trx } from '../../database/open.ts';
import { invalid } from '../../problem.ts';
import { append } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';
import { linkIncidents, lockIncident } from '../store.ts';
import { isSaid, type SaidKind } from './kinds.ts';

/** Both incidents, locked in the one order that everybody takes. */
async function lockTwo(trx: Trx, one: number, other: number): Promise<void> {
  if (one === other) throw invalid('number', 'An incident cannot be linked to itself.');
  for (const number of [one, other].sort((a, b) => a - b)) await lockIncident(trx, number);
}

/**
 * A person says what one incident is to another; this takes the place of what was found or said of the two before.
 * Both timelines tell of it. Throws `invalid` on `number`.
 */
export async function sayLink(
  trx: Trx,
  actor: Actor,
  number: number,
  { other, kind }: { other: number; kind: SaidKind },
): Promise<void> {
  const known = await trx
    .selectFrom('incidents')
    .select('number')
    .where('number', '=', other)
    .executeTakeFirst();
  if (!known) throw invalid('number', `There is no incident #${other}.`);
  await lockTwo(trx, number, other);
  await trx
    .deleteFrom('incident_links')
    .where('incident_number', '=', Math.max(number, other))
    .where('linked_number', '=', Math.min(number, other))
    .where((eb) => eb.or([eb('kind', '!=', kind), eb('from_older', '!=', number < other)]))
    .execute();
  await linkIncidents(trx, actor, number, other, kind);
}

/** Takes back what a person said of two incidents. Throws `invalid` where nobody did. */
export async function unlink(trx: Trx, actor: Actor, number: number, other: number): Promise<void> {
  await lockTwo(trx, number, other);
  const gone = await trx
    .deleteFrom('incident_links')
    .where('incident_number', '=', Math.max(number, other))
    .where('linked_number', '=', Math.min(number, other))
    .where('kind', 'not in', ['same-address', 'same-provider'])
    .returning(['kind', 'from_older'])
    .executeTakeFirst();
  if (!gone || !isSaid(gone.kind)) throw invalid('number', `Nobody linked #${other} by hand.`);
  const rows = await trx
    .selectFrom('incidents')
    .select(['number', 'title'])
    .where('number', 'in', [number, other])
    .execute();
  const titles = new Map(rows.map((row) => [row.number, row.title]));
  for (const [at, to] of [
    [number, other],
    [other, number],
  ] as const)
    await append(trx, {
      incident: at,
      kind: 'incident-unlinked',
      actor,
      detail: {
        number: to,
        title: titles.get(to) ?? '',
        kind: gone.kind,
        reads: at < to === gone.from_older,
      },
    });
}
