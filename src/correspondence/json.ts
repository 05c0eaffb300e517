import { Type } from '../json-schema.ts';
import { MAX_ENTERED } from './entered-fields.ts';
import type { MessageShown } from './store.ts';

const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

/** What was entered in a provider's form, in the form's order. */
export const EnteredFields = Type.Array(
  Type.Object(
    {
      label: Type.String({ minLength: 1, maxLength: 300 }),
      value: Type.String({ maxLength: 100_000 }),
    },
    { additionalProperties: false },
  ),
  { maxItems: MAX_ENTERED },
);

export const MessageJson = Type.Object({
  id: Type.Integer(),
  direction: Type.Enum(['in', 'out']),
  channel: Type.String(),
  at: Type.String({ format: 'date-time' }),
  recordedAt: Type.String({ format: 'date-time' }),
  from: Type.String(),
  to: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  verdict: orNull(Type.String()),
  confidence: orNull(Type.Number()),
  quote: orNull(Type.String()),
  ticket: orNull(Type.String()),
  letterId: orNull(Type.Integer()),
  problem: orNull(Type.String()),
  fields: orNull(EnteredFields),
});

export const messageJson = (message: MessageShown) => ({
  id: message.id,
  direction: message.direction,
  channel: message.channel,
  at: message.at.toISOString(),
  recordedAt: message.recorded_at.toISOString(),
  from: message.from_address,
  to: message.to_address,
  subject: message.subject,
  text: message.text,
  verdict: message.verdict,
  confidence: message.confidence,
  quote: message.quote,
  ticket: message.reference,
  letterId: message.letter_id,
  problem: message.problem,
  fields: message.form_fields,
});
