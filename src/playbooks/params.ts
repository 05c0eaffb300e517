import { Type } from '../json-schema.ts';

/** A path that names a provider. */
export const ProviderParams = Type.Object({ key: Type.String({ maxLength: 60 }) });
