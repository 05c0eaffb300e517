import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { listUsers, MOST_TO_CHOOSE, namesOfPeople } from '../accounts/store.ts';
import type { Trx } from '../database/open.ts';
import { Type } from '../json-schema.ts';
import { listAccounts } from '../mail-out/accounts.ts';
import { MAIL_LOOKS } from '../mail-out/mail-looks.ts';
import { notFound } from '../problem.ts';
import { REPORTS, reportByKey } from '../reports/definitions.ts';
import { filterWords } from '../reports/page.ts';
import { PRESETS } from '../reports/period.ts';
import { QUERY_KEYS, queryOf, type ReportQuery } from '../reports/query.ts';
import { readQuery } from '../reports/query-text.ts';
import { type Actor, actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { linkBase } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { scheduleOf } from './make.ts';
import { scheduleWords, weekdays } from './schedule.ts';
import {
  addReportAddress,
  addSubscription,
  listReportAddresses,
  listSubscriptions,
  pauseSubscription,
  removeReportAddress,
  removeSubscription,
  sendNow,
} from './store.ts';

const HERE = '/reports/subscriptions';
const Params = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const Choices = Type.Optional(
  Type.Array(Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), { maxItems: 50 }),
);
const NewForm = Type.Object({
  report: Type.Enum(REPORTS.map(({ key }) => key)),
  query: Type.Optional(Type.String({ maxLength: 1000 })),
  cadence: Type.Enum(['daily', 'weekly', 'monthly'], { description: 'every day, every week or every month' }),
  weekday: Type.Optional(Type.Integer({ minimum: 1, maximum: 7 })),
  hour: Type.Integer({ minimum: 0, maximum: 23, description: 'an hour from 0 to 23' }),
  people: Choices,
  addresses: Choices,
});
const NewQuery = Type.Object({
  report: Type.String({ maxLength: 60 }),
  ...Object.fromEntries(QUERY_KEYS.map((key) => [key, Type.Optional(Type.String({ maxLength: 200 }))])),
});
const AddressForm = Type.Object({
  address: Type.String({ maxLength: 254, description: 'a mail address' }),
});
const HOURS = Array.from({ length: 24 }, (_, hour) => ({
  key: hour,
  words: `${String(hour).padStart(2, '0')}:00`,
}));
const CADENCES = [
  { key: 'daily', words: 'every day' },
  { key: 'weekly', words: 'every week' },
  { key: 'monthly', words: 'on the first of each month' },
];
const texts = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(String);

/** Whom a report's filters name. */
const personIn = ({ assignee }: ReportQuery) => (typeof assignee === 'number' ? [assignee] : []);

/** Reports that are mailed on a schedule: the list of schedules, a new one, and addresses that an admin confirmed. */
export const reportMailPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, config } = app.desk;
  const maker = { ...app.desk, base: linkBase(config) };

  /** Whether anything can leave at all. */
  const hasAccount = async () =>
    (await listAccounts(db)).some(({ is_default: isDefault, disabled_at: off }) => isDefault && !off);

  const queryWords = (query: ReportQuery, people: Map<number, string>) => [
    query.period
      ? PRESETS[query.period].words.toLowerCase()
      : query.from
        ? `${query.from} to ${query.to ?? 'then'}`
        : '',
    ...filterWords(query, {
      provider: (key) => catalogue.byKey.get(key)?.name ?? key,
      person: (id) => people.get(id) ?? `person ${id}`,
    }),
    query.compare ? 'beside the period before' : '',
  ];

  async function listView(typed = '', problem?: FormProblem) {
    const [rows, addresses] = await Promise.all([listSubscriptions(db), listReportAddresses(db)]);
    const queries = rows.map(({ query }) => readQuery(query));
    const people = await namesOfPeople(db, [
      ...rows.flatMap((row) => row.user_ids),
      ...queries.flatMap(personIn),
    ]);
    const named = (ids: number[], all: Map<number, string>) =>
      ids.map((id) => all.get(id) ?? 'somebody who is gone');
    return {
      rows: rows.map((row, index) => ({
        id: row.id,
        title: reportByKey(row.report)?.title ?? row.report,
        href: `/reports/${row.report}${row.query ? `?${row.query}` : ''}`,
        filters: queryWords(queries[index] ?? {}, people)
          .filter(Boolean)
          .join(', '),
        when: scheduleWords(scheduleOf(row)),
        to: [
          ...named(row.user_ids, people),
          ...named(row.address_ids, new Map(addresses.map(({ id, address }) => [id, address]))),
        ].join(', '),
        next: row.paused_at ? null : row.next_due_at,
        problem: row.last_problem,
        mails: row.mails.map((mail) => ({
          to: mail.recipient,
          at: mail.settled_at ?? mail.created_at,
          serverWords: mail.state === 'sent' ? '' : mail.server_words,
          ...MAIL_LOOKS[mail.state],
        })),
      })),
      addresses: addresses.map((one) => ({
        id: one.id,
        address: one.address,
        by: one.confirmed_by_name,
        at: one.confirmed_at,
      })),
      reports: REPORTS.map(({ key, title }) => ({ key, title })),
      hasAccount: await hasAccount(),
      typed,
      ...problemView(problem),
    };
  }

  async function newView(
    request: FastifyRequest,
    report: string,
    query: string,
    typed: Record<string, unknown>,
    problem?: FormProblem,
  ) {
    const definition = reportByKey(report);
    if (!definition) throw notFound('such report');
    const { userId, timeZone } = viewerOf(request);
    const asked = readQuery(query);
    const [people, addresses, named] = await Promise.all([
      listUsers(db, { limit: MOST_TO_CHOOSE }),
      listReportAddresses(db),
      namesOfPeople(db, personIn(asked)),
    ]);
    const chosen =
      typed['people'] === undefined && typed['cadence'] === undefined
        ? [String(userId)]
        : texts(typed['people']);
    return {
      report,
      query,
      // `title` is the layout's.
      reportTitle: definition.title,
      filters: queryWords(asked, named).filter(Boolean).join(', '),
      cadences: CADENCES,
      weekdays: weekdays(),
      hours: HOURS,
      values: {
        cadence: String(typed['cadence'] ?? 'weekly'),
        weekday: String(typed['weekday'] ?? '1'),
        hour: String(typed['hour'] ?? '7'),
      },
      zone: timeZone,
      people: people
        .filter(({ disabled_at: off }) => off === null)
        .map(({ id, name, email }) => ({ id, name, email, on: chosen.includes(String(id)) })),
      addresses: addresses.map(({ id, address }) => ({
        id,
        address,
        on: texts(typed['addresses']).includes(String(id)),
      })),
      hasAccount: await hasAccount(),
      ...problemView(problem),
    };
  }

  app.get(HERE, { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('report-mails/list', await listView()),
  );

  app.get(
    `${HERE}/new`,
    { config: { access: 'operator' }, schema: { querystring: NewQuery } },
    async (request, reply) => {
      const { report, ...asked } = request.query as Record<string, string>;
      const query = queryOf(readQuery(asked)).toString();
      return reply.page('report-mails/new', await newView(request, report ?? '', query, {}));
    },
  );

  app.post(HERE, { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(NewForm, request.body);
        const definition = reportByKey(form.report);
        if (!definition) throw notFound('such report');
        const { timeZone: zone } = viewerOf(request);
        await formOnce(db, request, { what: 'schedule a report' }, (trx) =>
          addSubscription(
            trx,
            actorOf(request),
            definition,
            readQuery(form.query ?? ''),
            {
              cadence: form.cadence as 'daily',
              weekday: form.weekday ?? null,
              hour: form.hour,
              userIds: form.people ?? [],
              addressIds: form.addresses ?? [],
            },
            { zone, now: new Date() },
          ),
        );
        return reply.done(HERE, `${definition.title} will be mailed.`);
      },
      async (problem) => {
        const typed = request.body as Record<string, unknown>;
        return {
          view: 'report-mails/new',
          data: await newView(
            request,
            String(typed['report'] ?? ''),
            String(typed['query'] ?? ''),
            typed,
            problem,
          ),
        };
      },
    ),
  );

  const act = (
    path: string,
    words: string,
    effect: (trx: Trx, id: number, now: Date, by: Actor) => Promise<unknown>,
  ) =>
    app.post(
      `${HERE}/:id/${path}`,
      { config: { access: 'operator' }, schema: { params: Params } },
      async (request, reply) =>
        orFormAgain(
          reply,
          async () => {
            const { id } = request.params as { id: number };
            await formOnce(db, request, { what: `${path} of report schedule ${id}` }, async (trx) => {
              await effect(trx, id, new Date(), actorOf(request));
            });
            return reply.done(HERE, words);
          },
          async (problem) => ({ view: 'report-mails/list', data: await listView('', problem) }),
        ),
    );
  act('pause', 'Paused.', (trx, id, now, by) => pauseSubscription(trx, id, true, now, by));
  act('resumption', 'It goes on with the next due time.', (trx, id, now, by) =>
    pauseSubscription(trx, id, false, now, by),
  );
  act('sending', 'It is on its way.', (trx, id, now) => sendNow(trx, maker, id, now));
  act('removal', 'Removed.', (trx, id, _now, by) => removeSubscription(trx, id, by));

  app.post('/reports/addresses', { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { address } = readForm(AddressForm, request.body);
        await formOnce(db, request, { what: 'confirm a report address' }, async (trx) => {
          await addReportAddress(trx, actorOf(request), address);
        });
        return reply.done(HERE, 'Reports may go there.');
      },
      async (problem) => ({
        view: 'report-mails/list',
        data: await listView(typedAgain(request.body)['address'] ?? '', problem),
      }),
    ),
  );

  app.post(
    '/reports/addresses/:id/removal',
    { config: { access: 'admin' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `remove report address ${id}` }, async (trx) => {
        await removeReportAddress(trx, id, actorOf(request));
      });
      return reply.done(HERE, 'No report goes there any more.');
    },
  );
};
