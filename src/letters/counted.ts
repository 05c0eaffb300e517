import type { FormField } from '../providers/schema.ts';

const WAYS: Record<NonNullable<FormField['counts']>, (text: string) => number> = {
  characters: (text) => text.length,
  'line-ends-twice': (text) => text.replaceAll('\n', '\r\n').length,
  octets: (text) => Buffer.byteLength(text.replaceAll('\n', '\r\n')),
};

/** A text's length as the form counts it. */
export const counted = (text: string, field: Pick<FormField, 'counts'>): number =>
  WAYS[field.counts ?? 'characters'](text);
