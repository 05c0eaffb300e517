import type { Db, Trx } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import { playbookFor } from '../../providers/cases.ts';
import { ruleIdOf } from '../../providers/playbook.ts';
import type { Provider } from '../../providers/schema.ts';
import { isLifted } from '../state.ts';
import { tellingRejections } from '../telling-rejections.ts';

const HOUR = 3_600_000;

/**
 * From when refusals are a relapse; null: the block stands. Mail that was seen to flow is refused anew at once; what a
 * provider says that it lifted takes the time that its playbook names until it holds everywhere, in which refusals are to
 * be expected.
 */
export async function holdsFrom(
  db: Db | Trx,
  row: Pick<IncidentRow, 'number' | 'provider' | 'state' | 'mitigated_at' | 'recovered_at'>,
  provider: Partial<Pick<Provider, 'timing' | 'cases'>>,
): Promise<Date | null> {
  const { number, mitigated_at: lifted, recovered_at: flowed } = row;
  if (!isLifted(row.state)) return null;
  if (flowed || !lifted) return flowed;
  const telling = (await tellingRejections(db, [number])).get(number);
  const hours = playbookFor(provider, ruleIdOf(telling?.rule, row.provider)).timing?.effectiveWithin ?? 0;
  return new Date(lifted.getTime() + hours * HOUR);
}
