import type { Db, Trx } from '../../database/open.ts';
import { stateWords } from '../incidents.ts';
import type { Asked } from './action.ts';

const nameOf = async (db: Db | Trx, id: number): Promise<string> =>
  (await db.selectFrom('users').select('name').where('id', '=', id).executeTakeFirst())?.name ?? 'nobody';

/** What was done, for the line that tells of it: `Given to Mara Lindqvist`. */
export async function wordsOf(db: Db | Trx, asked: Asked): Promise<string> {
  switch (asked.action) {
    case 'assign':
      return asked.assigneeId === null
        ? 'Owned by nobody now'
        : `Given to ${await nameOf(db, asked.assigneeId)}`;
    case 'tag':
      return `Tagged ${asked.tags.join(', ')}`;
    case 'untag':
      return `No longer tagged ${asked.tags.join(', ')}`;
    case 'severity':
      return `Severity ${asked.severity}`;
    case 'state':
      return `State set to ${stateWords(asked.state)}`;
    case 'watch':
      return `Watched by ${await nameOf(db, asked.userId)}`;
    case 'unwatch':
      return `No longer watched by ${await nameOf(db, asked.userId)}`;
    case 'put-off':
      return 'Next step put off';
  }
}
