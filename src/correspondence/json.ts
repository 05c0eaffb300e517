import { closed, orNull, Type } from '../json-schema.ts';
import { MAX_ENTERED } from './entered-fields.ts';
import type { MessageShown } from './store.ts';

/** What was entered in a provider's form, in the form's order. */
export const EnteredFields = Type.Array(
  Type.Object(
    {
      label: Type.String({ minLength: 1, maxLength: 300 }),
      value: Type.String({ maxLength: 100_000 }),
    },
    closed,
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
  /** Null: it is not filed yet. */
  incident: orNull(Type.Integer()),
  kind: Type.String(),
  /** Whether it is really from a provider's desk; null: nobody can tell, or a person recorded it. */
  proven: orNull(Type.Boolean()),
  /** False: its verdict waits for a person, and has moved nothing. */
  applied: Type.Boolean(),
  filedBy: orNull(Type.String()),
  suggestions: Type.Array(
    Type.Object({ incident: Type.Integer(), score: Type.Number(), why: Type.String() }),
  ),
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
  incident: message.incident_number,
  kind: message.kind,
  proven: message.proven,
  applied: message.applied,
  filedBy: message.filed_by,
  suggestions: message.suggestions ?? [],
});
