import { isIP } from 'node:net';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { addressComplaints } from '../complaints/address-view.ts';
import { networkEvidence } from '../evidence/incident-evidence.ts';
import { INTERVALS, intervalWords } from '../evidence/monitors.ts';
import { asOfPage } from '../history/as-of-page.ts';
import { lettersView, listingsView } from '../history/lists-page.ts';
import { yearsView } from '../history/years.ts';
import { blockSpans, listedSpans, MOST } from '../history/years-store.ts';
import { durations, STATES, stateWords } from '../incidents/incidents.ts';
import { listIncidents } from '../incidents/list.ts';
import { Type, Version } from '../json-schema.ts';
import { addressDeliveries } from '../observations/deliveries.ts';
import { stripView } from '../reminders/page.ts';
import { pressingReminders } from '../reminders/store.ts';
import { measuredTimes } from '../reports/measured.ts';
import { addressSnds } from '../snds/address-view.ts';
import { viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { isoDay } from '../web/format.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { covers, isDocumentation, networkText, parseNetwork } from './address.ts';
import { readAddressCursor } from './cursor.ts';
import { addAddress, changeAddress, getAddress, listAddresses, networksFrom } from './store.ts';
import { firstWeek, weeksView } from './weeks.ts';
import { readWeeks } from './weeks-store.ts';

const Day = Type.Optional(Type.String({ format: 'date', description: 'a date such as 2026-03-10' }));
const FACTS = {
  hostname: Type.Optional(Type.String({ maxLength: 253 })),
  label: Type.Optional(Type.String({ maxLength: 120 })),
  purpose: Type.Optional(Type.String({ maxLength: 500 })),
  inUseSince: Day,
  jmrpSince: Day,
  sndsSince: Day,
  notes: Type.Optional(Type.String({ maxLength: 10_000 })),
  checkEveryHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, description: 'hours, 1 to 720' })),
};
const NewForm = Type.Object({
  address: Type.String({ minLength: 1, maxLength: 80, description: 'an IP address or CIDR range' }),
  ...FACTS,
});
const EditForm = Type.Object({ ...FACTS, version: Version });
type Facts = {
  hostname?: string;
  label?: string;
  purpose?: string;
  inUseSince?: string;
  jmrpSince?: string;
  sndsSince?: string;
  notes?: string;
  checkEveryHours?: number;
};

const factsOf = (form: Facts) => ({
  hostname: form.hostname?.trim().toLowerCase() ?? '',
  label: form.label?.trim() ?? '',
  purpose: form.purpose?.trim() ?? '',
  inUseSince: form.inUseSince ?? null,
  jmrpSince: form.jmrpSince ?? null,
  sndsSince: form.sndsSince ?? null,
  notes: form.notes ?? '',
  checkEveryHours: form.checkEveryHours ?? null,
});

const blank = {
  address: '',
  hostname: '',
  label: '',
  purpose: '',
  inUseSince: '',
  jmrpSince: '',
  sndsSince: '',
  notes: '',
  checkEveryHours: '',
};
const ListQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 200 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const HistoryQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  asOf: Type.Optional(Type.String({ maxLength: 40 })),
  list: Type.Optional(Type.Enum(['letters', 'listings'])),
});

/** States in which a provider is not known to take our mail again. */
const BLOCKING = STATES.filter((state) => state !== 'closed' && state !== 'recovered');
const BLOCKED_NOW = 20;

/** A range has a slash in it, which a URL path writes as another segment. */
const pathOf = (cidr: string) => `/addresses/${networkText(cidr)}`;

export const addressPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;

  app.get(
    '/addresses',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { q = '', cursor } = request.query;
      let within: ReturnType<typeof parseNetwork> | undefined;
      try {
        within = q.trim() ? parseNetwork(q) : undefined;
      } catch {
        // Then it is part of a name.
      }
      const page = await listAddresses(db, {
        limit: 100,
        after: readAddressCursor(cursor),
        text: q.trim().slice(0, 100) || undefined,
        within,
      });
      const query = new URLSearchParams(q ? { q } : {});
      const first = linkTo('/addresses', query);
      if (page.next) query.set('cursor', writeCursor('addresses', [page.next]));
      return reply.page('addresses/list', {
        q,
        rows: page.items.map((row) => ({
          ...row,
          text: networkText(row.network),
          href: pathOf(row.network),
          documentation: isDocumentation(row.network),
        })),
        next: page.next ? linkTo('/addresses', query) : '',
        first: cursor ? first : '',
      });
    },
  );

  app.get('/addresses/new', { config: { access: 'operator' } }, async (_request, reply) =>
    reply.page('addresses/new', { values: blank, intervals: INTERVALS, errors: {}, problem: '' }),
  );

  app.post('/addresses', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(NewForm, request.body);
        const network = networksFrom('address', () => parseNetwork(form.address));
        await formOnce(db, request, { what: 'add address' }, async (trx) => {
          await addAddress(trx, network, factsOf(form));
        });
        return reply.done(pathOf(network.cidr), `${network.text} added.`);
      },
      async (problem) => ({
        view: 'addresses/new',
        data: {
          values: { ...blank, ...typedAgain(request.body) },
          intervals: INTERVALS,
          errors: problem.fields,
          problem: problem.message,
        },
      }),
    ),
  );

  async function view(text: string, cursor?: string) {
    const row = await getAddress(db, text);
    const network = parseNetwork(networkText(row.network));
    const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
    // What blocks now may be older than this page, so it is asked for by itself.
    const [page, blocking] = await Promise.all([
      listIncidents(db, { limit: 50, network, after }),
      listIncidents(db, { limit: BLOCKED_NOW, network, states: BLOCKING }),
    ]);
    const now = new Date();
    const incidents = page.items.map((one) => ({
      number: one.number,
      provider: catalogue.byKey.get(one.provider)?.name ?? one.provider,
      state: one.state,
      stateWords: stateWords(one.state),
      codes: one.block_codes.slice(0, 2),
      openedAt: one.opened_at,
      blockedMs: durations(one, now).blocked,
      round: one.round,
      outcome: one.last_verdict ? stateWords(one.last_verdict) : '',
    }));
    return {
      row,
      text: network.text,
      href: pathOf(row.network),
      documentation: network.documentation,
      intervals: INTERVALS,
      checkEvery: intervalWords(row.check_every_hours),
      incidents,
      next:
        page.next === null ? '' : `${pathOf(row.network)}?cursor=${writeCursor('incidents', [page.next])}`,
      blockedNow: blocking.items.map((one) => ({
        number: one.number,
        state: one.state,
        stateWords: stateWords(one.state),
        provider: catalogue.byKey.get(one.provider)?.name ?? one.provider,
      })),
    };
  }

  const textOf = (params: unknown) => (params as { '*': string })['*'];

  app.get(
    '/addresses/*',
    { config: { access: 'viewer' }, schema: { querystring: HistoryQuery } },
    async (request, reply) => {
      const text = textOf(request.params);
      const editing = text.endsWith('/edit');
      if (request.query.asOf !== undefined && !editing) {
        const { network } = await getAddress(db, text);
        const its = parseNetwork(networkText(network));
        const head = { nav: 'addresses', name: its.text, href: pathOf(network) };
        return asOfPage(
          request,
          reply,
          { network: its },
          { ...head, listHref: '/addresses', listName: 'Addresses' },
        );
      }
      const data = await view(
        editing ? text.slice(0, -5) : text,
        request.query.list === undefined ? request.query.cursor : undefined,
      );
      const { row } = data;
      if (!editing) {
        const view = { zone: viewerOf(request).timeZone, now: new Date() };
        const its = parseNetwork(data.text);
        const [deliveries, evidence, snds, complaints, weeks, reminders, spans, listed, measured] =
          await Promise.all([
            addressDeliveries(db, row.network, view),
            networkEvidence(db, data.text),
            addressSnds(db, row.network, view.now),
            addressComplaints(db, row.network, { now: view.now, catalogue }),
            readWeeks(db, row.network, firstWeek(view.now), view.now),
            pressingReminders(db, view.now),
            blockSpans(db, its),
            listedSpans(db, its),
            measuredTimes(db, { address: data.text }, view),
          ]);
        const { list = 'incidents', cursor } = request.query;
        const named = deliveries.byProvider.map((one) => ({
          ...one,
          name: catalogue.byKey.get(one.provider)?.name ?? (one.provider || 'not in the catalogue'),
        }));
        return reply.page('addresses/show', {
          ...data,
          evidence,
          reminders: stripView(
            reminders.filter(({ about }) => isIP(about) !== 0 && covers(data.text, about)),
          ),
          deliveries: { ...deliveries, byProvider: named },
          snds,
          complaints,
          weeks: weeksView(weeks, view.now),
          years: yearsView(spans, listed, { ...view, nameOf }),
          cut: spans.length === MOST || listed.length === MOST ? MOST : 0,
          measured,
          list,
          letters: list === 'letters' ? await lettersView(db, { network: its }, cursor, nameOf) : null,
          listings: list === 'listings' ? await listingsView(db, its, cursor) : null,
          dayText: '',
          today: isoDay(view.now, view.zone),
          errors: {},
        });
      }
      const values = {
        hostname: row.hostname,
        label: row.label,
        purpose: row.purpose,
        inUseSince: row.in_use_since ?? '',
        jmrpSince: row.jmrp_since ?? '',
        sndsSince: row.snds_since ?? '',
        notes: row.notes,
        checkEveryHours: row.check_every_hours === null ? '' : String(row.check_every_hours),
      };
      return reply.page('addresses/edit', { ...data, values, version: row.version, errors: {}, problem: '' });
    },
  );

  app.post('/addresses/*', { config: { access: 'operator' } }, async (request, reply) => {
    const text = textOf(request.params);
    return orFormAgain(
      reply,
      async () => {
        const form = readForm(EditForm, request.body);
        const network = networksFrom('address', () => parseNetwork(text));
        await formOnce(db, request, { what: `change address ${network.cidr}` }, async (trx) => {
          await changeAddress(trx, network.cidr, form.version, factsOf(form));
        });
        return reply.done(pathOf(network.cidr), 'Saved.');
      },
      async (problem) => {
        const data = await view(text);
        return {
          view: 'addresses/edit',
          data: {
            ...data,
            values: { ...blank, ...typedAgain(request.body) },
            version: data.row.version,
            errors: problem.fields,
            problem: problem.message,
          },
        };
      },
    );
  });
};
