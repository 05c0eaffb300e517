import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIE = 'dd_flash';

/** One line for the next page: what was done. Plain text, escaped where it is shown. */
export function setFlash(reply: FastifyReply, words: string): void {
  reply.setCookie(COOKIE, Buffer.from(words.slice(0, 300)).toString('base64url'), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    maxAge: 60,
  });
}

export function takeFlash(request: FastifyRequest, reply: FastifyReply): string {
  const kept = request.cookies[COOKIE];
  if (!kept) return '';
  reply.clearCookie(COOKIE, { path: '/' });
  return Buffer.from(kept, 'base64url').toString('utf8').slice(0, 300);
}
