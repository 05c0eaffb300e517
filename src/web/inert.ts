import type { FastifyReply } from 'fastify';
import type { PictureType } from '../database/tables.ts';

/** Signs that turn the direction or take no room: `photo_gpj.exe` can read as a picture's name by one of them. */
const DECEIVING = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** A file name for a download header: any name is carried, none can break out of it (RFC 6266, RFC 8187). */
function dispositionOf(name: string): string {
  const fileName = name.replace(DECEIVING, '_');
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%/:*?<>|]/g, '_').slice(0, 100) || 'attachment';
  const encoded = encodeURIComponent(fileName.slice(0, 200).toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/**
 * Sends bytes that came from outside so that no browser runs them. A picture names its own type, one that was told
 * by its octets, so that a page of ours can show it; opened by itself it is a download like all others.
 */
export function sendInert(
  reply: FastifyReply,
  fileName: string,
  bytes: Buffer,
  type: PictureType | 'application/octet-stream' = 'application/octet-stream',
): FastifyReply {
  return reply
    .header('content-disposition', dispositionOf(fileName))
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .type(type)
    .send(bytes);
}
