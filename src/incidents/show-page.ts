import type { FastifyRequest } from 'fastify';
import { fieldView } from '../custom-fields/field.ts';
import type { Db } from '../database/open.ts';
import type { IncidentState } from '../database/tables.ts';
import { ENTRIES_ON_PAPER, restOfTimeline } from '../dossier/whole-timeline.ts';
import { lastCheck } from '../evidence/checks/store.ts';
import { incidentEvidence } from '../evidence/incident-evidence.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { type Static, Type } from '../json-schema.ts';
import type { LetterLibrary } from '../letters/library.ts';
import { roundWords } from '../letters/rounds.ts';
import { waitingAnswer } from '../mail-in/filing/unfiled-store.ts';
import { dispatchView } from '../mail-out/dispatch-view.ts';
import { openDispatches } from '../mail-out/shown.ts';
import { readCauses } from '../next-step/cause-store.ts';
import { causeView, stepView } from '../next-step/page.ts';
import { readStep } from '../next-step/store.ts';
import { incidentDeliveries } from '../observations/deliveries.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { shownTags } from '../tags/tag.ts';
import { readEntryCursor, writeEntryCursor } from '../timeline/cursor.ts';
import { ENTRY_GROUPS, type EntryGroup, totalOf } from '../timeline/entries.ts';
import { recentPlace } from '../timeline/news.ts';
import { countKinds, listEntries } from '../timeline/store.ts';
import { entriesByDay, RESULT_BADGES, timelineTabs } from '../timeline/view.ts';
import { viewerOf } from '../web/access.ts';
import { localInput } from '../web/format.ts';
import { linkTo } from '../web/links.ts';
import { blockedBefore } from './compare/store.ts';
import { courseOf, courseView } from './course.ts';
import { blockedSince, durations, STATES, stateWords } from './incidents.ts';
import { isSaid, LINK_KINDS, linkWords } from './links/kinds.ts';
import { familyOf, likelyDuplicates, mergesInto } from './merge/store.ts';
import { type IncidentRead, readBodies, readIncident } from './show.ts';

const ENTRIES_PER_PAGE = 100;
const HEAD_TAGS = 8;

/** What is usually set by hand next, and why. */
const ENDINGS: Partial<Record<IncidentState, { to: IncidentState; reason: string }>> = {
  recovered: { to: 'closed', reason: 'Mail flows again.' },
  closed: { to: 'open', reason: '' },
};

export const ShowQuery = Type.Object({
  show: Type.Optional(Type.String({ maxLength: 20 })),
  order: Type.Optional(Type.String({ maxLength: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});

/** The newest draft of the letter that comes next. */
function begunLetter(round: string, letters: IncidentRead['letters']): number | undefined {
  return letters.findLast((letter) => letter.state === 'draft' && letter.round === round)?.id;
}

/** The incident's page. `whole`: its whole timeline with all texts, for the dossier. */
export async function incidentView(
  { db, catalogue, letters }: { db: Db; catalogue: Catalogue; letters: LetterLibrary },
  request: FastifyRequest,
  number: number,
  query: Static<typeof ShowQuery>,
  whole = false,
) {
  const viewer = viewerOf(request);
  const zone = viewer.timeZone;
  const group = (Object.keys(ENTRY_GROUPS) as EntryGroup[]).find((one) => one === query.show);
  const order = query.order === 'newest' ? 'newest' : 'oldest';
  const after = readEntryCursor(query.cursor, number, order);
  const [live, family] = await Promise.all([recentPlace(db), familyOf(db, number)]);
  const [read, mails, waiting, counts, check, page] = await Promise.all([
    readIncident(db, number),
    openDispatches(db, number),
    waitingAnswer(db, number),
    countKinds(db, family),
    lastCheck(db, number),
    listEntries(db, family, {
      order,
      limit: whole ? ENTRIES_ON_PAPER : ENTRIES_PER_PAGE,
      ...(group ? { kinds: ENTRY_GROUPS[group] } : {}),
      after,
    }),
  ]);
  const now = new Date();
  const { row } = read;
  const networks = read.addresses.map((one) => one.network);
  const standing = () => standingSnapshots(db, { networks, domains: read.sendingDomains });
  const [duplicates, before, merges, { step, material }, deliveries, ofClosed] = await Promise.all([
    whole ? [] : likelyDuplicates(db, row),
    whole ? [] : blockedBefore(db, row),
    family.length > 1 ? mergesInto(db, number) : [],
    readStep(db, row, catalogue, now),
    incidentDeliveries(db, row, read.letters, { zone, now }),
    row.state === 'closed' ? Promise.all([standing(), readCauses(db, [number])]) : undefined,
  ]);
  const snapshots = material?.snapshots ?? ofClosed?.[0] ?? [];
  const cause = material?.cause ?? ofClosed?.[1].get(number) ?? null;
  const checked = await incidentEvidence(number, networks, check, snapshots);
  const provider = catalogue.byKey.get(row.provider);
  const rule = provider?.rejections.find((one) => `${provider.key}/${one.id}` === read.firstRejection.rule);
  const link = (change: Record<string, string>) => {
    const merged = new URLSearchParams({
      ...(group ? { show: group } : {}),
      ...(order === 'newest' ? { order } : {}),
      ...change,
    });
    for (const [key, value] of [...merged])
      if (!value || value === 'all' || value === 'oldest') merged.delete(key);
    return linkTo(`/incidents/${number}`, merged);
  };
  const changes = read.changes.filter((change) => change.at >= row.opened_at || read.changes.length < 50);
  return {
    live: whole ? '' : live,
    incident: {
      number,
      title: row.title,
      state: row.state,
      stateWords: stateWords(row.state),
      round: row.round,
      severity: row.severity,
      affected: row.affected,
      reason: row.reason ?? '',
      codes: row.block_codes,
      firstCodes: [
        read.firstRejection.reply_code,
        read.firstRejection.enhanced_code,
        read.firstRejection.block_code,
      ]
        .filter(Boolean)
        .join(' '),
      temporary: read.firstRejection.temporary,
      listName: read.firstRejection.list_name ?? '',
      recipientDomains: row.recipient_domains.slice(0, 8),
      moreDomains: Math.max(0, row.recipient_domains.length - 8),
      rejectionCount: row.rejection_count,
      firstRejectionAt: row.first_rejection_at,
      lastRejectionAt: row.last_rejection_at,
      openedAt: row.opened_at,
      mitigatedAt: row.mitigated_at,
      recoveredAt: row.recovered_at,
      closedAt: row.closed_at,
      relapses: row.relapses,
      version: row.version,
      lifted: row.mitigated_at !== null || row.recovered_at !== null || row.closed_at !== null,
    },
    provider: {
      key: row.provider,
      name: provider?.name ?? row.provider,
      operator: provider?.operator ?? '',
    },
    meaning: rule?.meaning ?? '',
    durations: durations(row, now),
    step: stepView(step, {
      number,
      provider: row.provider,
      address: read.addresses[0]?.text ?? '',
      zone,
      now,
      begun: (round) => begunLetter(round, read.letters),
    }),
    cause: causeView(cause, zone),
    /** Mails that are not done with: the one that needs somebody first. */
    mails: mails.map((mail) => dispatchView(mail, number)).slice(0, 3),
    /** An answer that counts only when somebody says so. */
    waiting: waiting && {
      id: waiting.id,
      words: stateWords(waiting.verdict ?? ''),
      proven: waiting.proven === true,
    },
    duplicates: duplicates.map((one) => ({ ...one, stateWords: stateWords(one.state) })),
    before: before.slice(0, 3).map((one) => ({
      number: one.number,
      openedAt: one.openedAt,
      provider:
        one.provider === row.provider ? '' : (catalogue.byKey.get(one.provider)?.name ?? one.provider),
      href: `/incidents/${number}/compare?with=${one.number}`,
    })),
    merges,
    deliveries,
    checked,
    course: courseView(courseOf(blockedSince(row), changes, row.state), now),
    tabs: timelineTabs(counts, group ?? 'all', (name) => link({ show: name })),
    order,
    orderLink: link({ order: order === 'oldest' ? 'newest' : 'oldest' }),
    days: entriesByDay(page.entries, zone, {
      here: number,
      ...(whole ? { whole: await readBodies(db, number) } : {}),
    }),
    more: page.next ? link({ cursor: writeEntryCursor(page.next, number, order) }) : '',
    first: after ? link({}) : '',
    /** On paper: what of the timeline is not. */
    rest: whole ? restOfTimeline(page.entries.length, totalOf(counts)) : '',
    addresses: read.addresses,
    assignee: read.assignee,
    ...shownTags(read.tags),
    /** Above the next step there is room for some. */
    head: shownTags(read.tags, HEAD_TAGS),
    watchers: read.watchers.map(({ name }) => name),
    watching: {
      can: viewer.userId !== null,
      on: read.watchers.some(({ userId }) => userId === viewer.userId),
    },
    fields: read.fields.map(fieldView),
    tickets: read.tickets,
    messageCount: read.messageCount,
    letters: read.letters.map((letter, index) => ({
      ...letter,
      round: roundWords(letter.round),
      position: index + 1,
      sent: letter.state === 'sent',
    })),
    evidence: read.evidence.map((one) => ({
      claim: one.claim,
      about: letters.claimText(one.claim),
      words: one.words,
      source: one.source,
      address: one.address,
      observedAt: one.observed_at,
      ...RESULT_BADGES[one.result],
    })),
    links: read.links.map((one) => ({
      ...one,
      kind: linkWords(one.kind, one.reads),
      said: isSaid(one.kind),
      /** Of one provider, and neither is over: they may be one matter. */
      joins: one.provider === row.provider && one.state !== 'closed' && row.state !== 'closed',
      stateWords: stateWords(one.state),
    })),
    linkKinds: LINK_KINDS.map((key) => ({ key, words: linkWords(key) })),
    nowInput: localInput(now, zone),
    nowShort: localInput(now, zone).slice(0, 16),
    states: STATES.filter((one) => one !== row.state).map((one) => ({ key: one, words: stateWords(one) })),
    ending: ENDINGS[row.state] ?? { to: '', reason: '' },
    isOver: row.state === 'closed',
    paper: whole,
    organisation: '',
    errors: {} as Record<string, string>,
    problem: '',
    typed: {} as Record<string, string>,
    open: '',
    /** A correction that was refused, of which note, and whether that is on this page; 0: none was. */
    correcting: { id: 0, text: '', errors: {} as Record<string, string>, isShown: true },
  };
}
