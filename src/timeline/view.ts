import { verdictBadge } from '../correspondence/verdict-badge.ts';
import { badgeOf } from '../evidence/badge.ts';
import { stateWords } from '../incidents/incidents.ts';
import { mentionParts } from '../watchers/mentions.ts';
import { isoDay, longDay, offset } from '../web/format.ts';
import { shownText } from '../web/shown-text.ts';
import { describeEntry } from './describe.ts';
import {
  ENTRY_GROUPS,
  ENTRY_ICONS,
  type Entry,
  type EntryDetails,
  type EntryGroup,
  totalOf,
} from './entries.ts';

/** Colour and mark of what evidence means for a claim. */
export const RESULT_BADGES = {
  supports: { is: 'good', icon: 'e-good' },
  contradicts: { is: 'bad', icon: 'e-bad' },
  unknown: { is: '', icon: 'e-unknown' },
} as const;

/** Entered more than ten minutes after it happened: the row says so. */
const LATE_MS = 10 * 60_000;

const SHORT_KIND: Partial<Record<Entry['kind'], string>> = {
  'message-received': 'mail in',
  'message-sent': 'mail out',
  'letter-sent': 'mail out',
  'rejection-recorded': 'rejection',
};

/** What can move a state. A change that was recorded with it stands with it, and says no more than the change. */
const CAUSES = new Set<Entry['kind']>([
  'letter-sent',
  'dispatch-settled',
  'message-received',
  'recovery-confirmed',
  'relapse-seen',
  'follow-up-due',
]);

const followsFrom = (entry: Entry, before: Entry | undefined) =>
  before !== undefined &&
  entry.kind === 'state-changed' &&
  !entry.detail.byHand &&
  CAUSES.has(before.kind) &&
  before.recordedAt.getTime() === entry.recordedAt.getTime();

const blank = {
  machine: '',
  quote: '',
  text: '',
  parts: [],
  excerpt: '',
  change: null,
  badge: null,
  evidence: null,
  reason: '',
  changes: [],
  results: [],
  fine: '',
  noted: '',
  pictures: [],
};

/** What speaks against us or stayed unknown has a row; what is well is one line, and so is what says neither. */
function checkView(results: EntryDetails['evidence-checked']['results']) {
  const line = (of: 'good' | 'note') =>
    results
      .filter(({ outcome }) => outcome === of)
      .map(({ title, summary }) => `${title}: ${summary}`)
      .join('; ');
  return {
    results: results
      .filter(({ outcome }) => outcome === 'bad' || outcome === 'unknown')
      .map((one) => ({ ...one, ...badgeOf(one.outcome) })),
    fine: line('good'),
    noted: line('note'),
  };
}

function bodyOf(entry: Entry) {
  switch (entry.kind) {
    case 'rejection-recorded':
      return { ...blank, machine: entry.detail.text };
    case 'dispatch-settled':
      return { ...blank, machine: entry.detail.words };
    case 'message-received': {
      const badge = verdictBadge(entry.detail);
      return {
        ...blank,
        quote: entry.detail.quote ?? '',
        excerpt: entry.detail.quote ? '' : entry.detail.excerpt,
        badge: { ...badge, words: stateWords(entry.detail.verdict) },
      };
    }
    case 'message-sent':
    case 'letter-sent':
      return { ...blank, excerpt: entry.detail.excerpt };
    case 'note-added':
    case 'note-corrected':
      return {
        ...blank,
        text: entry.detail.text,
        parts: mentionParts(entry.detail.text, entry.detail.mentionedAs ?? []),
      };
    case 'recovery-confirmed':
      return { ...blank, text: entry.detail.words };
    case 'claim-overridden':
    case 'step-snoozed':
    case 'step-dismissed':
    case 'finding-overridden':
    case 'incident-merged':
      return { ...blank, reason: entry.detail.reason };
    case 'cause-recorded':
      return { ...blank, text: [entry.detail.found, entry.detail.fixed].filter(Boolean).join('\n') };
    case 'state-changed':
      return {
        ...blank,
        change: {
          from: entry.detail.from,
          to: entry.detail.to,
          fromWords: stateWords(entry.detail.from),
          toWords: stateWords(entry.detail.to),
        },
        reason: entry.detail.reason,
      };
    case 'evidence-recorded':
      return {
        ...blank,
        evidence: { ...RESULT_BADGES[entry.detail.result], words: entry.detail.words },
        pictures: entry.detail.pictures ?? [],
      };
    case 'place-read':
      return {
        ...blank,
        evidence: { ...badgeOf(entry.detail.outcome), words: entry.detail.value },
        text: entry.detail.note,
        pictures: entry.detail.pictures,
      };
    case 'evidence-checked':
      return { ...blank, ...checkView(entry.detail.results) };
    case 'incident-edited':
      return {
        ...blank,
        changes: entry.detail.changes.map(({ field, from, to }) => ({
          field,
          from: from || 'empty',
          to: to || 'empty',
        })),
      };
    default:
      return blank;
  }
}

/** The fact is the row's title, beside its badge: a timeline has many of them, and each fits one line. */
function headOf(entry: Entry) {
  if (entry.kind === 'place-read')
    return { title: entry.detail.place, by: `${entry.detail.subject}; looked up by hand` };
  if (entry.kind !== 'evidence-recorded') return describeEntry(entry);
  const { about, address, source } = entry.detail;
  return { title: about, by: [address, source].filter(Boolean).join('; ') };
}

/** `whole`: full texts of messages by id, for paper, where nothing is a click away. */
type EntryOptions = { whole?: Map<number, string>; follows?: boolean; here?: number };

function entryView(entry: Entry, zone: string, options: EntryOptions = {}) {
  const { title, by } = headOf(entry);
  const body = bodyOf(entry);
  return {
    id: entry.id,
    follows: options.follows ?? false,
    // Of an incident that became a part of this one.
    from: options.here === undefined || options.here === entry.incidentNumber ? 0 : entry.incidentNumber,
    whole: shownText(entry.messageId === null ? '' : (options.whole?.get(entry.messageId) ?? '')),
    title,
    by,
    actor: entry.actor,
    icon: ENTRY_ICONS[entry.kind],
    kind: SHORT_KIND[entry.kind] ?? stateWords(entry.kind),
    is: entry.kind === 'message-received' ? verdictBadge(entry.detail).is : '',
    isIn: entry.kind === 'message-received',
    state: entry.kind === 'rejection-recorded' || entry.kind === 'relapse-seen' ? 'open' : '',
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    late: entry.recordedAt.getTime() - entry.occurredAt.getTime() > LATE_MS,
    day: isoDay(entry.occurredAt, zone),
    messageId: entry.messageId,
    letterId: entry.letterId,
    reportId: entry.kind === 'rejection-recorded' || entry.kind === 'report-added' ? entry.reportId : null,
    corrects: entry.corrects,
    correctedBy: entry.correctedBy,
    isNote: entry.kind === 'note-added' || entry.kind === 'note-corrected',
    ...body,
  };
}

/** Entries in their order, grouped under the days of the viewer's zone. */
export function entriesByDay(
  entries: Entry[],
  zone: string,
  options: { whole?: Map<number, string>; here?: number } = {},
) {
  const days: { title: string; zone: string; entries: ReturnType<typeof entryView>[] }[] = [];
  let current = '';
  for (const [index, entry] of entries.entries()) {
    const follows = followsFrom(entry, entries[index - 1]);
    const view = entryView(entry, zone, { ...options, follows });
    if (view.day !== current) {
      days.push({
        title: longDay(entry.occurredAt, zone),
        zone: offset(entry.occurredAt, zone),
        entries: [],
      });
      current = view.day;
    }
    days.at(-1)?.entries.push(view);
  }
  return days;
}

export function timelineTabs(
  counts: Map<string, number>,
  current: EntryGroup | 'all',
  href: (group: string) => string,
) {
  const all = totalOf(counts);
  const of = (group: EntryGroup) =>
    ENTRY_GROUPS[group].reduce((sum, kind) => sum + (counts.get(kind) ?? 0), 0);
  const tabs = [
    { name: 'all', n: all },
    ...(Object.keys(ENTRY_GROUPS) as EntryGroup[]).map((name) => ({ name, n: of(name) })),
  ];
  return tabs.map((tab) => ({ ...tab, href: href(tab.name), current: tab.name === current }));
}
