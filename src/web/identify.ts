import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hashSecret } from '../accounts/accounts.ts';
import { findSession } from '../accounts/session.ts';
import { findToken } from '../accounts/token-store.ts';
import type { Config } from '../config.ts';
import type { Db } from '../database/open.ts';
import { Problem } from '../problem.ts';
import { ROLE_OF_SCOPE, type Viewer } from './access.ts';

export const SESSION_COOKIE = 'dd_session';

async function viewerByToken(db: Db, config: Config, secret: string, path: string): Promise<Viewer> {
  const common = {
    userId: null,
    timeZone: 'UTC',
    theme: 'system',
    singleKeys: true,
    deskWhose: 'everybody',
    mustEnrol: false,
  } as const;
  if (config.bootstrapToken && timingSafeEqual(hashSecret(secret), hashSecret(config.bootstrapToken))) {
    return { ...common, tokenId: null, name: 'bootstrap token', role: 'admin' };
  }
  if (
    config.metricsToken &&
    path === '/metrics' &&
    timingSafeEqual(hashSecret(secret), hashSecret(config.metricsToken))
  )
    return { ...common, tokenId: null, name: 'metrics token', role: 'admin' };
  const token = await findToken(db, secret);
  if (!token) throw new Problem('not-signed-in', 'This token is not known, was revoked, or has expired.');
  return {
    ...common,
    tokenId: token.id,
    name: `token “${token.name}”`,
    role: ROLE_OF_SCOPE[token.scope],
    scopes: token.scopes,
  };
}

/** Of the session that a browser is in, as it is kept; undefined: it is in none. */
export const sessionHashOf = (request: FastifyRequest): Buffer | undefined => {
  const secret = request.cookies[SESSION_COOKIE];
  return secret ? hashSecret(secret) : undefined;
};

/** A page that brings itself up to date is no sign of somebody being there. */
const BY_ITSELF = 'x-by-itself';

/** Null: there is no such session, or no more. */
export async function viewerBySession(
  db: Db,
  config: Config,
  secret: string,
  keepAlive: boolean,
): Promise<Viewer | null> {
  const user = await findSession(db, secret, config, { keepAlive });
  return user
    ? {
        userId: user.id,
        tokenId: null,
        name: user.name,
        role: user.role,
        timeZone: user.time_zone,
        theme: user.theme,
        singleKeys: user.single_keys,
        deskWhose: user.desk_whose,
        mustEnrol: user.must_enrol === true,
      }
    : null;
}

function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer +([\x21-\x7e]{1,300})$/i.exec(header);
  if (!match)
    throw new Problem('not-signed-in', 'The Authorization header must be: Bearer, a blank, a token.');
  return match[1];
}

/** Finds out who asks, before anything else runs. Tokens count for the API only; cookies for both. */
export function identifyViewers(app: FastifyInstance, db: Db, config: Config): void {
  app.decorateRequest('viewer', null);
  app.decorateRequest('unidentified', null);
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (request.url.startsWith('/assets/') || request.url === '/healthz' || request.url === '/readyz') return;
    const isApi = request.url.startsWith('/api/') || request.url === '/metrics';
    const bearer = isApi && access !== 'public' ? bearerOf(request) : undefined;
    const cookie = request.cookies[SESSION_COOKIE];
    if (bearer) request.viewer = await viewerByToken(db, config, bearer, request.url);
    else if (cookie) {
      const keepAlive = request.url.split('?')[0] !== '/events' && !(BY_ITSELF in request.headers);
      request.viewer = await viewerBySession(db, config, cookie, keepAlive).catch((error: unknown) => {
        // What was typed is read first, so that the page that tells of it can keep it (`checkForm`).
        if (isApi || request.method !== 'POST') throw error;
        request.unidentified = error;
        return null;
      });
    }
  });
}
