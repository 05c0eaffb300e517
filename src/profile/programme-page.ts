import type { MembershipListed } from './memberships.ts';
import { isInForce, PROGRAMMES, STANDINGS } from './programmes.ts';

const ABOUT = { brings: 'Brings', costs: 'Costs', asks: 'Asks', limits: 'Does not' } as const;
const BADGES = {
  member: { is: 'good', icon: 'e-good' },
  applied: { is: '', icon: 'k-note' },
  suspended: { is: 'bad', icon: 'e-bad' },
  ended: { is: '', icon: 'k-note' },
} as const;

function recordView(row: MembershipListed, today: string) {
  const isOver = row.standing === 'member' && !isInForce(row, today);
  return {
    standing: row.standing,
    since: row.since ?? '',
    expiresOn: row.expires_on ?? '',
    reference: row.reference,
    isOver,
    ...(isOver ? { is: 'bad', icon: 'e-bad' } : BADGES[row.standing]),
  };
}

/** One line for each record. */
export const recordedView = (rows: MembershipListed[], today: string) =>
  rows.map((row) => {
    const { isOver, is, icon, standing } = recordView(row, today);
    return { name: row.name, words: isOver ? 'expired' : standing, is, icon };
  });

export type MembershipAgain = { key: string; typed: Record<string, string>; errors: Record<string, string> };

/** Every programme with its facts, how we stand in it, and the form to say so. */
export function programmesView(rows: MembershipListed[], today: string, again?: MembershipAgain) {
  return {
    standings: STANDINGS,
    programmes: PROGRAMMES.map(({ key, name, whose, url = '', facts }) => {
      const row = rows.find(({ programme }) => programme === key);
      const kept = {
        standing: row?.standing ?? 'member',
        since: row?.since ?? '',
        expiresOn: row?.expires_on ?? '',
        reference: row?.reference ?? '',
      };
      const isAgain = again?.key === key;
      return {
        key,
        name,
        whose,
        url,
        facts: facts.map((fact) => ({ ...fact, about: ABOUT[fact.about] })),
        record: row ? recordView(row, today) : null,
        version: row?.version ?? 0,
        open: isAgain,
        values: isAgain ? { ...kept, ...again.typed } : kept,
        errors: isAgain ? again.errors : {},
      };
    }),
  };
}
