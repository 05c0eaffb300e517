import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, SmallId, Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { actorOf, reaches, viewerOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { findPeople } from './people-store.ts';
import { setWatching, type Watcher, watchersOf } from './store.ts';

const route = apiRoutes('watchers');

const WatcherJson = Type.Object({
  userId: Type.Integer(),
  name: Type.String(),
  why: Type.Enum(['by-hand', 'assigned', 'wrote', 'mentioned']),
  since: Type.String({ format: 'date-time' }),
});
const WatchersJson = Type.Object({ watchers: Type.Array(WatcherJson) });

const watcherJson = (one: Watcher) => ({ ...one, since: one.since.toISOString() });

export const watcherApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/incidents/:number/watchers',
    route('viewer', 'incidents:read', {
      summary: 'Who watches an incident',
      params: NumberParams,
      response: { 200: WatchersJson },
    }),
    async (request) => {
      const { number } = request.params;
      await getIncident(db, number);
      return { watchers: ((await watchersOf(db, [number])).get(number) ?? []).map(watcherJson) };
    },
  );

  app.post(
    '/incidents/:number/watchers',
    route('viewer', 'incidents:write', {
      summary: 'Watch an incident, or no longer; for somebody else it takes the role operator',
      params: NumberParams,
      body: Type.Object(
        {
          /** Left out: whoever asks, which a token cannot be. */
          userId: Type.Optional(SmallId),
          watches: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
      response: { 200: WatchersJson },
    }),
    async (request) => {
      const { number } = request.params;
      const viewer = viewerOf(request);
      const userId = request.body.userId ?? viewer.userId;
      if (userId === null) throw new Problem('invalid', 'A token watches nothing: name a person by userId.');
      if (userId !== viewer.userId && !reaches(viewer.role, 'operator'))
        throw new Problem('not-allowed', 'To have somebody else watch needs the role operator.');
      return apiOnce(db, request, async (trx) => {
        await setWatching(trx, actorOf(request), number, { userId, watches: request.body.watches ?? true });
        const watchers = (await watchersOf(trx, [number])).get(number) ?? [];
        return { watchers: watchers.map(watcherJson) };
      });
    },
  );

  app.get(
    '/people',
    route('viewer', 'incidents:read', {
      summary: 'People by the beginning of their name: who can be mentioned, and who can watch',
      querystring: Type.Object({
        q: Type.Optional(Type.String({ maxLength: 120 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 8 })),
      }),
      response: {
        200: Type.Object({ items: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String() })) }),
      },
    }),
    async (request) => ({ items: await findPeople(db, request.query.q ?? '', request.query.limit ?? 8) }),
  );
};
