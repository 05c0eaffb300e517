import { orNull, Type } from '../json-schema.ts';
import { summarise } from './describe.ts';
import type { Entry } from './entries.ts';

/** An entry as the API shows it. */
export const EntryJson = Type.Object({
  id: Type.Integer(),
  kind: Type.String(),
  occurredAt: Type.String({ format: 'date-time' }),
  recordedAt: Type.String({ format: 'date-time' }),
  actor: Type.String(),
  summary: Type.String(),
  detail: Type.Record(Type.String(), Type.Unknown()),
  corrects: orNull(Type.Integer()),
  /** Another than the one asked for: it was merged into that one. */
  incident: Type.Integer(),
});

export const entryJson = (entry: Entry) => ({
  id: entry.id,
  kind: entry.kind,
  occurredAt: entry.occurredAt.toISOString(),
  recordedAt: entry.recordedAt.toISOString(),
  actor: entry.actor,
  summary: summarise(entry),
  detail: entry.detail,
  corrects: entry.corrects,
  incident: entry.incidentNumber,
});
