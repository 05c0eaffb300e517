import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { networkFrom } from '../../addresses/store.ts';
import type { Db } from '../../database/open.ts';
import { NumberParams } from '../../incidents/number-params.ts';
import { getIncident } from '../../incidents/store.ts';
import { type Static, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { ENTRY_GROUPS, type EntryGroup } from '../../timeline/entries.ts';
import { viewerOf } from '../../web/access.ts';
import { fromLocalInput } from '../../web/format.ts';
import { type TimelineFilter, timelineCsv } from './timeline-rows.ts';

const GROUPS = Object.keys(ENTRY_GROUPS) as EntryGroup[];
const Day = Type.String({ maxLength: 10, description: 'a day such as 2026-03-10' });
const TimelineQuery = Type.Object({
  from: Type.Optional(Day),
  until: Type.Optional(Type.String({ maxLength: 10, description: 'the last day' })),
  show: Type.Optional(Type.Enum([...GROUPS, ''], { description: 'one of the filters of a timeline' })),
  provider: Type.Optional(
    Type.String({ maxLength: 120, pattern: '^[a-z0-9-]*$', description: 'key of a provider' }),
  ),
  address: Type.Optional(Type.String({ maxLength: 80, description: 'an address, or a range' })),
});

/** A day of the viewer's zone; `days` later. */
function momentOf(field: string, text: string | undefined, zone: string, days = 0): Date | undefined {
  if (!text) return undefined;
  const start = fromLocalInput(`${text}T00:00`, zone);
  if (!start) throw invalid(field, 'Write the day as 2026-03-10.');
  if (days === 0) return start;
  const next = new Date(`${text}T00:00Z`);
  next.setUTCDate(next.getUTCDate() + days);
  return fromLocalInput(next.toISOString().slice(0, 16), zone);
}

const filterOf = (query: Static<typeof TimelineQuery>, zone: string): TimelineFilter => ({
  from: momentOf('from', query.from, zone),
  until: momentOf('until', query.until, zone, 1),
  kinds: query.show ? ENTRY_GROUPS[query.show] : undefined,
  provider: query.provider || undefined,
  network: query.address ? networkFrom(query.address ?? '') : undefined,
});

const send = (reply: FastifyReply, db: Db, filter: TimelineFilter) =>
  reply
    .header(
      'content-disposition',
      `attachment; filename="${filter.number === undefined ? 'timelines' : `incident-${filter.number}-timeline`}.csv"`,
    )
    .header('x-content-type-options', 'nosniff')
    .type('text/csv; charset=utf-8')
    .send(Readable.from(timelineCsv(db, filter)));

/** Timelines as CSV, of one incident and across them, over the pages and over the API. */
const timelineFiles =
  (isApi: boolean): FastifyPluginAsyncTypebox =>
  async (app) => {
    const { db } = app.desk;
    const described = (summary: string) => (isApi ? { tags: ['export'], summary } : {});

    app.get(
      '/incidents/:number/timeline.csv',
      {
        config: { access: 'viewer', scope: 'reports:read' },
        schema: { ...described('The timeline of an incident as CSV, times in UTC'), params: NumberParams },
      },
      async (request, reply) => {
        const { number } = request.params;
        await getIncident(db, number);
        return send(reply, db, { number });
      },
    );

    app.get(
      isApi ? '/timeline.csv' : '/reports/timelines.csv',
      {
        config: { access: 'viewer', scope: 'reports:read' },
        schema: {
          ...described('Timelines across incidents as CSV; days are of your zone, UTC with a token'),
          querystring: TimelineQuery,
        },
      },
      async (request, reply) => send(reply, db, filterOf(request.query, viewerOf(request).timeZone)),
    );
  };

export const timelineFileApi = timelineFiles(true);

export const timelineFilePages: FastifyPluginAsyncTypebox = async (app) => {
  await app.register(timelineFiles(false));
  app.get('/reports/timelines', { config: { access: 'viewer' } }, (_request, reply) =>
    reply.page('transfer/timelines', {
      groups: GROUPS,
      providers: app.desk.catalogue.providers.map(({ key, name }) => ({ key, name })),
    }),
  );
};
