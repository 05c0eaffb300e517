import { PassThrough } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { readPlace } from '../timeline/news.ts';
import { viewerOf } from '../web/access.ts';
import { sessionHashOf } from '../web/identify.ts';
import { openHub } from './hub.ts';

const MOST_PLACE = 4100;
const EventsQuery = Type.Object({ after: Type.Optional(Type.String({ maxLength: MOST_PLACE })) });

/** What happens, as it happens: server-sent events for pages that are open. */
export const livePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;
  const hub = openHub(db, config, app.log);
  app.addHook('preClose', () => hub.close());

  app.get(
    '/events',
    { config: { access: 'viewer' }, schema: { querystring: EventsQuery }, exposeHeadRoute: false },
    async (request, reply) => {
      if (!request.headers.accept?.includes('text/event-stream'))
        throw new Problem('bad-request', 'Events are a stream: ask for text/event-stream.');
      const { userId } = viewerOf(request);
      const session = sessionHashOf(request);
      if (userId === null || !session) throw new Problem('not-signed-in', 'You are not signed in.');
      if (!hub.hasRoomFor(userId)) {
        reply.header('retry-after', '60');
        throw new Problem('too-many-connections', 'Too many pages listen already.');
      }
      // A browser that was cut off says where it was; a page says what it was made from.
      const last = request.headers['last-event-id'];
      const after = (typeof last === 'string' && last.slice(0, MOST_PLACE)) || request.query.after;
      const stream = new PassThrough();
      hub.join({ stream, userId, session, place: after ?? (await readPlace(db)) });
      // Proxies that gather answers would hold back events.
      return reply.header('x-accel-buffering', 'no').type('text/event-stream').send(stream);
    },
  );
};
