import type { Trx } from '../database/open.ts';
import type { ReadReports } from './read-reports.ts';
import { keepComplaints, type Taken } from './store.ts';

export type TakenReports = Taken & { others: number };

export async function takeReports(
  trx: Trx,
  read: ReadReports,
  source: 'page' | 'api' | 'mail',
): Promise<TakenReports> {
  const taken = await keepComplaints(trx, read.complaints, { source, now: new Date() });
  return { ...taken, others: read.others };
}

const reports = (n: number) => `${n} report${n === 1 ? '' : 's'}`;

/** What was taken, in a sentence. */
export function takenWords({ taken, repeated, others }: TakenReports): string {
  const more = [
    repeated > 0 && `${reports(repeated)} known already`,
    others > 0 && `${others} ${others === 1 ? 'mail' : 'mails'} without a report left out`,
  ].filter(Boolean);
  return `${[`Took ${reports(taken)}`, ...more].join('; ')}.`;
}
