import type { FastifyReply, FastifyRequest } from 'fastify';

const COOKIE = 'dd_flash';
const MOST_LINKS = 50;

/** A part of what is said; with a number it leads to that incident. */
export type FlashPiece = { text: string; number?: number };

/**
 * One line for the next page: what was done. Plain text, escaped where it is shown. Only `#42` of the incidents that are
 * named leads there: a name that somebody gave can read the same.
 */
export function setFlash(reply: FastifyReply, words: string, incidents: number[] = []): void {
  const kept = JSON.stringify({ words: words.slice(0, 300), incidents: incidents.slice(0, MOST_LINKS) });
  reply.setCookie(COOKIE, Buffer.from(kept).toString('base64url'), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    maxAge: 60,
  });
}

function piecesOf(words: string, incidents: number[]): FlashPiece[] {
  return words.split(/(#\d{1,9}\b)/).flatMap((text): FlashPiece[] => {
    const number = incidents.find((one) => text === `#${one}`);
    if (text === '') return [];
    return [number === undefined ? { text } : { text, number }];
  });
}

export function takeFlash(request: FastifyRequest, reply: FastifyReply): FlashPiece[] {
  const kept = request.cookies[COOKIE];
  if (!kept) return [];
  reply.clearCookie(COOKIE, { path: '/' });
  try {
    const { words, incidents } = JSON.parse(Buffer.from(kept, 'base64url').toString('utf8'));
    return piecesOf(String(words).slice(0, 300), incidents.slice(0, MOST_LINKS).filter(Number.isSafeInteger));
  } catch {
    // Somebody else's cookie, or one of an earlier release: a line less.
    return [];
  }
}
