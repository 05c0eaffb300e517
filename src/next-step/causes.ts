import causeData from './causes.json' with { type: 'json' };

/** Classes of what caused a block, as somebody found it. */
export const CAUSE_CLASSES = [
  'compromised-account',
  'complaint-spike',
  'list-quality',
  'misconfiguration',
  'neighbours',
  'new-address',
  'previous-owner',
  'dynamic-address',
  'listing-error',
  'provider-outage',
  'not-found',
] as const;
export type CauseClass = (typeof CAUSE_CLASSES)[number];

export type CauseKind = { key: CauseClass; words: string; ours: boolean; hint: string };
export const CAUSES = causeData as CauseKind[];
const BY_KEY = new Map(CAUSES.map((cause) => [cause.key, cause]));
export const causeWords = (key: CauseClass | null): string =>
  (key === null ? undefined : BY_KEY.get(key))?.words ?? '';
/** Ours to mend, before anybody is asked. */
export const isOurs = (key: CauseClass | null): boolean =>
  (key === null ? undefined : BY_KEY.get(key))?.ours === true;

/** What somebody found to be the cause, and what was done about it. */
export type Cause = {
  class: CauseClass;
  found: string;
  fixed: string;
  foundAt: Date;
  fixedAt: Date | null;
};
type Finding = { claim: string; result: 'supports' | 'contradicts'; words: string; at: Date };

/** What a cause says of letters’ claims. A letter tells of a fix only when one is recorded. */
export function claimsOfCause(cause: Cause): Finding[] {
  const { class: kind, found, fixed, foundAt, fixedAt } = cause;
  const findings: Finding[] = [];
  if (kind === 'not-found')
    findings.push({ claim: 'no-compromise-found', result: 'supports', words: found, at: foundAt });
  // Once it is closed, a letter tells of that one; whether there is another is for whoever looked.
  if (kind === 'compromised-account' && !fixedAt)
    findings.push({ claim: 'no-compromise-found', result: 'contradicts', words: found, at: foundAt });
  if (kind === 'previous-owner')
    findings.push({ claim: 'previous-owner', result: 'supports', words: found, at: foundAt });
  if (fixedAt) {
    if (kind === 'compromised-account')
      findings.push({ claim: 'compromise-fixed', result: 'supports', words: found, at: fixedAt });
    if (kind === 'list-quality')
      findings.push({ claim: 'list-cleaned', result: 'supports', words: fixed, at: fixedAt });
    findings.push({ claim: 'fix-date', result: 'supports', words: fixed, at: fixedAt });
  }
  return findings;
}
