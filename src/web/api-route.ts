import type { FastifySchema } from 'fastify';
import { orNull, type TProperties, type TSchema, Type } from '../json-schema.ts';
import type { Access } from './access.ts';
import type { ApiScope } from './scopes.ts';

/**
 * How a route of the API is declared: the least role, the scope that a limited token needs, and what it takes and
 * answers. `part` is where the description of the API has it.
 */
export const apiRoutes =
  (part: string) =>
  <const Schema extends FastifySchema>(access: Access, scope: ApiScope, schema: Schema) => ({
    config: { access, scope },
    schema: { tags: [part], ...schema },
  });

/** What a change answers after which there is nothing to say: 204. */
export const NOTHING = { 204: Type.Null() };

export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'how many of the list at most' }),
  ),
  cursor: Type.Optional(
    Type.String({ maxLength: 200, description: '`next` of the page before; left out: the first page' }),
  ),
};

/** A page of a list: `next` goes into `?cursor=` for the following one, null at the end. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: orNull(Type.String()) });

/** What a list takes and answers that is read page by page; `filters`: what else its query says. */
export const paged = <Item extends TSchema, const Filters extends TProperties = Record<never, never>>(
  item: Item,
  filters?: Filters,
) => ({
  querystring: Type.Object({ ...PageQuery, ...(filters as Filters) }),
  response: { 200: pageOf(item) },
});

/** A list that is answered whole, in the form of one page. */
export const wholeList = <Item extends TSchema>(item: Item) =>
  Type.Object({ items: Type.Array(item), next: Type.Null() });
