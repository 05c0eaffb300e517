import type { FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

/** The `Idempotency-Key` header, by which a repeated POST has one effect. */
export function apiKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Problem(
      'bad-request',
      'Idempotency-Key must be 1 to 200 printable ASCII characters without blanks.',
    );
  }
  return key;
}
