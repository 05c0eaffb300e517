/** Tag lists of DKIM keys and DMARC records (RFC 6376 § 3.2): `v=DMARC1; p=none`. */
export type TagList = {
  tags: Map<string, string>;
  /** The names in their order. */
  order: string[];
  /** What is wrong with it, each for people. */
  errors: string[];
};

const NAME = /^[a-z][a-z0-9_]*$/i;
const MAX_TAGS = 100;

export function readTags(text: string): TagList {
  const tags = new Map<string, string>();
  const errors: string[] = [];
  const parts = text.split(';');
  // The last semicolon may be left out or be followed by nothing.
  const last = (parts.at(-1) ?? '').trim() === '' ? parts.length - 1 : parts.length;
  for (const part of parts.slice(0, Math.min(last, MAX_TAGS))) {
    const end = part.indexOf('=');
    const name = (end < 0 ? part : part.slice(0, end)).trim();
    if (part.trim() === '') errors.push('two semicolons with nothing between them');
    else if (end < 0) errors.push(`“${name}” has no value`);
    else if (!NAME.test(name)) errors.push(`“${name}” is not the name of a tag`);
    else if (tags.has(name)) errors.push(`the tag ${name} stands there twice`);
    else tags.set(name, part.slice(end + 1).trim());
  }
  if (last > MAX_TAGS) errors.push(`more than ${MAX_TAGS} tags`);
  return { tags, order: [...tags.keys()], errors };
}

/** `email:*` → its parts, in small letters. */
export const parts = (value: string): string[] =>
  value
    .split(':')
    .map((part) => part.trim().toLowerCase())
    .filter(Boolean);
