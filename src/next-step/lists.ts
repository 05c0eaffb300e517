import { ofOperator } from '../providers/list-looks.ts';
import type { Provider } from '../providers/schema.ts';
import type { Material } from './material.ts';

const DAY = 86_400_000;

type Cited = Pick<Material, 'cited' | 'upstream' | 'listRows' | 'row'>;

const rowsOf = ({ listRows }: Pick<Material, 'listRows'>, owner: Provider | undefined) =>
  owner ? ofOperator(owner, listRows) : [];

/** Whether mail was refused after the newest look at the cited list; without a look it was not. */
export function isRefusedSinceLook(material: Cited, owner: Provider | undefined): boolean {
  const { last_rejection_at: refused } = material.row;
  const rows = rowsOf(material, owner);
  return rows.length > 0 && refused !== null && rows.every(({ seenAt }) => seenAt < refused);
}

/** Whether the list that the refusal rests on still has the address; null: it rests on none. */
export function upstreamOf(
  material: Cited,
  owner: Provider | undefined,
  now: Date,
): 'listed' | 'clear' | 'unknown' | null {
  const { cited, upstream, row } = material;
  if (row.reason !== 'listed-on-third-party-list' || cited === null || cited.owner === row.provider)
    return null;
  if (cited.owner === null && cited.name === null) return null;
  const rows = rowsOf(material, owner);
  if (rows.some(({ listed }) => listed)) return 'listed';
  const fresh = rows.filter(({ seenAt }) => now.getTime() - seenAt.getTime() < DAY);
  if (fresh.length > 0 && fresh.length === rows.length) return 'clear';
  if (upstream) return upstream.state === 'recovered' || upstream.state === 'closed' ? 'clear' : 'listed';
  return 'unknown';
}
