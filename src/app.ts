import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import statics from '@fastify/static';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import { accountPages } from './accounts/routes.ts';
import type { Config } from './config.ts';
import type { Db } from './database/open.ts';
import type { Catalogue } from './providers/catalogue.ts';
import { requireDeclaredAccess } from './web/access.ts';
import { describeApi } from './web/api.ts';
import { answerError } from './web/errors.ts';
import { healthRoutes } from './web/health.ts';
import { identifyViewers } from './web/identify.ts';
import { ASSETS_FOLDER, servePages } from './web/pages.ts';
import { secure } from './web/security.ts';
import { validators } from './web/validation.ts';
import type { Views } from './web/views.ts';
import { Problem } from './problem.ts';

/** What every route can reach. */
export type Desk = { config: Config; db: Db; catalogue: Catalogue; views: Views };

declare module 'fastify' {
  interface FastifyInstance {
    desk: Desk;
  }
}

export const MAX_BODY_BYTES = 1024 * 1024;
export const MAX_REPORT_BYTES = 25 * 1024 * 1024;

/** The application, ready to listen or to be injected requests into. */
export async function buildApp(desk: Desk, options: { logger?: FastifyBaseLogger } = {}): Promise<FastifyInstance> {
  const app = Fastify({
    ...(options.logger ? { loggerInstance: options.logger } : { logger: false }),
    genReqId: () => randomUUID().slice(0, 13),
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: desk.config.trustedProxies.length > 0 ? desk.config.trustedProxies : false,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 200 },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => {
      // A URL that cannot be decoded reaches no handler of ours; it has no page to be shown in.
      const answer = reply as FastifyReply;
      void answer.code(error.statusCode ?? 400).type('text/plain').send(`${error.message}\nRequest ${request.id}\n`);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorate('desk', desk);
  app.setValidatorCompiler(validators());
  app.setErrorHandler(answerError);
  app.setNotFoundHandler({ preHandler: [] }, (request) => {
    throw new Problem('not-found', `There is nothing at ${request.url.slice(0, 200)}.`);
  });
  requireDeclaredAccess(app);
  await secureAll(app, desk);
  servePages(app);
  await app.register(formbody, { bodyLimit: MAX_BODY_BYTES });
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { fieldSize: MAX_REPORT_BYTES, fileSize: MAX_REPORT_BYTES, fields: 100, files: 5, parts: 120, fieldNameSize: 100, headerPairs: 50 },
  });
  await describeApi(app);

  await app.register(healthRoutes);
  await app.register(accountPages);
  return app;
}

async function secureAll(app: FastifyInstance, { config, db }: Desk): Promise<void> {
  await secure(app, config, () => identifyViewers(app, db, config));
  await app.register(statics, {
    root: ASSETS_FOLDER,
    prefix: '/assets/',
    immutable: true,
    maxAge: '365d',
    decorateReply: false,
  });
}
