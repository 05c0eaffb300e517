import { SmallId, type Static, Type } from '../../json-schema.ts';
import { LANGUAGES } from '../language.ts';
import { ROUNDS } from '../rounds.ts';

/** What names a template in an address. */
export const TemplateParams = Type.Object({
  owner: Type.String({ pattern: '^[a-z0-9-]+$', maxLength: 60 }),
  // With the rule that it is for, where it has one: `first-pbl`.
  round: Type.String({ pattern: `^(?:${ROUNDS.join('|')})(?:-[a-z]{1,20})?$`, maxLength: 60 }),
  language: Type.Enum(Object.keys(LANGUAGES)),
});

/** The template that an address names. */
export const templateNamed = ({ owner, round, language }: Static<typeof TemplateParams>) => ({
  key: `${owner}/${round}`,
  language,
});
export const VersionNumber = SmallId;
export const VersionParams = Type.Object({ ...TemplateParams.properties, version: VersionNumber });
export const IncidentNumber = Type.Optional(
  Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'the number of an incident' }),
);
