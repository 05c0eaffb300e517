import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { durations, stateWords } from '../incidents/incidents.ts';
import { listIncidents } from '../incidents/list.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { isDocumentation, networkText, parseNetwork } from './address.ts';
import {
  type AddressListed,
  addAddress,
  changeAddress,
  getAddress,
  listAddresses,
  networksFrom,
} from './store.ts';

const Day = Type.Optional(Type.String({ format: 'date', description: 'a date such as 2026-03-10' }));
const FACTS = {
  hostname: Type.Optional(Type.String({ maxLength: 253 })),
  label: Type.Optional(Type.String({ maxLength: 120 })),
  purpose: Type.Optional(Type.String({ maxLength: 500 })),
  inUseSince: Day,
  jmrpSince: Day,
  sndsSince: Day,
  notes: Type.Optional(Type.String({ maxLength: 10_000 })),
};
const NewForm = Type.Object({
  address: Type.String({ minLength: 1, maxLength: 80, description: 'an IP address or CIDR range' }),
  ...FACTS,
});
const EditForm = Type.Object({ ...FACTS, version: Type.Integer({ minimum: 1 }) });
type Facts = {
  hostname?: string;
  label?: string;
  purpose?: string;
  inUseSince?: string;
  jmrpSince?: string;
  sndsSince?: string;
  notes?: string;
};

const factsOf = (form: Facts) => ({
  hostname: form.hostname?.trim().toLowerCase() ?? '',
  label: form.label?.trim() ?? '',
  purpose: form.purpose?.trim() ?? '',
  inUseSince: form.inUseSince ?? null,
  jmrpSince: form.jmrpSince ?? null,
  sndsSince: form.sndsSince ?? null,
  notes: form.notes ?? '',
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
};
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
  documentation: Type.Boolean(),
  incidents: Type.Integer(),
  unfinished: Type.Integer(),
  updatedAt: Type.String(),
});
const addressJson = (row: AddressListed) => ({
  address: networkText(row.network),
  hostname: row.hostname,
  label: row.label,
  purpose: row.purpose,
  inUseSince: row.in_use_since,
  jmrpSince: row.jmrp_since,
  sndsSince: row.snds_since,
  notes: row.notes,
  documentation: isDocumentation(row.network),
  incidents: row.incidents,
  unfinished: row.unfinished,
  updatedAt: row.updated_at.toISOString(),
});

export const addressPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get('/addresses', { config: { access: 'viewer' } }, async (request, reply) => {
    const { q = '', cursor } = request.query as { q?: string; cursor?: string };
    let within: ReturnType<typeof parseNetwork> | undefined;
    try {
      within = q.trim() ? parseNetwork(q) : undefined;
    } catch {
      // Then it is part of a name.
    }
    const page = await listAddresses(db, {
      limit: 100,
      after: readCursor(cursor, ['string'])?.[0] as string | undefined,
      text: q.trim().slice(0, 100) || undefined,
      within,
    });
    const query = new URLSearchParams(q ? { q } : {});
    if (page.next) query.set('cursor', writeCursor([page.next]));
    return reply.page('addresses/list', {
      q,
      rows: page.items.map((row) => ({
        ...row,
        text: networkText(row.network),
        href: pathOf(row.network),
        documentation: isDocumentation(row.network),
      })),
      next: page.next ? `/addresses?${query}` : '',
      isFirst: !cursor,
    });
  });

  app.get('/addresses/new', { config: { access: 'operator' } }, async (_request, reply) =>
    reply.page('addresses/new', { values: blank, errors: {}, problem: '' }),
  );

  app.post('/addresses', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(NewForm, request.body);
        const network = networksFrom('address', () => parseNetwork(form.address));
        await db.transaction().execute((trx) => addAddress(trx, network, factsOf(form)));
        return reply.done(pathOf(network.cidr), `${network.text} added.`);
      },
      async (problem) => ({
        view: 'addresses/new',
        data: {
          values: { ...blank, ...(request.body as object) },
          errors: problem.fields,
          problem: problem.message,
        },
      }),
    ),
  );

  async function view(text: string, cursor?: string) {
    const row = await getAddress(db, text);
    const network = parseNetwork(networkText(row.network));
    const page = await listIncidents(db, {
      limit: 50,
      network,
      after: readCursor(cursor, ['number'])?.[0] as number | undefined,
    });
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
    const open = page.items.filter((one) => one.state !== 'closed' && one.state !== 'recovered');
    return {
      row,
      text: network.text,
      href: pathOf(row.network),
      documentation: network.documentation,
      incidents,
      next: page.next === null ? '' : `${pathOf(row.network)}?cursor=${writeCursor([page.next])}`,
      blockedNow: open.map((one) => ({
        number: one.number,
        state: one.state,
        stateWords: stateWords(one.state),
        provider: catalogue.byKey.get(one.provider)?.name ?? one.provider,
      })),
    };
  }

  const textOf = (params: unknown) => (params as { '*': string })['*'];

  app.get('/addresses/*', { config: { access: 'viewer' } }, async (request, reply) => {
    const text = textOf(request.params);
    const editing = text.endsWith('/edit');
    const data = await view(
      editing ? text.slice(0, -5) : text,
      (request.query as { cursor?: string }).cursor,
    );
    const { row } = data;
    if (!editing) return reply.page('addresses/show', data);
    const values = {
      hostname: row.hostname,
      label: row.label,
      purpose: row.purpose,
      inUseSince: row.in_use_since ?? '',
      jmrpSince: row.jmrp_since ?? '',
      sndsSince: row.snds_since ?? '',
      notes: row.notes,
    };
    return reply.page('addresses/edit', { ...data, values, version: row.version, errors: {}, problem: '' });
  });

  app.post('/addresses/*', { config: { access: 'operator' } }, async (request, reply) => {
    const text = textOf(request.params);
    return orFormAgain(
      reply,
      async () => {
        const form = readForm(EditForm, request.body);
        const network = networksFrom('address', () => parseNetwork(text));
        await db
          .transaction()
          .execute((trx) => changeAddress(trx, network.cidr, form.version, factsOf(form)));
        return reply.done(pathOf(network.cidr), 'Saved.');
      },
      async (problem) => {
        const data = await view(text);
        return {
          view: 'addresses/edit',
          data: {
            ...data,
            values: { ...blank, ...(request.body as object) },
            version: data.row.version,
            errors: problem.fields,
            problem: problem.message,
          },
        };
      },
    );
  });
};

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
        after: readCursor(cursor, ['string'])?.[0] as string | undefined,
        text: q,
      });
      return { items: page.items.map(addressJson), next: page.next ? writeCursor([page.next]) : null };
    },
  );

  app.get(
    '/addresses/*',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'One address and its incidents',
        params: Type.Object({ '*': Type.String({ maxLength: 80 }) }),
      },
    },
    async (request) => {
      const network = networksFrom('address', () => parseNetwork(request.params['*']));
      const row = await getAddress(db, network.text);
      const incidents = await listIncidents(db, { limit: 200, network });
      const unfinished = incidents.items.filter((one) => one.state !== 'closed').length;
      const listed = { ...row, incidents: incidents.items.length, unfinished, last_opened_at: null };
      return {
        ...addressJson(listed),
        history: incidents.items.map((one) => ({
          number: one.number,
          provider: one.provider,
          state: one.state,
          openedAt: one.opened_at.toISOString(),
          mitigatedAt: one.mitigated_at?.toISOString() ?? null,
          round: one.round,
        })),
      };
    },
  );
};
