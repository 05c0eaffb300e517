/** What somebody answered to the same claim or finding in another letter of the incident: offered, never taken over. */
export type EarlierAnswer = {
  kind: string;
  key: string;
  letter_id: number;
  reason: string;
  by_name: string;
  at: Date;
};

export const earlierAnswer = (
  all: EarlierAnswer[],
  kind: 'claim' | 'finding',
  key: string,
  incident: number,
) => {
  const found = all.find((one) => one.kind === kind && one.key === key);
  return found
    ? {
        reason: found.reason,
        by: found.by_name,
        at: found.at,
        href: `/incidents/${incident}/letters/${found.letter_id}`,
      }
    : null;
};
