import type { IncidentRow } from '../database/tables.ts';
import { type Static, Type } from '../json-schema.ts';
import { ruleIdOf } from '../providers/playbook.ts';
import type { Provider, Reason } from '../providers/schema.ts';
import { Reason as ReasonSchema } from '../providers/schema.ts';
import { durations, SEVERITIES, STATES } from './incidents.ts';
import { nextStep, type Undelivered } from './next-step.ts';
import type { LinkedIncident } from './store.ts';

const Time = Type.String({ format: 'date-time' });
const orNull = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()]);

/** An incident as the API shows it. Times are RFC 3339 in UTC, durations whole seconds. */
export const IncidentJson = Type.Object({
  number: Type.Integer(),
  title: Type.String(),
  state: Type.Enum([...STATES]),
  provider: Type.String(),
  addresses: Type.Array(Type.String()),
  reason: orNull(ReasonSchema),
  severity: Type.Enum([...SEVERITIES]),
  round: Type.Integer(),
  blockCodes: Type.Array(Type.String()),
  recipientDomains: Type.Array(Type.String()),
  affected: Type.String(),
  rejectionCount: Type.Integer(),
  relapses: Type.Integer(),
  assigneeId: orNull(Type.Integer()),
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
  durations: Type.Object({
    blocked: Type.Integer(),
    toFirstRequest: orNull(Type.Integer()),
    toFirstAnswer: orNull(Type.Integer()),
    toMitigation: orNull(Type.Integer()),
  }),
  nextAction: Type.Object({ text: Type.String(), reason: Type.String(), dueAt: orNull(Time) }),
  links: Type.Array(
    Type.Object({ number: Type.Integer(), title: Type.String(), state: Type.String(), kind: Type.String() }),
  ),
  version: Type.Integer(),
  updatedAt: Time,
});
export type IncidentJson = Static<typeof IncidentJson>;

const iso = (at: Date | null) => at?.toISOString() ?? null;
const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000));

export function incidentJson(
  row: IncidentRow,
  more: {
    addresses: string[];
    links: LinkedIncident[];
    provider: Provider | undefined;
    rule: string | null | undefined;
    undelivered: Undelivered | undefined;
    now: Date;
  },
): IncidentJson {
  const times = durations(row, more.now);
  const step = nextStep(
    { ...row, undelivered: more.undelivered },
    more.provider,
    ruleIdOf(more.rule, row.provider),
  );
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
      blocked: Math.round(times.blocked / 1000),
      toFirstRequest: seconds(times.toFirstRequest),
      toFirstAnswer: seconds(times.toFirstAnswer),
      toMitigation: seconds(times.toMitigation),
    },
    nextAction: { text: step.what, reason: step.why, dueAt: iso(step.due) },
    links: more.links.map(({ number, title, state, kind }) => ({ number, title, state, kind })),
    version: row.version,
    updatedAt: row.updated_at.toISOString(),
  };
}
