import type { Db } from '../database/open.ts';
import type { IncidentRow } from '../database/tables.ts';
import { blockedSince, blockedUntil } from '../incidents/incidents.ts';
import { acceptedSince } from './accepted-since.ts';
import { deliveryChart, incidentSpan, type Span, weekSpan } from './chart.ts';
import { countByProvider, hoursOfIncident, hoursOfNetwork } from './hours.ts';

/** What the picture of an incident covers. */
export const spanOf = (
  row: Pick<IncidentRow, 'first_rejection_at' | 'opened_at' | 'closed_at' | 'recovered_at'>,
  now: Date,
): Span => incidentSpan({ first: blockedSince(row), ended: row.closed_at ?? row.recovered_at }, now);

/** The picture of an incident's deliveries, and what they say of its end. */
export async function incidentDeliveries(
  db: Db,
  row: IncidentRow,
  letters: { sent_at: Date | null }[],
  view: { zone: string; now: Date },
) {
  const span = spanOf(row, view.now);
  const sent = letters.flatMap((letter) => letter.sent_at ?? []);
  const marks = { letters: sent, lifted: blockedUntil(row) };
  const hours = await hoursOfIncident(db, row, span);
  return { ...deliveryChart(hours, span, marks, view.zone), acceptedSince: acceptedSince(hours) };
}

/** The picture of an address's deliveries in the last week, and their sums by provider. */
export async function addressDeliveries(db: Db, cidr: string, view: { zone: string; now: Date }) {
  const span = weekSpan(view.now);
  const [hours, byProvider] = await Promise.all([
    hoursOfNetwork(db, cidr, span),
    countByProvider(db, cidr, span),
  ]);
  return { ...deliveryChart(hours, span, { letters: [], lifted: null }, view.zone), byProvider };
}
