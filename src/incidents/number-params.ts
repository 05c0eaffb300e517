import { SmallId, Type } from '../json-schema.ts';

/** `:number` of a route: an incident's. */
export const NumberParams = Type.Object({ number: SmallId });
