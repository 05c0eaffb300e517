import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { type Static, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { formatDescription } from '../format.ts';
import { KINDS } from '../kinds.ts';
import { type ExportOptions, exportName } from './export.ts';
import { serveExport } from './serve.ts';

const route = apiRoutes('export');

const ExportQuery = Type.Object({
  format: Type.Optional(
    Type.Enum(['jsonl', 'csv'], { description: '`jsonl`: JSON Lines; `csv`: a .zip with one file a kind' }),
  ),
  sources: Type.Optional(
    Type.Enum(['yes', 'no'], { description: '`no`: without bodies of messages, raw sources and files' }),
  ),
});

const optionsOf = ({ format = 'jsonl', sources = 'yes' }: Static<typeof ExportQuery>): ExportOptions => ({
  format,
  sources: sources === 'yes',
});

const named = (reply: FastifyReply, options: ExportOptions) =>
  reply
    .header('content-disposition', `attachment; filename="${exportName(options, new Date())}"`)
    .header('x-content-type-options', 'nosniff')
    .type(options.format === 'csv' ? 'application/zip' : 'application/x-ndjson; charset=utf-8');

/** Everything as one file, for whoever runs the desk. */
export const exportPages: FastifyPluginAsyncTypebox = async (app) => {
  const isEmbedded = app.desk.config.databaseUrl === undefined;

  app.get('/settings/export', { config: { access: 'admin' } }, (_request, reply) =>
    reply.page('transfer/export', {
      kinds: KINDS,
      isEmbedded,
    }),
  );

  app.get(
    '/settings/export/file',
    { config: { access: 'admin' }, schema: { querystring: ExportQuery } },
    async (request, reply) => {
      const options = optionsOf(request.query);
      return named(reply, options).send(await serveExport(app.desk, options, actorOf(request)));
    },
  );
};

export const exportApi: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/export',
    route('admin', 'data:read', {
      summary: 'Everything, as JSON Lines or as a .zip of CSV files, read in one snapshot',
      querystring: ExportQuery,
    }),
    async (request, reply) => {
      const options = optionsOf(request.query);
      return named(reply, options).send(await serveExport(app.desk, options, actorOf(request)));
    },
  );

  app.get(
    '/export/schema',
    route('viewer', 'data:read', { summary: 'What an export holds: a JSON Schema for each kind of record' }),
    (_request, reply) => reply.serializer(JSON.stringify).send(formatDescription()),
  );
};
