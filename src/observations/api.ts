import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { apiKey } from '../web/idempotency.ts';
import { MAX_BATCH_BYTES } from '../web/limits.ts';
import { Batch } from './observation.ts';
import { takeBatch } from './take-batch.ts';

const Numbers = Type.Array(Type.Integer());

export const observationApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  app.post(
    '/observations',
    {
      config: { access: 'operator', scope: 'observations:write' },
      bodyLimit: MAX_BATCH_BYTES,
      schema: {
        tags: ['observations'],
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
      },
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
