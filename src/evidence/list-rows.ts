import type { ListRow } from '../providers/list-looks.ts';
import { wasAsked } from './lists/row.ts';
import type { Snapshot } from './snapshots.ts';

/** What snapshots of public lists say, zone by zone. There is no row of a zone that was not asked, or said nothing. */
export const listRowsOf = (snapshots: Pick<Snapshot, 'kind' | 'facts' | 'last_seen_at'>[]): ListRow[] =>
  snapshots
    .filter(({ kind }) => kind === 'public-lists')
    .flatMap(({ facts, last_seen_at: seenAt }) =>
      facts
        .filter((fact) => fact.outcome !== 'unknown' && wasAsked(fact))
        .map(({ key, words }) => ({ zone: key, listed: words.startsWith('listed'), words, seenAt })),
    );
