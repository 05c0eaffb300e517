import { Type } from '../json-schema.ts';

/** The small parts that all data files of the catalogue are made of. */
export const closed = { additionalProperties: false } as const;
export const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60 });
export const Words = Type.String({ minLength: 1, maxLength: 2000 });
export const Url = Type.String({ pattern: '^https?://', maxLength: 500 });
export const Source = Type.String({
  minLength: 1,
  maxLength: 300,
  description: 'where the fact comes from',
});
export const Verified = Type.Boolean({ description: 'false: one weak source only; shown as unverified' });
