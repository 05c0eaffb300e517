import { Channel } from '../correspondence/channels.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { Id, Type, Version } from '../json-schema.ts';
import { MAX_ADDRESS_FIELD } from '../mail-out/mail-address.ts';

/** What the forms of the composer send. */

export const LetterParams = Type.Object({ number: NumberParams.properties.number, id: Id });

export const TextForm = Type.Object({
  subject: Type.String({ maxLength: 300, description: 'a subject' }),
  body: Type.String({ maxLength: 100_000, description: 'the letter' }),
  version: Version,
});
export const SendForm = Type.Object({
  ...TextForm.properties,
  channel: Channel,
  reference: Type.Optional(Type.String({ maxLength: 120 })),
  at: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});
export const MailForm = Type.Object({
  ...TextForm.properties,
  account: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'an account' })),
  mailTo: Type.Optional(Type.String({ maxLength: MAX_ADDRESS_FIELD })),
  reference: Type.Optional(Type.String({ maxLength: 120 })),
});
export const OverrideForm = Type.Object({
  claim: Type.Optional(Type.String({ maxLength: 60 })),
  finding: Type.Optional(Type.String({ maxLength: 120 })),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
