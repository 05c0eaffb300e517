import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { IdParams } from '../../json-schema.ts';
import { apiRoutes } from '../../web/api-route.ts';
import { sendInert } from '../../web/inert.ts';
import { getPicture } from './store.ts';

const route = apiRoutes('evidence');

const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
} as const;

/** A screenshot: shown within our pages, a download by itself, on pages and over the API alike. */
export const pictureRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get(
    '/evidence-files/:id',
    route('viewer', 'evidence:read', { summary: 'A screenshot, byte for byte', params: IdParams }),
    async (request, reply) => {
      const { id } = request.params;
      const { file_name, content_type, bytes } = await getPicture(app.desk.db, id);
      return sendInert(
        reply,
        file_name || `screenshot-${id}.${EXTENSIONS[content_type]}`,
        bytes,
        content_type,
      );
    },
  );
};
