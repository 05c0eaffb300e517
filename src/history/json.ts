import { orNull, Type } from '../json-schema.ts';
import type { asOf, incidentView } from './as-of.ts';

export const AsOfQuery = {
  asOf: Type.Optional(Type.String({ format: 'date', description: 'what was so at the end of this day' })),
  zone: Type.Optional(
    Type.String({ maxLength: 60, description: 'where days end; the asker’s own when left out' }),
  ),
};

const Time = Type.String({ format: 'date-time' });
const Words = orNull(Type.String());
const IncidentThen = Type.Object({
  number: Type.Integer(),
  provider: Type.String(),
  addresses: Type.Array(Type.String()),
  state: Type.String(),
  knownState: Words,
  blockedSince: Time,
  blockedSeconds: orNull(Type.Integer({ description: 'null: not known' })),
  letters: Type.Integer(),
  relapses: Type.Integer(),
  verdict: Words,
});
export const asOfProperties = {
  asOf: Type.String({ format: 'date' }),
  at: Time,
  zone: Type.String(),
  blocked: Type.Array(IncidentThen),
  history: Type.Array(IncidentThen),
  next: Words,
  evidence: Type.Array(Type.Unknown()),
  enrolled: Type.Unknown(),
  deliveries: Type.Array(
    Type.Object({ provider: Type.String(), accepted: Type.Integer(), refused: Type.Integer() }),
  ),
};

const incidentJson = (one: ReturnType<typeof incidentView>) => ({
  number: one.number,
  provider: one.provider,
  addresses: one.addresses,
  state: one.state,
  knownState: one.knownState,
  blockedSince: one.since.toISOString(),
  blockedSeconds: one.blockedMs === null ? null : Math.round(one.blockedMs / 1000),
  letters: one.letters,
  relapses: one.relapses,
  verdict: one.verdict,
});

/** What was so on a day, as the API serves it: `state` by all that is known now, `knownState` by what was recorded then. */
export const asOfJson = (then: Awaited<ReturnType<typeof asOf>>) => ({
  asOf: then.day,
  at: then.at.toISOString(),
  zone: then.zone,
  blocked: then.blocked.map(incidentJson),
  history: then.incidents.map(incidentJson),
  next: then.next,
  evidence: then.evidence.subjects.flatMap(({ subject, rows }) =>
    rows.map((row) => ({
      address: subject,
      kind: row.kind,
      outcome: row.outcome,
      summary: row.summary,
      listed: row.listed,
      firstSeenAt: row.seenAt.toISOString(),
      lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    })),
  ),
  enrolled: then.enrolled,
  deliveries: then.deliveries.map(({ provider, accepted, refused }) => ({ provider, accepted, refused })),
});
