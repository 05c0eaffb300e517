import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { apiRoutes } from '../web/api-route.ts';
import type { Mark, Row } from './judge.ts';
import { lookAtHealth, type Section } from './look.ts';
import { openResolverLook } from './resolver.ts';

const route = apiRoutes('server');

const WORDS: Record<Mark, { is: string; words: string; icon: string }> = {
  good: { is: 'good', words: 'good', icon: 'e-good' },
  attention: { is: 'warn', words: 'attention', icon: 'e-warn' },
  bad: { is: 'bad', words: 'bad', icon: 'e-bad' },
  off: { is: '', words: 'not set up', icon: '' },
};
const SUMS: Record<Exclude<Mark, 'off'>, string> = {
  good: 'All is well.',
  attention: 'Something needs attention.',
  bad: 'Something is broken.',
};

const shown = (rows: Row[]) => rows.map((one) => ({ ...one, badge: WORDS[one.mark] }));
const sectionsShown = (sections: Section[]) =>
  sections.filter(({ rows }) => rows.length > 0).map(({ title, rows }) => ({ title, rows: shown(rows) }));

/** How everything stands, for who runs this server. */
export const healthPages: FastifyPluginAsyncTypebox = async (app) => {
  const { desk } = app;
  const askResolver = openResolverLook(desk.config);

  app.get('/settings/health', { config: { access: 'admin' } }, async (_request, reply) => {
    const { status, sections, versions, at } = await lookAtHealth(desk, askResolver, new Date());
    const data = {
      sum: { ...WORDS[status], words: SUMS[status] },
      sections: sectionsShown(sections),
      versions,
      at,
    };
    const all = sections.flatMap(({ rows }) => rows);
    const wrong = (['bad', 'attention'] as const).flatMap((one) => all.filter(({ mark }) => mark === one));
    return reply.page('settings/health', { ...data, wrong: shown(wrong) });
  });
};

const RowJson = Type.Object({
  key: Type.String(),
  title: Type.String(),
  mark: Type.Enum(['good', 'attention', 'bad', 'off']),
  words: Type.String(),
  todo: Type.String(),
  link: Type.Optional(Type.String()),
});
const HealthJson = Type.Object({
  status: Type.Enum(['good', 'attention', 'bad']),
  at: Type.String({ format: 'date-time' }),
  versions: Type.Object({ product: Type.String(), node: Type.String(), process: Type.String() }),
  sections: Type.Array(Type.Object({ title: Type.String(), rows: Type.Array(RowJson) })),
});

export const healthApi: FastifyPluginAsyncTypebox = async (app) => {
  const { desk } = app;
  const askResolver = openResolverLook(desk.config);

  app.get(
    '/health',
    route('admin', 'health:read', {
      summary: 'How the server stands: mail, queues, sources, database, disk and workers, each judged',
      response: { 200: HealthJson },
    }),
    async () => {
      const { at, ...health } = await lookAtHealth(desk, askResolver, new Date());
      return { ...health, at: at.toISOString() };
    },
  );
};
