import type { FastifyInstance } from 'fastify';

/** Whether this process was told to stop: it finishes what it has, and is sent nothing more. */
type Ending = { hasBegun: boolean };

declare module 'fastify' {
  interface FastifyInstance {
    ending: Ending;
  }
}

/**
 * From the moment that it is told to stop, each answer closes its connection, so that the next request of the same
 * client goes to whoever takes over.
 */
export function endGracefully(app: FastifyInstance): void {
  const ending: Ending = { hasBegun: false };
  app.decorate('ending', ending);
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (ending.hasBegun) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', (done) => {
    ending.hasBegun = true;
    done();
  });
}
