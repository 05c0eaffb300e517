import type { WebhookAttemptRow, WebhookDeliveryRow, WebhookTargetRow } from '../database/tables.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { orNull, Type } from '../json-schema.ts';
import { GROUPS, WebhookEvent } from './event.ts';
import { FORMAT_KEYS } from './formats.ts';

const Time = Type.String({ format: 'date-time' });
const iso = (at: Date | null) => at?.toISOString() ?? null;

/** A target as the API shows it: its address without what may be a password in it, and no secret. */
export const WebhookJson = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  url: Type.String({ description: 'without path and query, which may be a password' }),
  format: Type.Enum([...FORMAT_KEYS]),
  groups: Type.Array(Type.Enum(GROUPS)),
  providers: Type.Array(Type.String()),
  leastSeverity: Type.Enum([...SEVERITIES]),
  isSigned: Type.Boolean(),
  pausedAt: orNull(Time),
  pausedBy: orNull(Type.String()),
  pausedWhy: Type.String(),
  failures: Type.Integer(),
  failingSince: orNull(Time),
  lastProblem: Type.String(),
  lastDeliveredAt: orNull(Time),
  version: Type.Integer(),
  createdAt: Time,
});

export const webhookJson = (row: WebhookTargetRow) => ({
  id: row.id,
  name: row.name,
  url: row.url_shown,
  format: row.format,
  groups: row.groups as (typeof GROUPS)[number][],
  providers: row.providers,
  leastSeverity: row.least_severity,
  isSigned: row.secret_sealed !== null,
  pausedAt: iso(row.paused_at),
  pausedBy: row.paused_by,
  pausedWhy: row.paused_why,
  failures: row.failures,
  failingSince: iso(row.failing_since),
  lastProblem: row.last_problem,
  lastDeliveredAt: iso(row.last_delivered_at),
  version: row.version,
  createdAt: row.created_at.toISOString(),
});

export const DeliveryJson = Type.Object({
  id: Type.Integer(),
  webhookId: Type.String({ description: 'the header webhook-id: the same however often it is sent' }),
  state: Type.Enum(['queued', 'waiting', 'delivered', 'failed', 'dropped']),
  incident: orNull(Type.Integer()),
  isTest: Type.Boolean(),
  attempts: Type.Integer(),
  lastStatus: orNull(Type.Integer()),
  lastWords: Type.String(),
  dueAt: orNull(Time),
  createdAt: Time,
  settledAt: orNull(Time),
  event: WebhookEvent,
});

export const deliveryJson = (row: WebhookDeliveryRow) => ({
  id: row.id,
  webhookId: row.message_id,
  state: row.state,
  incident: row.incident_number,
  isTest: row.is_test,
  attempts: row.attempts,
  lastStatus: row.last_status,
  lastWords: row.last_words,
  dueAt: row.state === 'waiting' ? row.due_at.toISOString() : null,
  createdAt: row.created_at.toISOString(),
  settledAt: iso(row.settled_at),
  event: row.event as WebhookEvent,
});

export const AttemptJson = Type.Object({
  number: Type.Integer(),
  at: Time,
  milliseconds: Type.Integer(),
  status: orNull(Type.Integer()),
  words: Type.String(),
  answer: Type.String({ description: 'its first 2,048 octets, as text' }),
});

export const attemptJson = (row: WebhookAttemptRow) => ({
  number: row.number,
  at: row.at.toISOString(),
  milliseconds: row.duration_ms,
  status: row.status,
  words: row.words,
  answer: row.answer,
});
