import { isIP } from 'node:net';
import { findComplaints } from '../complaints/kind.ts';
import type { Db } from '../database/open.ts';
import { intervalWords } from '../evidence/checks/schedule.ts';
import { networkEvidence } from '../evidence/incident-evidence.ts';
import type { Found } from '../evidence/kind.ts';
import { shownFound } from '../evidence/shown.ts';
import { lettersView, listingsView } from '../history/lists-page.ts';
import { yearsView } from '../history/years.ts';
import { blockSpans, listedSpans, MOST } from '../history/years-store.ts';
import { durations, STATES, stateWords } from '../incidents/incidents.ts';
import { listIncidents } from '../incidents/list.ts';
import { addressDeliveries } from '../observations/deliveries.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { stripView } from '../reminders/page.ts';
import { pressingReminders } from '../reminders/store.ts';
import { measuredTimes } from '../reports/measured.ts';
import { findSnds } from '../snds/kind.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { isoDay } from '../web/format.ts';
import { covers, networkText, parseNetwork } from './address.ts';
import { getAddress } from './store.ts';
import { firstWeek, weeksView } from './weeks.ts';
import { readWeeks } from './weeks-store.ts';

export type Given = { db: Db; catalogue: Catalogue };

/** A range has a slash in it, which a URL path writes as another segment. */
export const pathOf = (cidr: string) => `/addresses/${networkText(cidr)}`;

/** States in which a provider is not known to take our mail again. */
const BLOCKING = STATES.filter((state) => state !== 'closed' && state !== 'recovered');
const BLOCKED_NOW = 20;
/** Of them in the head. */
const BLOCKED_SHOWN = 6;

/** What the page of an address and that of its form have in common: what it is, its incidents, who blocks it now. */
export async function addressView({ db, catalogue }: Given, text: string, cursor?: string) {
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;
  const row = await getAddress(db, text);
  const network = parseNetwork(networkText(row.network));
  const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
  // What blocks now may be older than this page, so it is asked for by itself.
  const [page, blocking] = await Promise.all([
    listIncidents(db, { limit: 50, network, after }),
    listIncidents(db, { limit: BLOCKED_NOW, network, states: BLOCKING }),
  ]);
  const now = new Date();
  return {
    row,
    text: network.text,
    href: pathOf(row.network),
    documentation: network.documentation,
    checkEvery: intervalWords(row.check_every_hours),
    incidents: page.items.map((one) => ({
      number: one.number,
      provider: nameOf(one.provider),
      state: one.state,
      stateWords: stateWords(one.state),
      codes: one.block_codes.slice(0, 2),
      openedAt: one.opened_at,
      blockedMs: durations(one, now).blocked,
      round: one.round,
      outcome: one.last_verdict ? stateWords(one.last_verdict) : '',
    })),
    next: page.next === null ? '' : `${pathOf(row.network)}?cursor=${writeCursor('incidents', [page.next])}`,
    blockedNow: blocking.items.slice(0, BLOCKED_SHOWN).map((one) => ({
      number: one.number,
      state: one.state,
      stateWords: stateWords(one.state),
      provider: nameOf(one.provider),
    })),
    moreBlocked: Math.max(0, blocking.items.length - BLOCKED_SHOWN),
    evenMore: blocking.next !== null,
  };
}

export type ShowQuery = { list?: 'letters' | 'listings' | undefined; cursor?: string | undefined };

const shown = (found: Found | null) => found && shownFound(found);

/** All that is known of an address or range; of its three lists one is on a page at a time. */
export async function showAddress(
  given: Given,
  text: string,
  { list, cursor }: ShowQuery,
  view: { zone: string; now: Date },
) {
  const { db, catalogue } = given;
  const { now, zone } = view;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;
  const data = await addressView(given, text, list === undefined ? cursor : undefined);
  const { network: cidr } = data.row;
  const network = parseNetwork(data.text);
  const [deliveries, evidence, snds, complaints, weeks, reminders, spans, listed, measured] =
    await Promise.all([
      addressDeliveries(db, cidr, view),
      networkEvidence(db, data.text),
      // SNDS speaks of single addresses.
      isIP(data.text) === 0 ? null : findSnds(db, data.text, now),
      findComplaints(db, cidr, { now, catalogue }),
      readWeeks(db, cidr, firstWeek(now), now),
      pressingReminders(db, now),
      blockSpans(db, network),
      listedSpans(db, network),
      measuredTimes(db, { address: data.text }, view),
    ]);
  return {
    ...data,
    evidence,
    reminders: stripView(reminders.filter(({ about }) => isIP(about) !== 0 && covers(data.text, about))),
    deliveries: {
      ...deliveries,
      byProvider: deliveries.byProvider.map((one) => ({
        ...one,
        name: one.provider ? nameOf(one.provider) : 'not in the catalogue',
      })),
    },
    snds: shown(snds),
    complaints: shown(complaints),
    weeks: weeksView(weeks, now),
    years: yearsView(spans, listed, { ...view, nameOf }),
    cut: spans.length === MOST || listed.length === MOST ? MOST : 0,
    measured,
    list: list ?? 'incidents',
    letters: list === 'letters' ? await lettersView(db, { network }, cursor, nameOf) : null,
    listings: list === 'listings' ? await listingsView(db, network, cursor) : null,
    dayText: '',
    today: isoDay(now, zone),
    errors: {},
  };
}
