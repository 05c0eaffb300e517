import type { Db } from '../database/open.ts';

/** In a choice of people, so many at most. */
const MOST = 500;

/** Whom an incident can be given to, by name; `incident`: and who has it now, who may have left. */
export const listAssignees = (db: Db, incident?: number): Promise<{ id: number; name: string }[]> =>
  db
    .selectFrom('users')
    .select(['id', 'name'])
    .where((eb) => {
      const isHere = eb('disabled_at', 'is', null);
      if (incident === undefined) return isHere;
      const owner = eb.selectFrom('incidents').select('assignee_id').where('number', '=', incident);
      return eb.or([isHere, eb('id', '=', owner)]);
    })
    .orderBy('name')
    .limit(MOST)
    .execute();
