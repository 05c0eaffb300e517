import cookie from '@fastify/cookie';
import csrf from '@fastify/csrf-protection';
import helmet from '@fastify/helmet';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { Problem } from '../problem.ts';
import { checkAccess } from './access.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What a request without a session may send before anybody looks at who it is; public pages have limits of their own. */
const ANONYMOUS_BODY_BYTES = 2 * 1024 * 1024;

/** How much a request says that it brings; one that is sent in chunks may bring any amount. */
const saidBytes = ({ headers }: FastifyRequest) =>
  headers['transfer-encoding'] === undefined
    ? Number(headers['content-length'] ?? 0)
    : Number.POSITIVE_INFINITY;

const isApi = (request: FastifyRequest) => request.url.startsWith('/api/');
const byToken = (request: FastifyRequest) => request.viewer !== null && request.viewer.userId === null;

/** Cookies, headers, CSRF tokens and access: what stands between the outside and every route. */
export async function secure(app: FastifyInstance, config: Config, identify: () => void): Promise<void> {
  const https = config.baseUrl?.startsWith('https:') ?? false;
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        frameSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  await app.register(csrf, {
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'strict', secure: https },
    getToken: (request) => {
      const body = request.body as Record<string, unknown> | undefined;
      const field = body?.['_csrf'];
      return (
        (typeof field === 'string' ? field : undefined) ??
        (request.headers['x-csrf-token'] as string | undefined)
      );
    },
  });

  if (config.baseUrl) refuseOtherHosts(app, new URL(config.baseUrl).host);

  // First of all, so that an answer names its request even where nobody could be identified.
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!request.url.startsWith('/assets/')) reply.header('cache-control', 'no-store');
  });
  identify();
  app.addHook('onRequest', async (request) => {
    const isPublic = request.routeOptions.config.access === 'public';
    if (SAFE_METHODS.has(request.method) || isApi(request)) checkAccess(request);
    else if (!request.viewer && !isPublic && saidBytes(request) > ANONYMOUS_BODY_BYTES) {
      if (request.unidentified) throw request.unidentified;
      throw new Problem(
        'not-signed-in',
        'You are not signed in, and this is too much to keep meanwhile. Sign in, then send it again.',
      );
    }
  });
  // A page's form is checked for its token first, and for the session after: a form whose session has
  // expired is then known to be the person's own, and its text can be kept while they sign in again.
  app.addHook('preHandler', (request, reply, done) => {
    if (SAFE_METHODS.has(request.method) || isApi(request)) return done();
    checkForm(app, request, reply, done);
  });
  // An API call by a session carries its token in a header, so it can be refused before its body is read.
  app.addHook('onRequest', (request, reply, done) => {
    if (SAFE_METHODS.has(request.method) || !isApi(request) || byToken(request)) return done();
    checkForm(app, request, reply, done);
  });
}

function checkForm(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  app.csrfProtection(request, reply, ((error?: Error) => {
    if (error) return done(error);
    try {
      if (request.unidentified) throw request.unidentified;
      checkAccess(request);
      done();
    } catch (refusal) {
      done(refusal as Error);
    }
  }) as () => void);
}

/** With a configured origin, requests under any other name are refused: nothing is ever built from `Host`. */
function refuseOtherHosts(app: FastifyInstance, host: string): void {
  app.addHook('onRequest', async (request) => {
    const asked = request.headers.host;
    if (asked !== host && !['/healthz', '/readyz', '/metrics'].includes(request.url)) {
      throw new Problem('wrong-host', 'This server answers under the name in BASE_URL only.');
    }
  });
}
