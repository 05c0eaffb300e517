import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Whether this process was told to stop: it finishes what it has, and is sent nothing more. */
type Ending = { hasBegun: boolean };

declare module 'fastify' {
  interface FastifyInstance {
    ending: Ending;
  }
}

/** How long a connection that was never used may still bring its first request, once we are to end. */
const SPARE_MS = 1000;

/**
 * Browsers open connections to spare, on which nothing has come yet. Node takes them for busy: they would hold up the
 * end for a minute.
 */
function endSpareConnections(app: FastifyInstance): void {
  const spare = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    spare.add(socket);
    socket.once('close', () => spare.delete(socket));
  });
  app.server.on('request', ({ socket }) => spare.delete(socket));
  app.addHook('preClose', (done) => {
    setTimeout(() => {
      for (const socket of spare) socket.destroy();
    }, SPARE_MS).unref();
    done();
  });
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
  endSpareConnections(app);
  app.addHook('preClose', (done) => {
    ending.hasBegun = true;
    done();
  });
}
