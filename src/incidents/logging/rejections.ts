import type { SeenRejection } from '../../bounces/distinct.ts';
import type { Trx } from '../../database/open.ts';
import type { IncidentRow } from '../../database/tables.ts';
import type { AnyNewEntry } from '../../timeline/store.ts';
import type { Actor } from '../../web/access.ts';

export type { SeenRejection };

/** A rejection is one entry of the timeline; of a long log the first of each kind are, and the rest stand in its report. */
const ENTRIES_PER_REPORT = 12;

/** Its codes, as far as the reply has them. */
export const codesOf = (one: SeenRejection): string[] =>
  [one.replyCode, one.enhancedCode, one.blockCode].filter((code) => code !== null);

const timeOf = (text: string | null) => (text ? new Date(text) : null);

/** Codes and domains that the facts of an incident name at most. */
const MOST_CODES = 50;
const MOST_DOMAINS = 200;
type CodesAndDomains = Pick<IncidentRow, 'block_codes' | 'recipient_domains'>;

/** Each once, behind those that are known already. */
const once = (known: string[], more: (string | null)[]) => [
  ...new Set([...known, ...more.filter((value) => value !== null)].filter((value) => value !== '')),
];

/** What the facts of an incident name of rejections. */
export const codesAndDomains = (
  rejections: { blockCode: string | null; recipientDomain: string | null }[],
  known: CodesAndDomains = { block_codes: [], recipient_domains: [] },
): CodesAndDomains => ({
  block_codes: once(
    known.block_codes,
    rejections.map((one) => one.blockCode?.toUpperCase() ?? null),
  ).slice(0, MOST_CODES),
  recipient_domains: once(
    known.recipient_domains,
    rejections.map((one) => one.recipientDomain),
  ).slice(0, MOST_DOMAINS),
});

/** The first and the last time that is known of them. */
export function span(rejections: SeenRejection[]): { first: Date | null; last: Date | null } {
  const times = rejections.flatMap((one) => one.times);
  if (times.length === 0) return { first: null, last: null };
  // No spread: a report may hold more times than a call takes arguments.
  const earliest = times.reduce((a, b) => Math.min(a, b));
  const latest = times.reduce((a, b) => Math.max(a, b));
  return { first: new Date(earliest), last: new Date(latest) };
}

/** How many messages were refused. */
export const sum = (rejections: SeenRejection[]) => rejections.reduce((total, one) => total + one.seen, 0);

/** A statement takes 65,535 parameters, and a row has twenty. */
const ROWS_AT_ONCE = 1000;

/** Keeps each as a row beside its report. */
export async function keepRejections(
  trx: Trx,
  number: number,
  reportId: number,
  rejections: SeenRejection[],
): Promise<void> {
  const rows = rejections.map((one) => ({
    incident_number: number,
    report_id: reportId,
    line: one.line,
    provider: one.provider,
    rule: one.rule,
    ip: one.ip,
    reply_code: one.replyCode,
    enhanced_code: one.enhancedCode,
    block_code: one.blockCode,
    reason: one.reason,
    temporary: one.temporary,
    recipient: one.recipient,
    recipient_domain: one.recipientDomain,
    mx: one.mx,
    list_name: one.listName,
    list_owner: one.listOwner,
    occurred_at: timeOf(one.at),
    occurred_at_guessed: one.atGuessed,
    seen: one.seen,
    text: one.text.replaceAll('\0', '\u{fffd}').slice(0, 8000),
  }));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
    await trx
      .insertInto('rejections')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .execute();
}

/** What the timeline tells of them. */
export function rejectionEntries(
  actor: Actor,
  number: number,
  reportId: number,
  rejections: SeenRejection[],
  isFirst: boolean,
): AnyNewEntry[] {
  const ordered = [...rejections].sort((a, b) => (a.at ?? '').localeCompare(b.at ?? ''));
  return ordered.slice(0, ENTRIES_PER_REPORT).map((one, index) => ({
    incident: number,
    kind: 'rejection-recorded',
    actor,
    reportId,
    ...(one.at ? { occurredAt: new Date(one.at) } : {}),
    detail: {
      text: one.text.replaceAll('\0', '\u{fffd}').slice(0, 4000),
      codes: codesOf(one).join(' '),
      recipientDomain: one.recipientDomain,
      mx: one.mx,
      seen: one.seen,
      first: isFirst && index === 0,
    },
  }));
}
