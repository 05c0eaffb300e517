import { Type } from '../json-schema.ts';

const Words = Type.Union([Type.String(), Type.Null()]);

/** A letter as the API shows it; what the gate, the claims and the form are made of is described where they are made. */
export const LetterJson = Type.Object({
  id: Type.Integer(),
  incident: Type.Integer(),
  template: Type.String(),
  language: Type.String(),
  round: Type.String(),
  state: Type.String(),
  subject: Type.String(),
  body: Type.String(),
  claims: Type.Array(Type.Unknown()),
  checks: Type.Array(Type.String(), {
    description: 'kinds of evidence that a check would look at for claims that do not hold',
  }),
  route: Type.Union(
    [Type.Object({ kind: Type.String(), name: Type.String(), url: Words, address: Words }), Type.Null()],
    { description: 'how the provider takes it; null where it is not the provider that is written to' },
  ),
  fields: Type.Array(Type.Unknown(), { description: 'the provider’s form, field by field' }),
  findings: Type.Array(Type.Unknown(), {
    description: 'one of the level stop that is not overridden keeps the letter from being sent',
  }),
  questions: Type.Array(Type.Unknown()),
  overrides: Type.Array(
    Type.Object({
      kind: Type.String(),
      key: Type.String(),
      about: Type.String(),
      reason: Type.String(),
      by: Type.String(),
      at: Type.String({ format: 'date-time' }),
    }),
  ),
  missing: Type.Array(Type.Unknown()),
  version: Type.Integer(),
  sentAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  channel: Words,
  mail: Type.Unknown({ description: 'the mail that was made of it; null where it left in some other way' }),
});
