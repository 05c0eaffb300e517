import { ofOperator } from '../providers/list-looks.ts';
import type { Provider } from '../providers/schema.ts';
import type { Material } from './material.ts';

const DAY = 86_400_000;

type Cited = Pick<Material, 'cited' | 'upstream' | 'listRows' | 'row'>;

/** Whether the list that the refusal rests on still has the address; null: it rests on none. */
export function upstreamOf(
  { cited, upstream, listRows, row }: Cited,
  owner: Provider | undefined,
  now: Date,
): 'listed' | 'clear' | 'unknown' | null {
  if (row.reason !== 'listed-on-third-party-list' || cited === null || cited.owner === row.provider)
    return null;
  if (cited.owner === null && cited.name === null) return null;
  const rows = owner ? ofOperator(owner, listRows) : [];
  if (rows.some(({ listed }) => listed)) return 'listed';
  const fresh = rows.filter(({ seenAt }) => now.getTime() - seenAt.getTime() < DAY);
  if (fresh.length > 0 && fresh.length === rows.length) return 'clear';
  if (upstream) return upstream.state === 'recovered' || upstream.state === 'closed' ? 'clear' : 'listed';
  return 'unknown';
}
