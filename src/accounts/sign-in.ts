import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { Problem } from '../problem.ts';
import { SESSION_COOKIE, viewerBySession } from '../web/identify.ts';
import { localPath, withNext } from '../web/links.ts';
import { readCarried, shownFields } from '../web/resume.ts';
import { noteClient } from './alerts/known-clients.ts';
import { tellOfSafety } from './alerts/tell.ts';
import { relyingParty } from './passkeys/relying-party.ts';
import { beginPending, PENDING_MS } from './second-factor/pending.ts';
import { factorsOf, hasSecondFactor } from './second-factor/store.ts';
import { closeSession, openSession } from './session.ts';
import { browserWords } from './sessions/browser.ts';
import { forgetFailures } from './tries.ts';

/**
 * How somebody has proven who they are. A passkey is something that they have and a finger or PIN beside it, so that it
 * stands alone; so do `second-factor`, after a first one, the link that makes an account, and a provider of
 * which an administrator says that it asks for a second factor itself.
 */
type Proof = 'password' | 'oidc' | 'oidc-alone' | 'passkey' | 'second-factor' | 'set-up';
const STANDS_ALONE: ReadonlySet<Proof> = new Set(['oidc-alone', 'passkey', 'second-factor', 'set-up']);

/** What it was, in the audit log. */
const WITH: Record<Proof, string> = {
  password: 'with a password',
  oidc: 'by the provider of identities',
  'oidc-alone': 'by the provider of identities',
  passkey: 'with a passkey',
  'second-factor': 'with a second factor',
  'set-up': 'by the link that made the account',
};

/** Where to go on, as it came with the form: a local path, or a form whose session had expired. */
type Onward = { next?: string | undefined; carried?: string | undefined };

export const PENDING_COOKIE = 'dd_pending';

const cookieOptions = (config: Config, ms: number) =>
  ({
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: config.baseUrl?.startsWith('https:') ?? false,
    maxAge: Math.floor(ms / 1000),
  }) as const;

const setSessionCookie = (reply: FastifyReply, secret: string) =>
  reply.setCookie(
    SESSION_COOKIE,
    secret,
    cookieOptions(reply.server.desk.config, reply.server.desk.config.sessionMaxMs),
  );

export const clearPendingCookie = (reply: FastifyReply) => reply.clearCookie(PENDING_COOKIE, { path: '/' });

async function whoMaySignIn(request: FastifyRequest, userId: number) {
  return request.server.desk.db
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .executeTakeFirstOrThrow(
      () => new Problem('invalid', 'This account may not sign in. Ask an administrator.'),
    );
}

/** A new session under a new secret; an earlier one of this browser ends, so that none can be fixed beforehand. */
async function startSession(
  request: FastifyRequest,
  reply: FastifyReply,
  user: { id: number; email: string },
  by: Proof,
): Promise<string> {
  const { db, config } = request.server.desk;
  const earlier = request.cookies[SESSION_COOKIE];
  if (earlier) await closeSession(db, earlier);
  const userAgent = request.headers['user-agent'] ?? '';
  const client = { address: request.ip, browser: browserWords(userAgent) };
  const secret = await db.transaction().execute(async (trx) => {
    if (await noteClient(trx, user.id, client))
      await tellOfSafety(trx, request.server.desk, user.id, { kind: 'new-client' }, client);
    return openSession(trx, user.id, { address: request.ip, userAgent, by: WITH[by] }, config);
  });
  await forgetFailures(db, user.email);
  setSessionCookie(reply, secret);
  clearPendingCookie(reply);
  return secret;
}

/** The page for the second factor. It tells nobody whose sign-in it is. */
async function askSecondFactor(
  request: FastifyRequest,
  reply: FastifyReply,
  userId: number,
  proof: Proof,
  onward: Onward,
): Promise<FastifyReply> {
  const { db, config } = request.server.desk;
  const secret = await beginPending(db, userId, proof);
  reply.setCookie(PENDING_COOKIE, secret, cookieOptions(config, PENDING_MS));
  const next = localPath(onward.next);
  if (readCarried(onward.carried))
    return reply.page(
      'accounts/second-factor',
      await secondFactorView(request, userId, { next, carried: onward.carried ?? '' }),
    );
  return reply.redirect(withNext('/sign-in/second-factor', next), 303);
}

/** What the page for the second factor shows. */
export async function secondFactorView(
  request: FastifyRequest,
  userId: number,
  { next, carried, problem = '' }: { next: string; carried: string; problem?: string },
) {
  const { db, config } = request.server.desk;
  const { app, passkeys, recoveryCodes } = await factorsOf(db, userId);
  const hasPasskey = passkeys > 0 && relyingParty(config.baseUrl) !== undefined;
  return { next, carried, problem, app, recoveryCodes, hasPasskey };
}

async function goOn(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string,
  onward: Onward,
): Promise<FastifyReply> {
  const carried = readCarried(onward.carried);
  if (!carried) return reply.redirect(localPath(onward.next), 303);
  const { db, config } = request.server.desk;
  request.viewer = await viewerBySession(db, config, secret, false);
  const { path, fields, files } = carried;
  return reply.page('accounts/resume', { path, fields: shownFields(fields), files });
}

/**
 * Somebody has proven who they are, in one of several ways: the one way on from there. Either their second factor is
 * asked for, or a session opens and they go on to where they wanted. Throws `invalid` where they may not sign in.
 */
export async function finishSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  { userId, by }: { userId: number; by: Proof },
  onward: Onward = {},
): Promise<FastifyReply> {
  const user = await whoMaySignIn(request, userId);
  if (!STANDS_ALONE.has(by) && hasSecondFactor(await factorsOf(request.server.desk.db, userId)))
    return askSecondFactor(request, reply, userId, by, onward);
  const secret = await startSession(request, reply, user, by);
  return goOn(request, reply, secret, onward);
}
