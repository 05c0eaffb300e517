/** How a picture of each kind begins, in octets; 0x100 stands for any. SVG is a program, so it is none of them. */
const BEGINNINGS = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/gif': [0x47, 0x49, 0x46, 0x38, 0x100, 0x61],
  'image/webp': [0x52, 0x49, 0x46, 0x46, 0x100, 0x100, 0x100, 0x100, 0x57, 0x45, 0x42, 0x50],
} as const;
export type PictureType = keyof typeof BEGINNINGS;

/** What kind of picture these octets are, by their beginning and never by what the mail says; null: none that is shown. */
export function pictureType(octets: Uint8Array): PictureType | null {
  const fits = ([, beginning]: [string, readonly number[]]) =>
    octets.length > beginning.length &&
    beginning.every((octet, at) => octet === 0x100 || octets[at] === octet);
  return (Object.entries(BEGINNINGS).find(fits)?.[0] as PictureType | undefined) ?? null;
}

/** Pictures of one mail that are shown in it, in octets; what is more is among its attachments only. */
export const MAX_PICTURES_BYTES = 8 * 1024 * 1024;
export const MAX_PICTURES = 50;

/**
 * The mail's own pictures as `data:` URLs, by Content-ID (RFC 2392). The frame that shows them has no origin, so
 * a browser would ask for them without the session, and could be given none.
 */
export function ownPictures(parts: { contentId: string; content: Uint8Array }[]): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const { contentId, content } of parts) {
    const type = pictureType(content);
    if (type && !pictures.has(contentId))
      pictures.set(contentId, `data:${type};base64,${Buffer.from(content).toString('base64')}`);
  }
  return pictures;
}
