import { createHash } from 'node:crypto';
import type { PictureType } from '../../database/tables.ts';
import { invalid } from '../../problem.ts';

/** A screenshot as it came: its name is a stranger's words. */
export type Upload = { name: string; bytes: Buffer };
export type Picture = Upload & { type: PictureType };

export const MOST_PICTURES = 4;
export const MOST_PICTURE_BYTES = 5 * 1024 * 1024;

const starts = (bytes: Buffer, at: number, text: string) =>
  bytes.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));

/** By its first octets, whatever its name says: PNG (RFC 2083 § 3.1), JPEG, GIF 87a and 89a, WebP (RFC 9649 § 2.4). */
export function pictureType(bytes: Buffer): PictureType | undefined {
  if (starts(bytes, 0, '\x89PNG\r\n\x1a\n')) return 'image/png';
  if (starts(bytes, 0, '\xff\xd8\xff')) return 'image/jpeg';
  if (starts(bytes, 0, 'GIF87a') || starts(bytes, 0, 'GIF89a')) return 'image/gif';
  if (starts(bytes, 0, 'RIFF') && starts(bytes, 8, 'WEBP')) return 'image/webp';
  return undefined;
}

const shown = (name: string) => (name ? `“${name.slice(0, 80)}”` : 'A file');

/** Screenshots that may be kept. Throws `invalid` for what is none, too large or too many. */
export function picturesFrom(field: string, uploads: Upload[]): Picture[] {
  if (uploads.length > MOST_PICTURES)
    throw invalid(field, `At most ${MOST_PICTURES} screenshots; these are ${uploads.length}.`);
  return uploads.map(({ name, bytes }) => {
    if (bytes.length > MOST_PICTURE_BYTES)
      throw invalid(field, `${shown(name)} is larger than 5 MB. Cut the screenshot down to what matters.`);
    const type = pictureType(bytes);
    if (!type)
      throw invalid(field, `${shown(name)} is no PNG, JPEG, WebP or GIF picture, whatever its name says.`);
    return { name: name.replaceAll('\0', '').slice(0, 200), bytes, type };
  });
}

/** What tells an upload from another, for a form that may be sent twice. */
export const digestOf = ({ bytes }: Upload): string => createHash('sha256').update(bytes).digest('hex');
