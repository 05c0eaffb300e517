import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiKey } from '../web/idempotency.ts';
import { MAX_BATCH_BYTES } from '../web/limits.ts';
import { Batch } from './observation.ts';
import { takeBatch } from './take-batch.ts';

const route = apiRoutes('observations');

const Numbers = Type.Array(Type.Integer());

export const observationApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  app.post(
    '/observations',
    {
      ...route('operator', 'observations:write', {
        summary: 'Deliveries that a log shows, by address, provider, code and minute; each key counts once',
        body: Batch,
        response: {
          200: Type.Object({
            counted: Type.Integer(),
            repeated: Type.Boolean(),
            opened: Numbers,
            relapsed: Numbers,
            recovered: Numbers,
          }),
        },
      }),
      bodyLimit: MAX_BATCH_BYTES,
    },
    async (request) => {
      const key = apiKey(request);
      if (!key)
        throw new Problem('bad-request', 'A batch needs an Idempotency-Key header, by which it counts once.');
      return db
        .transaction()
        .execute((trx) => takeBatch(trx, request.body, key, { catalogue, letters, now: new Date() }));
    },
  );
};
