import type { Channel, EvidenceResult, IncidentState, LinkKind } from '../database/tables.ts';
import type { Outcome } from '../evidence/kind.ts';
import type { Verdict } from '../providers/schema.ts';

/** `mentions`: ids of the people whom it mentions; `mentionedAs`: the words by which it does, `@` included. */
export type NoteDetail = { text: string; mentions?: number[]; mentionedAs?: string[] };

/**
 * What can happen in an incident, and what is kept of it. `detail` keeps the words of the day, so that an
 * entry still says what it said when names and templates have changed.
 */
export type EntryDetails = {
  'incident-logged': { provider: string; addresses: string[]; source: string };
  'rejection-recorded': {
    text: string;
    codes: string;
    recipientDomain: string | null;
    mx: string | null;
    seen: number;
    first: boolean;
  };
  'report-added': { rejections: number; seen: number; fileName: string; byteLength: number };
  'evidence-recorded': {
    claim: string;
    about: string;
    result: EvidenceResult;
    words: string;
    source: string;
    address: string | null;
    /** Screenshots; entries from before there were any have none. */
    pictures?: { id: number; name: string }[];
  };
  'place-read': {
    place: string;
    subject: string;
    value: string;
    outcome: Outcome;
    note: string;
    pictures: { id: number; name: string }[];
  };
  'evidence-checked': { results: { title: string; outcome: Outcome; summary: string }[] };
  'ticket-opened': { reference: string; channel: Channel; address: string };
  'ticket-closed': { reference: string };
  'letter-drafted': { title: string; round: string; language: string };
  'letter-sent': {
    title: string;
    number: number;
    round: string;
    channel: Channel;
    reference: string | null;
    subject: string;
    excerpt: string;
  };
  'claim-overridden': { claim: string; about: string; reason: string };
  'finding-overridden': { finding: string; rule: string; about: string; reason: string };
  'message-received': {
    from: string;
    subject: string;
    channel: Channel;
    verdict: Verdict;
    confidence: number;
    quote: string | null;
    reference: string | null;
    excerpt: string;
    /** False: it is not proven to be from them, so it moved nothing. */
    applied?: boolean;
  };
  'message-sent': {
    to: string;
    subject: string;
    channel: Channel;
    reference: string | null;
    excerpt: string;
  };
  'verdict-corrected': { from: Verdict; to: Verdict; subject: string };
  /** A person says that an answer of unproven sender counts. */
  'verdict-accepted': { verdict: Verdict; from: string; subject: string };
  'dispatch-settled': {
    state: 'sent' | 'failed' | 'failed-for-some' | 'delivered-unknown' | 'withdrawn' | 'sent-again';
    /** All recipients; of `failed-for-some`, those whom it did not reach. */
    to: string;
    subject: string;
    account: string;
    /** The server's own words, or a person's. */
    words: string;
  };
  'message-filed': { from: string; subject: string; by: string; cameFrom: number | null };
  'message-moved-away': { from: string; subject: string; to: number | null };
  'state-changed': { from: IncidentState; to: IncidentState; reason: string; byHand: boolean };
  'relapse-seen': { state: IncidentState; relapses: number };
  'recovery-confirmed': { words: string };
  /** Entries from before anybody was told of it have no ids. */
  'incident-assigned': { from: string | null; to: string | null; toId?: number | null };
  'incident-edited': { changes: { field: string; from: string; to: string }[] };
  /** `readBack`: the kind goes out from the other incident. */
  'incident-linked': { number: number; title: string; kind: LinkKind; readBack?: boolean };
  'incident-unlinked': { number: number; title: string; kind: LinkKind; reads: boolean };
  'note-added': NoteDetail;
  'note-corrected': NoteDetail;
  /** `here`: the other became a part of this one; else the other way round. */
  'incident-merged': { number: number; title: string; here: boolean; reason: string };
  'merge-undone': { number: number; title: string; here: boolean };
  'incident-tagged': { added: string[]; removed: string[] };
  /** By name; who began to watch by what they did is in no entry of its own. */
  'watchers-changed': { added: string[]; removed: string[] };
  'follow-up-due': { provider: string; sentAt: string };
  'cause-recorded': {
    cause: string;
    about: string;
    found: string;
    fixed: string;
    fixedAt: string | null;
  };
  'step-due': { step: string; what: string; dueAt: string };
  'step-snoozed': { step: string; what: string; until: string; reason: string };
  'step-dismissed': { step: string; what: string; reason: string };
  'step-resumed': { step: string; what: string };
  'incident-shared': { share: number; madeFor: string; parts: string[]; personal: boolean; until: string };
  'share-revoked': { share: number; madeFor: string };
  /** `became`: what stands in the place of the data now, here and in earlier entries. */
  'data-erased': {
    erasure: number;
    what: 'person' | 'account' | 'retention' | 'sources';
    became: string[];
    reason: string;
  };
};
export type EntryKind = keyof EntryDetails;

/** The filters over a timeline, and the kinds that each shows: each kind in one, so that their counts add up. */
export const ENTRY_GROUPS = {
  mail: [
    'letter-drafted',
    'letter-sent',
    'finding-overridden',
    'message-received',
    'message-sent',
    'verdict-corrected',
    'verdict-accepted',
    'dispatch-settled',
    'message-filed',
    'message-moved-away',
    'ticket-opened',
    'ticket-closed',
    'follow-up-due',
  ],
  evidence: [
    'rejection-recorded',
    'report-added',
    'evidence-recorded',
    'place-read',
    'evidence-checked',
    'claim-overridden',
    'cause-recorded',
  ],
  state: [
    'incident-logged',
    'state-changed',
    'relapse-seen',
    'recovery-confirmed',
    'incident-assigned',
    'incident-edited',
    'incident-linked',
    'incident-unlinked',
    'incident-merged',
    'merge-undone',
    'incident-tagged',
    'watchers-changed',
    'step-due',
    'step-snoozed',
    'step-dismissed',
    'step-resumed',
    'incident-shared',
    'share-revoked',
    'data-erased',
  ],
  notes: ['note-added', 'note-corrected'],
} as const satisfies Record<string, readonly EntryKind[]>;
export type EntryGroup = keyof typeof ENTRY_GROUPS;

/** The mark beside an entry, by kind. */
export const ENTRY_ICONS: Record<EntryKind, string> = {
  'incident-logged': 'k-state',
  'rejection-recorded': 's-open',
  'report-added': 'k-note',
  'evidence-recorded': 'k-evidence',
  'place-read': 'k-evidence',
  'evidence-checked': 'k-evidence',
  'ticket-opened': 'k-note',
  'ticket-closed': 'k-note',
  'letter-drafted': 'k-note',
  'letter-sent': 'k-out',
  'claim-overridden': 'e-warn',
  'finding-overridden': 'e-warn',
  'message-received': 'k-in',
  'message-sent': 'k-out',
  'verdict-corrected': 'k-note',
  'verdict-accepted': 'k-note',
  'dispatch-settled': 'k-out',
  'message-filed': 'k-in',
  'message-moved-away': 'k-note',
  'state-changed': 'k-state',
  'relapse-seen': 's-open',
  'recovery-confirmed': 's-recovered',
  'incident-assigned': 'k-state',
  'incident-edited': 'k-note',
  'incident-linked': 'k-note',
  'incident-unlinked': 'k-note',
  'incident-merged': 'k-state',
  'merge-undone': 'k-state',
  'incident-tagged': 'k-note',
  'watchers-changed': 'k-note',
  'note-added': 'k-note',
  'note-corrected': 'k-note',
  'follow-up-due': 's-action-needed',
  'cause-recorded': 'k-evidence',
  'step-due': 's-action-needed',
  'step-snoozed': 'k-note',
  'step-dismissed': 'k-note',
  'step-resumed': 'k-note',
  'incident-shared': 'k-out',
  'share-revoked': 'k-note',
  'data-erased': 'k-note',
};

/** An entry as it is shown and served. */
export type Entry<Kind extends EntryKind = EntryKind> = {
  [One in Kind]: {
    id: number;
    incidentNumber: number;
    kind: One;
    actor: string;
    occurredAt: Date;
    recordedAt: Date;
    detail: EntryDetails[One];
    corrects: number | null;
    correctedBy: number | null;
    messageId: number | null;
    letterId: number | null;
    reportId: number | null;
  };
}[Kind];

/** How many there are, of all kinds. */
export const totalOf = (counts: Map<string, number>): number =>
  [...counts.values()].reduce((sum, n) => sum + n, 0);
