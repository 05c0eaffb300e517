import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Config } from './config.ts';
import type { Db } from './database/open.ts';
import { asOneRequest } from './database/together.ts';
import type { CheckWorld } from './evidence/checks/run.ts';
import type { LetterLibrary } from './letters/library.ts';
import { measureRequests } from './metrics/requests.ts';
import type { Playbooks } from './playbooks/live.ts';
import { Problem } from './problem.ts';
import type { Catalogue } from './providers/catalogue.ts';
import { API_ROUTES, PAGES } from './routes.ts';
import type { Secrets } from './secrets/secrets.ts';
import { requireDeclaredAccess } from './web/access.ts';
import { API, describeApi, refuseForms } from './web/api.ts';
import { serveAssets } from './web/assets.ts';
import { endGracefully } from './web/ending.ts';
import { answerError } from './web/errors.ts';
import { identifyViewers } from './web/identify.ts';
import { MAX_BODY_BYTES } from './web/limits.ts';
import { loggedUrl } from './web/logged-url.ts';
import { servePages } from './web/pages.ts';
import { logRequests } from './web/request-log.ts';
import { secure } from './web/security.ts';
import { takeUploads } from './web/uploads.ts';
import { serializers, validators } from './web/validation.ts';
import type { Views } from './web/views.ts';

/** What every route can reach. */
export type Desk = {
  config: Config;
  db: Db;
  /** What is known of providers, with what people changed: always the newest that this process has read. */
  catalogue: Catalogue;
  playbooks: Playbooks;
  letters: LetterLibrary;
  views: Views;
  /** What evidence is looked up with; opened when it is first needed. */
  world: () => Promise<CheckWorld>;
  secrets: Secrets;
  /** Of the embedded database: copies its files as they stand. */
  copyTo?: (folder: string) => Promise<void>;
};

declare module 'fastify' {
  interface FastifyInstance {
    desk: Desk;
  }
}

/** The application, ready to listen or to be injected requests into. */
export async function buildApp(
  desk: Desk,
  options: { logger?: FastifyBaseLogger } = {},
): Promise<FastifyInstance> {
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    genReqId: () => randomUUID().slice(0, 13),
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: desk.config.trustedProxies.length > 0 ? desk.config.trustedProxies : false,
    routerOptions: { maxParamLength: 200 },
    // Whoever is connected already is still answered; a proxy would hand a 503 on.
    return503OnClosing: false,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      // A URL that cannot be decoded reaches no handler of ours; it has no page to be shown in.
      const answer = reply as FastifyReply;
      if (request.url.startsWith(`${API}/`)) {
        void answerError(error, request as FastifyRequest, answer);
        return;
      }
      void answer
        .code(error.statusCode ?? 400)
        .type('text/plain')
        .send(`${error.message}\nRequest ${request.id}\n`);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorate('desk', desk);
  app.setValidatorCompiler(validators());
  app.setSerializerCompiler(serializers());
  app.setErrorHandler(answerError);
  app.setNotFoundHandler({ preHandler: [] }, (request) => {
    throw new Problem('not-found', `There is nothing at ${loggedUrl(request.url).slice(0, 200)}.`);
  });
  requireDeclaredAccess(app);
  measureRequests(app);
  endGracefully(app);
  if (options.logger) logRequests(app);
  app.addHook('onRequest', (_request, _reply, done) => asOneRequest(done));
  await secure(app, desk.config, () => identifyViewers(app, desk.db, desk.config));
  serveAssets(app);
  servePages(app);
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  await takeUploads(app);
  app.addHook('onRequest', (request) => knowChanges(request, desk.playbooks));
  describeApi(app);
  refuseForms(app);

  for (const plugin of PAGES) await app.register(plugin);
  for (const plugin of API_ROUTES) await app.register(plugin, { prefix: API });
  return app;
}

/** How old a process may let its knowledge of changed playbooks become. */
const PLAYBOOKS_MS = 1000;

/** Playbooks that another process changed are known before a request is answered, or a second later. */
async function knowChanges(request: FastifyRequest, playbooks: Playbooks): Promise<void> {
  if (request.routeOptions.config.access === 'public') return;
  try {
    await playbooks.refresh(PLAYBOOKS_MS);
  } catch (error) {
    // Whatever needs the database will say so itself.
    request.log.debug({ err: error }, 'playbooks');
  }
}
