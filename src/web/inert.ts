import type { FastifyReply } from 'fastify';

/** A file name for a download header: any name is carried, none can break out of it (RFC 6266, RFC 8187). */
function dispositionOf(fileName: string): string {
  const plain = fileName.replace(/[^\x20-\x7e]|["\\%/:*?<>|]/g, '_').slice(0, 100) || 'attachment';
  const encoded = encodeURIComponent(fileName.slice(0, 200)).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Sends bytes that came from outside so that no browser runs them. */
export function sendInert(reply: FastifyReply, fileName: string, bytes: Buffer): FastifyReply {
  return reply
    .header('content-disposition', dispositionOf(fileName))
    .header('content-security-policy', "sandbox; default-src 'none'")
    .header('x-content-type-options', 'nosniff')
    .type('application/octet-stream')
    .send(bytes);
}
