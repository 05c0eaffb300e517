import { VERDICT_BADGES } from '../correspondence/verdict-badge.ts';
import type { IncidentState, SharePart } from '../database/tables.ts';
import { badgeOf } from '../evidence/badge.ts';
import { aged } from '../evidence/places/aged.ts';
import { courseOf, courseView } from '../incidents/course.ts';
import { momentsOf, waitsOf } from '../incidents/course-facts.ts';
import { blockedSince, blockedUntil, durations, stateWords } from '../incidents/incidents.ts';
import { roundWords } from '../letters/rounds.ts';
import { deliveryChart } from '../observations/chart.ts';
import { spanOf } from '../observations/deliveries.ts';
import { ENTRY_ICONS } from '../timeline/entries.ts';
import { count, duration, exact, isoDay, longDay, offset } from '../web/format.ts';
import { tellEntry } from './entries.ts';
import { type Mask, maskFor, onlyAbout, unmasked } from './mask.ts';
import type { Scope } from './parts.ts';
import { MOST_SHARED, type SharedRead } from './read.ts';
import { maskSignatures } from './signatures.ts';

type SharedOptions = {
  zone: string;
  now: Date;
  providerName: string;
  kindTitles: Map<string, string>;
  claimText: (key: string) => string;
};

type Given = SharedOptions & { read: SharedRead; scope: Scope; mask: Mask };

function summaryView({ read: { row, summary }, providerName, mask }: Given) {
  return (
    summary && {
      facts: [
        ['Provider', providerName],
        ['Reason', row.reason ?? 'not known'],
        ['Block codes', row.block_codes.join(', ')],
        ['Recipient domains', row.recipient_domains.join(', ')],
        ['Rejections', row.rejection_count > 0 ? count(row.rejection_count) : ''],
        ['Affected', mask(row.affected ?? '')],
      ].flatMap(([label, value]) => (value ? [{ label, value }] : [])),
      addresses: summary.addresses.map(({ text, hostname }) => ({ text, hostname })),
    }
  );
}

function statesView({ read: { row, changes }, zone, now }: Given) {
  if (!changes) return null;
  const spans = durations(row, now);
  const lasted = (ms: number | null) => (ms === null ? '' : duration(ms));
  const at = (moment: Date | null) => (moment ? exact(moment, zone) : '');
  const isOver = blockedUntil(row) !== null;
  return {
    course: courseView(courseOf(blockedSince(row), changes, row.state as IncidentState), now),
    facts: [
      ...momentsOf(row, at),
      ['Blocked for', `${lasted(spans.blocked)}${isOver ? '' : ' so far'}`],
      ...waitsOf(spans, lasted),
      ['Rounds of letters', row.round > 0 ? String(row.round) : ''],
      ['Relapses', row.relapses > 0 ? String(row.relapses) : ''],
    ].flatMap(([label, value]) => (value ? [{ label, value }] : [])),
  };
}

function timelineView({ read: { timeline }, scope, zone, mask }: Given) {
  if (!timeline) return null;
  const days: { title: string; zone: string; entries: object[] }[] = [];
  let day = '';
  for (const entry of timeline.entries) {
    const told = tellEntry(entry, scope);
    if (!told) continue;
    const today = isoDay(entry.occurredAt, zone);
    if (today !== day)
      days.push({
        title: longDay(entry.occurredAt, zone),
        zone: offset(entry.occurredAt, zone),
        entries: [],
      });
    day = today;
    days.at(-1)?.entries.push({
      at: entry.occurredAt,
      icon: ENTRY_ICONS[entry.kind],
      title: mask(told.title),
      by: mask(told.by ?? ''),
      machine: mask(told.machine ?? ''),
      quote: mask(maskedSignatures(told.quote ?? '', scope)),
      text: mask(told.text ?? ''),
      actor: scope.personal ? entry.actor : '',
      corrected: entry.correctedBy !== null,
    });
  }
  return { days };
}

const maskedSignatures = (text: string, { personal }: Scope) => (personal ? text : maskSignatures(text));

function cut(text: string): string {
  return text.length > MOST_SHARED.text
    ? `${text.slice(0, MOST_SHARED.text)}\n[The rest is left out.]`
    : text;
}

function lettersView({ read: { letters }, scope, zone, mask }: Given) {
  if (!letters) return null;
  return {
    items: letters.slice(0, MOST_SHARED.letters).map((letter, index) => ({
      title: `${index + 1}. ${mask(letter.subject)}`,
      below: [roundWords(letter.round), letter.sent_at && exact(letter.sent_at, zone)]
        .filter(Boolean)
        .join(', '),
      text: mask(maskedSignatures(cut(letter.body), scope)),
    })),
    more: letters.length > MOST_SHARED.letters,
  };
}

function answersView({ read: { answers }, scope, zone, mask }: Given) {
  if (!answers) return null;
  return {
    items: answers.slice(0, MOST_SHARED.answers).map((answer) => ({
      title: mask(answer.subject) || 'Without a subject',
      below: [
        exact(answer.at, zone),
        scope.personal && answer.from_address,
        !answer.applied && 'not proven to be from the provider',
      ]
        .filter(Boolean)
        .join(', '),
      verdict: stateWords(answer.verdict ?? ''),
      is: answer.applied ? (VERDICT_BADGES[answer.verdict ?? '']?.is ?? '') : '',
      text: mask(maskedSignatures(cut(answer.text), scope)),
    })),
    more: answers.length > MOST_SHARED.answers,
  };
}

const RESULTS = {
  supports: { is: 'good', icon: 'e-good', words: 'holds' },
  contradicts: { is: 'bad', icon: 'e-bad', words: 'does not hold' },
  unknown: { is: '', icon: 'e-unknown', words: 'not known' },
} as const;

function evidenceView({ read: { evidence }, now, zone, kindTitles, claimText, mask }: Given) {
  if (!evidence) return null;
  const looked = evidence.snapshots
    .filter(({ outcome, facts }) => outcome !== 'note' || facts.length > 0)
    .map((one) => aged(one, now))
    .map((one) => ({
      title: kindTitles.get(one.kind) ?? one.kind,
      about: one.address ?? one.domain ?? '',
      found: mask(one.summary),
      at: exact(one.last_seen_at, zone),
      ...badgeOf(one.outcome),
    }));
  const recorded = evidence.recorded.toReversed().map((one) => ({
    title: mask(claimText(one.claim)),
    about: one.address ?? '',
    found: mask(`${one.words} (${one.source})`),
    at: exact(one.observed_at, zone),
    ...RESULTS[one.result],
  }));
  return { rows: [...recorded, ...looked] };
}

/** Marks of letters and of the end stand in the picture only where their part was chosen. */
function deliveriesView({ read: { row, hours, letters, changes }, now, zone }: Given) {
  if (!hours) return null;
  const sent = (letters ?? []).flatMap(({ sent_at }) => sent_at ?? []);
  const lifted = changes ? blockedUntil(row) : null;
  return { chart: deliveryChart(hours, spanOf(row, now), { letters: sent, lifted }, zone) };
}

const headings: Record<Exclude<SharePart, 'notes'>, string> = {
  summary: 'Summary',
  states: 'States and durations',
  letters: 'Letters',
  answers: 'The provider’s answers',
  evidence: 'Evidence, as it stands now',
  deliveries: 'Deliveries',
  timeline: 'Timeline',
};

/** The page of a share: only what was chosen, and no person's data unless that was chosen too. */
export function sharedView(read: SharedRead, scope: Scope, options: SharedOptions) {
  const { row, people } = read;
  const mask = onlyAbout(row.number, people ? maskFor(people, read.organisation) : unmasked);
  const given: Given = { ...options, read, scope, mask };
  return {
    number: row.number,
    organisation: read.organisation,
    heading: scope.parts.includes('summary') ? mask(row.title) : `Incident #${row.number}`,
    state: scope.parts.includes('summary') || scope.parts.includes('states') ? row.state : '',
    stateWords: stateWords(row.state),
    providerName: options.providerName,
    headings,
    summary: summaryView(given),
    states: statesView(given),
    letters: lettersView(given),
    answers: answersView(given),
    evidence: evidenceView(given),
    deliveries: deliveriesView(given),
    timeline: timelineView(given),
    isFurther: read.isFurther,
    isMasked: !scope.personal,
  };
}
