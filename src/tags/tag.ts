import { SmallId, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';

/** Characters that a tag's name takes at most. */
export const TAG_MAX = 40;
/** Tags that one incident takes at most. */
export const TAGS_PER_INCIDENT = 30;
/** What one field of tags takes at most, in characters. */
export const TAGS_FIELD_MAX = 600;

/** `:tag` of a route: its id. */
export const TagParams = Type.Object({ tag: SmallId });

const SHAPE = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._:/+&@'’-]*$/u;

/**
 * A tag's name as it is kept: compatibility forms folded (NFKC), small letters, blanks as hyphens, without a leading
 * `#`. Throws `invalid` on `field` for what is no name.
 */
export function tagName(text: string, field = 'tags'): string {
  const name = text
    .slice(0, 400)
    .normalize('NFKC')
    .toLowerCase()
    .trim()
    .replace(/^#/, '')
    .replace(/\s+/g, '-');
  if (!name) throw invalid(field, 'Name a tag.');
  if ([...name].length > TAG_MAX) throw invalid(field, `A tag takes ${TAG_MAX} characters.`);
  if (!SHAPE.test(name))
    throw invalid(
      field,
      `“${name}” is no tag: letters, digits and . _ : / + & @ - are, a letter or digit first.`,
    );
  return name;
}

/** The list of the incidents that have a tag. */
export const tagHref = (name: string) => `/incidents?tag=${encodeURIComponent(name)}`;

/** Tags as links, as many as there is room for, and how many that leaves. */
export const shownTags = (names: string[], room = Number.POSITIVE_INFINITY) => ({
  tags: names.slice(0, room).map((name) => ({ name, href: tagHref(name) })),
  moreTags: Math.max(0, names.length - room),
});

/** Distinct names out of a list with commas, in its order. */
export const tagNames = (text: string, field = 'tags'): string[] => [
  ...new Set(
    text
      .split(/[,\n]/)
      .map((one) => one.trim())
      .filter(Boolean)
      .map((one) => tagName(one, field)),
  ),
];
