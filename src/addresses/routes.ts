import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { addressComplaints } from '../complaints/address-view.ts';
import { networkEvidence } from '../evidence/incident-evidence.ts';
import { snapshotJson } from '../evidence/json.ts';
import { INTERVALS, intervalWords } from '../evidence/monitors.ts';
import { standingSnapshots } from '../evidence/snapshots.ts';
import { durations, STATES, stateWords } from '../incidents/incidents.ts';
import { countIncidents, listIncidents } from '../incidents/list.ts';
import { Type, Version } from '../json-schema.ts';
import { addressDeliveries } from '../observations/deliveries.ts';
import { addressSnds } from '../snds/address-view.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { badCursor, readCursor, writeCursor } from '../web/cursor.ts';
import { formKey, readForm, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { once } from '../web/once.ts';
import { orFormAgain } from '../web/pages.ts';
import { isCidr, isDocumentation, networkText, parseNetwork } from './address.ts';
import {
  type AddressListed,
  addAddress,
  changeAddress,
  getAddress,
  listAddresses,
  networksFrom,
} from './store.ts';
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
const HistoryQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });

/** States in which a provider is not known to take our mail again. */
const BLOCKING = STATES.filter((state) => state !== 'closed' && state !== 'recovered');
const BLOCKED_NOW = 20;

/** The cursor of the list of addresses: the network that the page before ended with. */
function readAddressCursor(text: string | undefined): string | undefined {
  const [network] = readCursor(text, 'addresses', ['text']) ?? [];
  if (network !== undefined && !isCidr(network)) throw badCursor();
  return network;
}

/** A range has a slash in it, which a URL path writes as another segment. */
const pathOf = (cidr: string) => `/addresses/${networkText(cidr)}`;

const AddressJson = Type.Object({
  address: Type.String(),
  hostname: Type.String(),
  label: Type.String(),
  purpose: Type.String(),
  inUseSince: Type.Union([Type.String(), Type.Null()]),
  jmrpSince: Type.Union([Type.String(), Type.Null()]),
  sndsSince: Type.Union([Type.String(), Type.Null()]),
  notes: Type.String(),
  checkEveryHours: Type.Union([Type.Integer(), Type.Null()]),
  documentation: Type.Boolean(),
  incidents: Type.Integer(),
  unfinished: Type.Integer(),
  updatedAt: Type.String(),
});
const addressJson = (row: Omit<AddressListed, 'last_opened_at'>) => ({
  address: networkText(row.network),
  hostname: row.hostname,
  label: row.label,
  purpose: row.purpose,
  inUseSince: row.in_use_since,
  jmrpSince: row.jmrp_since,
  sndsSince: row.snds_since,
  notes: row.notes,
  checkEveryHours: row.check_every_hours,
  documentation: isDocumentation(row.network),
  incidents: row.incidents,
  unfinished: row.unfinished,
  updatedAt: row.updated_at.toISOString(),
});

export const addressPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  const act = (request: FastifyRequest, what: string, effect: Parameters<typeof once>[2]) =>
    once(db, { actor: actorOf(request), key: formKey(request.body), what, input: request.body }, effect);

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
        await act(request, 'add address', async (trx) => {
          await addAddress(trx, network, factsOf(form));
          return { status: 303, body: null };
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
      const data = await view(editing ? text.slice(0, -5) : text, request.query.cursor);
      const { row } = data;
      if (!editing) {
        const view = { zone: viewerOf(request).timeZone, now: new Date() };
        const [deliveries, evidence, snds, complaints, weeks] = await Promise.all([
          addressDeliveries(db, row.network, view),
          networkEvidence(db, data.text),
          addressSnds(db, row.network, view.now),
          addressComplaints(db, row.network, { now: view.now, catalogue }),
          readWeeks(db, row.network, firstWeek(view.now), view.now),
        ]);
        const named = deliveries.byProvider.map((one) => ({
          ...one,
          name: catalogue.byKey.get(one.provider)?.name ?? (one.provider || 'not in the catalogue'),
        }));
        return reply.page('addresses/show', {
          ...data,
          evidence,
          deliveries: { ...deliveries, byProvider: named },
          snds,
          complaints,
          weeks: weeksView(weeks, view.now),
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
        await act(request, `change address ${network.cidr}`, async (trx) => {
          await changeAddress(trx, network.cidr, form.version, factsOf(form));
          return { status: 303, body: null };
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

const HISTORY_LIMIT = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 200 }));

export const addressApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const tags = ['addresses'];

  app.get(
    '/addresses',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'Our addresses, in numeric order',
        querystring: Type.Object({ ...PageQuery, q: Type.Optional(Type.String({ maxLength: 100 })) }),
        response: { 200: pageOf(AddressJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor, q } = request.query;
      const page = await listAddresses(db, {
        limit,
        after: readAddressCursor(cursor),
        text: q,
      });
      return {
        items: page.items.map(addressJson),
        next: page.next ? writeCursor('addresses', [page.next]) : null,
      };
    },
  );

  app.get(
    '/addresses/*',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'One address and a page of its incidents, newest first',
        params: Type.Object({ '*': Type.String({ maxLength: 80 }) }),
        querystring: Type.Object({ ...PageQuery, limit: HISTORY_LIMIT }),
      },
    },
    async (request) => {
      const network = networksFrom('address', () => parseNetwork(request.params['*']));
      const row = await getAddress(db, network.text);
      const { limit = 200, cursor } = request.query;
      const [after] = readCursor(cursor, 'incidents', ['number']) ?? [];
      const [counts, page, evidence] = await Promise.all([
        countIncidents(db, network),
        listIncidents(db, { limit, network, after }),
        standingSnapshots(db, { networks: [network.text], domains: [] }),
      ]);
      return {
        ...addressJson({ ...row, ...counts }),
        history: page.items.map((one) => ({
          number: one.number,
          provider: one.provider,
          state: one.state,
          openedAt: one.opened_at.toISOString(),
          mitigatedAt: one.mitigated_at?.toISOString() ?? null,
          round: one.round,
        })),
        next: page.next === null ? null : writeCursor('incidents', [page.next]),
        evidence: evidence.map(snapshotJson),
      };
    },
  );
};
