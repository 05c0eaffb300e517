import { Type } from '../json-schema.ts';

/** `:number` of a route: an incident's. */
export const NumberParams = Type.Object({ number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
