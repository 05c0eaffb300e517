import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { durations, stateWords } from '../incidents/incidents.ts';
import { listIncidents } from '../incidents/list.ts';
import { Type } from '../json-schema.ts';
import { notFound } from '../problem.ts';
import { hours } from './hours.ts';
import type { Provider } from './schema.ts';
import { zoneRows } from './zone-rows.ts';

const KINDS = {
  'mailbox-provider': 'mailbox provider',
  'filter-vendor': 'filter vendor',
  'block-list': 'block list',
} as const;
const ROUTE_KINDS = {
  form: 'form',
  email: 'e-mail',
  portal: 'portal',
  'self-service': 'self-service',
  telephone: 'telephone',
  recipient: 'through the recipient',
  'network-owner': 'only the network’s owner',
  none: 'no way to ask',
} as const;

const ListQuery = Type.Object({ q: Type.Optional(Type.String({ maxLength: 100 })) });
const asked = (query: { q?: string }) => (query.q ?? '').trim().toLowerCase();

const matches = (provider: Provider, q: string) =>
  [
    provider.name,
    provider.operator ?? '',
    provider.key,
    ...provider.aliases,
    ...provider.domains,
    ...provider.rejections.map((rule) => rule.blockCode ?? ''),
  ].some((text) => text.toLowerCase().includes(q));

/** Whether a refusal of the playbook has these words: in its meaning, its codes or as it was seen. */
const means = (rule: Provider['rejections'][number], q: string) =>
  [rule.id, rule.meaning, rule.reason, rule.blockCode ?? '', rule.listName ?? '', ...rule.examples].some(
    (text) => text.toLowerCase().includes(q),
  );

export const providerPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get(
    '/providers',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const q = asked(request.query);
      const counts = await db
        .selectFrom('incidents')
        .select((eb) => ['provider', eb.fn.countAll<number>().as('n'), eb.fn.max('opened_at').as('last')])
        .groupBy('provider')
        .execute();
      const known = new Map(counts.map((row) => [row.provider, row]));
      const rows = catalogue.providers
        .filter((provider) => !q || matches(provider, q))
        .map((provider) => ({
          key: provider.key,
          name: provider.name,
          operator: provider.operator ?? '',
          kind: KINDS[provider.kind],
          ask: provider.routes[0] ? ROUTE_KINDS[provider.routes[0].kind] : '',
          answer: hours(provider.timing.answeredWithin),
          incidents: known.get(provider.key)?.n ?? 0,
          last: known.get(provider.key)?.last ?? null,
        }));
      return reply.page('providers/list', { q: request.query.q ?? '', rows });
    },
  );

  app.get(
    '/providers/:key',
    {
      config: { access: 'viewer' },
      schema: { params: Type.Object({ key: Type.String({ maxLength: 60 }) }), querystring: ListQuery },
    },
    async (request, reply) => {
      const q = asked(request.query);
      const provider = catalogue.byKey.get(request.params.key);
      if (!provider) throw notFound('such provider in the catalogue');
      const page = await listIncidents(db, { limit: 20, provider: provider.key });
      const now = new Date();
      const { timing } = provider;
      return reply.page('providers/show', {
        provider: {
          ...provider,
          operator: provider.operator ?? '',
          kindWords: KINDS[provider.kind],
          aliases: provider.aliases.join(', '),
          domains: provider.domains.slice(0, 40),
          moreDomains: Math.max(0, provider.domains.length - 40),
          coolDownText: provider.coolDown?.text ?? '',
          checkFirst: provider.checkFirst.map((fact) => ({ ...fact, url: fact.url ?? '' })),
          prerequisites: provider.prerequisites.map((fact) => ({ ...fact, url: fact.url ?? '' })),
          worksWell: provider.worksWell.map((fact) => ({ ...fact, url: fact.url ?? '' })),
          neverWorks: provider.neverWorks.map((fact) => ({ ...fact, url: fact.url ?? '' })),
          routes: provider.routes.map((route) => ({
            ...route,
            kindWords: ROUTE_KINDS[route.kind],
            url: route.url ?? '',
            address: route.address ?? '',
            fields: route.fields.map((field) => ({
              label: field.label,
              maxLength: field.maxLength ?? 0,
              required: field.required,
              hint: field.hint ?? '',
            })),
          })),
          refusals: provider.rejections.length,
          rejections: provider.rejections
            .filter((rule) => means(rule, q))
            .map((rule) => ({
              ...rule,
              code: rule.blockCode ?? '',
              example: rule.examples[0] ?? '',
              firstStep: rule.firstStep ?? '',
              listName: rule.listName ?? '',
            })),
          zones: zoneRows(provider.zones),
          sources: provider.sources.map((source) => ({
            title: source.title,
            url: source.url ?? '',
            seen: source.seen ?? '',
          })),
        },
        q: request.query.q ?? '',
        times: [
          { label: 'Receipt', value: hours(timing.acknowledgedWithin) },
          { label: 'Answer', value: hours(timing.answeredWithin) },
          { label: 'Effect', value: hours(timing.effectiveWithin) },
          { label: 'Follow up after', value: hours(timing.followUpAfter) || 'never' },
        ].filter((row) => row.value),
        timingNote: [
          timing.workingDays ? 'Counted on working days.' : '',
          timing.note ?? '',
          timing.verified ? '' : 'Unverified.',
        ]
          .filter(Boolean)
          .join(' '),
        incidents: page.items.map((row) => ({
          number: row.number,
          title: row.title,
          state: row.state,
          stateWords: stateWords(row.state),
          openedAt: row.opened_at,
          blockedMs: durations(row, now).blocked,
          round: row.round,
        })),
        more: page.next !== null,
      });
    },
  );
};

export const providerApi: FastifyPluginAsyncTypebox = async (app) => {
  const { catalogue } = app.desk;
  const tags = ['providers'];

  app.get(
    '/providers',
    { config: { access: 'viewer' }, schema: { tags, summary: 'The catalogue' } },
    async () => ({
      items: catalogue.providers.map(({ key, name, operator, kind, aliases, domains }) => ({
        key,
        name,
        operator: operator ?? null,
        kind,
        aliases,
        domains,
      })),
      next: null,
    }),
  );

  app.get(
    '/providers/:key',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'What is known of one provider',
        params: Type.Object({ key: Type.String({ maxLength: 60 }) }),
      },
    },
    async (request) => {
      const provider = catalogue.byKey.get(request.params.key);
      if (!provider) throw notFound('such provider in the catalogue');
      return provider;
    },
  );
};
