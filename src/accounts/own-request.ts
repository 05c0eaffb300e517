import type { FastifyRequest } from 'fastify';
import type { Trx } from '../database/open.ts';
import { invalid } from '../problem.ts';
import { viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { sessionHashOf } from '../web/identify.ts';
import { tellOfSafety } from './alerts/tell.ts';
import type { SafetyEvent } from './alerts/words.ts';
import { checkPassword } from './password.ts';
import { browserWords } from './sessions/browser.ts';
import { endSessions } from './sessions/store.ts';
import { limitTries } from './tries.ts';

/** For so long after signing in, a person need not enter their password again to add a factor. */
const FRESH_MS = 15 * 60_000;

export const clientOf = (request: FastifyRequest) => ({
  address: request.ip,
  browser: browserWords(request.headers['user-agent'] ?? ''),
});

/** Whether the person signed in a short while ago. */
export async function isFresh(request: FastifyRequest): Promise<boolean> {
  const own = sessionHashOf(request);
  if (!own) return false;
  const row = await request.server.desk.db
    .selectFrom('sessions')
    .select('created_at')
    .where('token_hash', '=', own)
    .executeTakeFirst();
  return row !== undefined && Date.now() - row.created_at.getTime() < FRESH_MS;
}

/**
 * Whether who sits there knows the password of the account; who has none, since a provider signs them in, has just signed
 * in. Failures count like those of signing in. Throws `invalid` on `current`.
 */
export async function provePassword(request: FastifyRequest, current: string | undefined): Promise<void> {
  const { db } = request.server.desk;
  const user = await db
    .selectFrom('users')
    .select(['email', 'password_hash', 'has_password'])
    .where('id', '=', viewerOf(request).userId ?? 0)
    .executeTakeFirst();
  if (user && !user.has_password) {
    if (await isFresh(request)) return;
    throw invalid(
      'current',
      'Your account has no password. Sign in once more, then do this within 15 minutes.',
    );
  }
  if (!current) throw invalid('current', 'Needed: your present password.');
  const trier = { email: user?.email.toLowerCase() ?? '', address: request.ip };
  const right = await limitTries(
    db,
    trier,
    async () => (await checkPassword(user?.password_hash, current)) || undefined,
  );
  if (!right) throw invalid('current', 'This is not your present password.');
}

/**
 * A change to how a person signs in: made, told to them by mail, and their other sessions ended, all or nothing, and once
 * for each form that was served. `change` answers what to tell, null for nothing. Undefined: this form was sent before.
 */
export async function changeSafely<T>(
  request: FastifyRequest,
  once: { what: string; input?: unknown },
  change: (trx: Trx, userId: number) => Promise<{ event: SafetyEvent | null; result: T }>,
): Promise<T | undefined> {
  const { desk } = request.server;
  const userId = viewerOf(request).userId ?? 0;
  let made: T | undefined;
  // Neither passwords nor codes are in what is kept of the form.
  await formOnce(desk.db, request, { what: once.what, input: once.input ?? null }, async (trx) => {
    const { event, result } = await change(trx, userId);
    if (event) await tellOfSafety(trx, desk, userId, event, clientOf(request));
    await endSessions(trx, userId, sessionHashOf(request));
    made = result;
  });
  return made;
}
