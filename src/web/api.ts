import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';

export const API = '/api/v1';

/** A page of a list: `next` goes into `?cursor=` for the following one, null at the end. */
export const pageOf = <Item extends Parameters<typeof Type.Array>[0]>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
};

/** OpenAPI, generated from the routes' own schemas. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Delist Desk',
        version: '1',
        description: 'Errors are problem+json (RFC 9457). Every POST takes an Idempotency-Key.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    hideUntagged: true,
  });
  app.get(`${API}/openapi.json`, { config: { access: 'viewer' }, schema: { hide: true } }, () =>
    app.swagger(),
  );
}
