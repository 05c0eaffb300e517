import { pictureType } from '../evidence/pictures/picture.ts';

/** Pictures of one mail that are shown in it, in octets; what is more is among its attachments only. */
export const MAX_PICTURES_BYTES = 8 * 1024 * 1024;
export const MAX_PICTURES = 50;

/**
 * The mail's own pictures as `data:` URLs, by Content-ID (RFC 2392); what a picture is, its octets say. The frame that shows them has no origin, so
 * a browser would ask for them without the session, and could be given none.
 */
export function ownPictures(parts: { contentId: string; content: Buffer }[]): Map<string, string> {
  const pictures = new Map<string, string>();
  for (const { contentId, content } of parts) {
    const type = pictureType(content);
    if (type && !pictures.has(contentId))
      pictures.set(contentId, `data:${type};base64,${content.toString('base64')}`);
  }
  return pictures;
}
