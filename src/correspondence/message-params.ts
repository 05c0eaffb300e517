import { NumberParams } from '../incidents/number-params.ts';
import { Id, Type } from '../json-schema.ts';

/** `:number` and `:id` of a route: an incident's message. */
export const MessageParams = Type.Object({
  number: NumberParams.properties.number,
  id: Id,
});
/** `remote`: pictures of other servers are asked for, this once. */
export const PicturesQuery = Type.Object({ pictures: Type.Optional(Type.String({ maxLength: 20 })) });
