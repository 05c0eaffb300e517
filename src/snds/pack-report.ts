import { parseNetwork } from '../addresses/address.ts';
import { BadReport, readSnds, type SndsDay, type SndsReport } from './snds-file.ts';

/** Pure: a report as it goes into the database, worked out where nobody waits for it. */
export type PackedReport = {
  kind: SndsReport['kind'];
  rows: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Whose days they are, as CIDR, each once. */
  networks: string[];
  /** Rows as JSON, so many at a time as one statement writes; named like their columns. */
  parts: string[];
};
export type Unread = { problem: string; isPage: boolean };

const ROWS_AT_ONCE = 2000;

const dayRow = (day: SndsDay, network: string) => ({
  network,
  day: day.day,
  activity: day.activity,
  rcpt: day.rcpt,
  data: day.data,
  recipients: day.recipients,
  filter: day.filter,
  complaint_low: day.complaints.low,
  complaint_high: day.complaints.high,
  complaint_text: day.complaintText,
  trap_period: day.trapPeriod,
  trap_hits: day.trapHits,
  sample_helo: day.sampleHelo,
  sample_mail_from: day.sampleMailFrom,
  jmrp_sender: day.jmrpSender,
  comments: day.comments,
  extra: day.extra,
});

const inParts = (rows: unknown[]): string[] =>
  Array.from({ length: Math.ceil(rows.length / ROWS_AT_ONCE) }, (_, n) =>
    JSON.stringify(rows.slice(n * ROWS_AT_ONCE, (n + 1) * ROWS_AT_ONCE)),
  );

function packDays(days: SndsDay[]): Omit<PackedReport, 'kind' | 'rows'> {
  const cidrs = new Map(
    [...new Set(days.map(({ address }) => address))].map((one) => [one, parseNetwork(one).cidr]),
  );
  // A report that has a day twice means its last.
  const once = new Map(days.map((day) => [`${day.address} ${day.day}`, day]));
  const rows = [...once.values()].map((day) => dayRow(day, cidrs.get(day.address) ?? ''));
  const dates = days.map(({ day }) => day).sort();
  return {
    firstDay: dates[0] ?? null,
    lastDay: dates.at(-1) ?? null,
    networks: [...new Set(cidrs.values())].sort(),
    parts: inParts(rows),
  };
}

export function packReport(report: SndsReport): PackedReport {
  const { kind, rows } = report;
  const nothing = { firstDay: null, lastDay: null, networks: [], parts: [] };
  const packed =
    kind === 'data'
      ? packDays(rows)
      : { ...nothing, parts: inParts(rows.map((row, position) => ({ position, ...row }))) };
  return { kind, rows: rows.length, ...packed };
}

/** Reads a report and packs it; what is wrong with it is told, as no error comes whole out of another thread. */
export default function readAndPack(octets: Uint8Array): PackedReport | Unread {
  try {
    return packReport(readSnds(octets));
  } catch (error) {
    if (error instanceof BadReport) return { problem: error.message, isPage: error.isPage };
    throw error;
  }
}
