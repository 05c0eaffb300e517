import { type FieldValue, valueJson } from '../custom-fields/field.ts';
import type { IncidentRow } from '../database/tables.ts';
import { orNull, type Static, Type } from '../json-schema.ts';
import { hrefOf } from '../next-step/links.ts';
import type { NextStep } from '../next-step/next-step.ts';
import type { Button } from '../next-step/schema.ts';
import { Reason } from '../providers/schema.ts';
import { durations, SEVERITIES, STATES } from './incidents.ts';
import type { LinkedIncident } from './links/store.ts';

const Time = Type.String({ format: 'date-time' });

const ButtonJson = Type.Object({ label: Type.String(), url: Type.String() });

/** An incident as the API shows it. Times are RFC 3339 in UTC, durations whole seconds. */
export const IncidentJson = Type.Object({
  number: Type.Integer(),
  title: Type.String(),
  state: Type.Enum([...STATES]),
  provider: Type.String(),
  addresses: Type.Array(Type.String()),
  reason: orNull(Reason),
  severity: Type.Enum([...SEVERITIES]),
  round: Type.Integer(),
  blockCodes: Type.Array(Type.String()),
  recipientDomains: Type.Array(Type.String()),
  affected: Type.String(),
  rejectionCount: Type.Integer(),
  relapses: Type.Integer(),
  assigneeId: orNull(Type.Integer()),
  tags: Type.Array(Type.String()),
  /** What was entered into the fields of this desk, by key: text, number, date, or true and false. */
  fields: Type.Record(Type.String(), Type.Unknown()),
  openedAt: Time,
  stateSince: Time,
  firstRejectionAt: orNull(Time),
  lastRejectionAt: orNull(Time),
  firstRequestAt: orNull(Time),
  firstAnswerAt: orNull(Time),
  mitigatedAt: orNull(Time),
  recoveredAt: orNull(Time),
  closedAt: orNull(Time),
  followUpDueAt: orNull(Time),
  lastVerdict: orNull(Type.String()),
  durations: Type.Object(
    {
      blocked: orNull(Type.Integer()),
      toFirstRequest: orNull(Type.Integer()),
      toFirstAnswer: orNull(Type.Integer()),
      toMitigation: orNull(Type.Integer()),
    },
    { description: 'whole seconds; null: not reached yet, or, of `blocked`, not known' },
  ),
  nextAction: Type.Object({
    text: Type.String(),
    reason: Type.String(),
    dueAt: orNull(Time),
    /** Names the rule; `closed` where nothing is to be done. */
    step: Type.String(),
    byHand: Type.Boolean(),
    /** Nothing is to be done but to wait. */
    waits: Type.Boolean(),
    button: orNull(ButtonJson),
    alternatives: Type.Array(Type.Object({ text: Type.String(), button: ButtonJson })),
    snoozedUntil: orNull(Time),
    dismissed: Type.Array(
      Type.Object({ step: Type.String(), text: Type.String(), reason: Type.String(), by: Type.String() }),
    ),
    providerTimeZone: orNull(Type.String()),
  }),
  links: Type.Array(
    Type.Object({ number: Type.Integer(), title: Type.String(), state: Type.String(), kind: Type.String() }),
  ),
  version: Type.Integer(),
  updatedAt: Time,
});
export type IncidentJson = Static<typeof IncidentJson>;

const iso = (at: Date | null) => at?.toISOString() ?? null;
const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));

/** A next step as the API shows it; links are paths of this desk. */
export function nextActionJson(
  row: Pick<IncidentRow, 'number' | 'provider'>,
  step: NextStep,
  address: string,
): IncidentJson['nextAction'] {
  const buttonJson = (button: Button) => ({
    label: button.label,
    url: hrefOf(button, { number: row.number, provider: row.provider, address, others: step.others }),
  });
  return {
    text: step.what,
    reason: step.why,
    dueAt: iso(step.due),
    step: step.id,
    byHand: step.byHand,
    waits: step.waits,
    button: step.button && buttonJson(step.button),
    alternatives: step.alternatives.map(({ what, button }) => ({ text: what, button: buttonJson(button) })),
    snoozedUntil: iso(step.snoozed?.snoozedUntil ?? null),
    dismissed: step.dismissed.map((one) => ({
      step: one.step,
      text: one.what,
      reason: one.dismissedReason ?? '',
      by: one.by,
    })),
    providerTimeZone: step.timeZone,
  };
}

export function incidentJson(
  row: IncidentRow,
  more: {
    addresses: string[];
    tags: string[];
    fields: FieldValue[];
    links: LinkedIncident[];
    step: NextStep;
    now: Date;
  },
): IncidentJson {
  const times = durations(row, more.now);
  return {
    number: row.number,
    title: row.title,
    state: row.state,
    provider: row.provider,
    addresses: more.addresses,
    reason: row.reason as Reason | null,
    severity: row.severity,
    round: row.round,
    blockCodes: row.block_codes,
    recipientDomains: row.recipient_domains,
    affected: row.affected,
    rejectionCount: row.rejection_count,
    relapses: row.relapses,
    assigneeId: row.assignee_id,
    tags: more.tags,
    fields: Object.fromEntries(more.fields.map((field) => [field.key, valueJson(field)])),
    openedAt: row.opened_at.toISOString(),
    stateSince: row.state_since.toISOString(),
    firstRejectionAt: iso(row.first_rejection_at),
    lastRejectionAt: iso(row.last_rejection_at),
    firstRequestAt: iso(row.first_request_at),
    firstAnswerAt: iso(row.first_answer_at),
    mitigatedAt: iso(row.mitigated_at),
    recoveredAt: iso(row.recovered_at),
    closedAt: iso(row.closed_at),
    followUpDueAt: iso(row.follow_up_due_at),
    lastVerdict: row.last_verdict,
    durations: {
      blocked: seconds(times.blocked),
      toFirstRequest: seconds(times.toFirstRequest),
      toFirstAnswer: seconds(times.toFirstAnswer),
      toMitigation: seconds(times.toMitigation),
    },
    nextAction: nextActionJson(row, more.step, more.addresses[0] ?? ''),
    links: more.links.map(({ number, title, state, kind }) => ({ number, title, state, kind })),
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
  };
}
