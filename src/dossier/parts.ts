/** What can be left out of a dossier on paper; what it is about always stands at its head. */
export const PARTS = {
  letters: 'Letters with their claims',
  correspondence: 'Correspondence',
  evidence: 'Evidence',
  rejections: 'Rejections',
  timeline: 'Timeline',
} as const;

export type Part = keyof typeof PARTS;
export const PART_NAMES = Object.keys(PARTS) as Part[];
