/** Colour and mark of what a provider said, by verdict. */
export const VERDICT_BADGES: Record<string, { is: string; icon: string }> = {
  acknowledged: { is: '', icon: '' },
  denied: { is: 'bad', icon: 'e-bad' },
  mitigated: { is: 'said', icon: 's-mitigated' },
  'conditionally-mitigated': { is: 'said', icon: 's-mitigated' },
  'not-blocked': { is: 'warn', icon: 'e-warn' },
  'needs-information': { is: 'warn', icon: 'e-warn' },
  'refused-to-explain': { is: '', icon: '' },
  closed: { is: '', icon: '' },
  other: { is: '', icon: '' },
};

/** What is not proven to be from them moved nothing, and looks like nothing. */
export const verdictBadge = ({ verdict, applied }: { verdict: string | null; applied?: boolean }) =>
  (applied === false ? undefined : VERDICT_BADGES[verdict ?? '']) ?? { is: '', icon: '' };
