import type { Change } from './changes.ts';
import { AREAS, type Area, AUDIT_KINDS, type AuditKind, auditWords, type Detail, kindsOf } from './kinds.ts';

/** Pure: entries of the audit log as they are shown and exported. */

type Entry = {
  id: number;
  at: Date;
  kind: string;
  actor_name: string;
  client_address: string | null;
  subject: string;
  detail: Detail;
};

const changesOf = (detail: Detail): Change[] =>
  Array.isArray(detail['changes']) ? (detail['changes'] as Change[]) : [];

const areaOf = (kind: string): string => {
  const known = (AUDIT_KINDS as Record<string, { area: Area } | undefined>)[kind];
  return known ? AREAS[known.area] : '';
};

/** An address without the prefix length that PostgreSQL may add. */
const addressText = (address: string | null) => address?.replace(/\/(32|128)$/, '') ?? '';

export const shownEntry = (entry: Entry) => ({
  id: entry.id,
  at: entry.at,
  who: entry.actor_name,
  words: auditWords(entry),
  area: areaOf(entry.kind),
  from: addressText(entry.client_address),
  changes: changesOf(entry.detail),
});

export const entryJson = (
  entry: Entry & { actor_user_id: number | null; actor_token_id: number | null },
) => ({
  id: entry.id,
  at: entry.at.toISOString(),
  kind: entry.kind,
  by: { userId: entry.actor_user_id, tokenId: entry.actor_token_id, name: entry.actor_name },
  from: addressText(entry.client_address) || null,
  subject: entry.subject,
  words: auditWords(entry),
  detail: entry.detail,
});

export const CSV_HEAD = ['at', 'who', 'kind', 'what', 'from', 'changes'];
export const entryCells = (entry: Entry) => [
  entry.at.toISOString(),
  entry.actor_name,
  entry.kind,
  auditWords(entry),
  addressText(entry.client_address),
  changesOf(entry.detail)
    .map(({ what, from, to }) => `${what}: ${from || '(empty)'} → ${to || '(empty)'}`)
    .join('; '),
];

/** What the filter offers: whole areas, and each kind. */
const isArea = (text: string): text is Area => Object.hasOwn(AREAS, text);
export const isKind = (text: string): text is AuditKind => Object.hasOwn(AUDIT_KINDS, text);

export const kindsFor = (what: string | undefined): readonly AuditKind[] | undefined =>
  !what ? undefined : isArea(what) ? kindsOf(what) : isKind(what) ? [what] : undefined;

export const areaChoices = () =>
  Object.entries(AREAS).map(([area, title]) => ({
    area,
    title,
    kinds: kindsOf(area as Area).map((kind) => ({ kind, title: kind.replaceAll('-', ' ') })),
  }));
