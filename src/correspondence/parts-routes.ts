import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { getIncident } from '../incidents/store.ts';
import { Type } from '../json-schema.ts';
import { viewerOf } from '../web/access.ts';
import { sendInert } from '../web/inert.ts';
import { mailFrame } from './mail-frame.ts';
import { MessageParams, PicturesQuery } from './message-params.ts';
import { readAttachment, readOwnPictures, readSource, readSourceStart } from './parts-store.ts';
import { sourceText } from './source-text.ts';
import { getMessage } from './store.ts';

const AttachmentParams = Type.Object({
  ...MessageParams.properties,
  position: Type.Integer({ minimum: 0, maximum: 1000 }),
});
/** More of a source than this is in its download. */
const SHOWN_SOURCE_BYTES = 1024 * 1024;

/** What a message is made of: its HTML in a frame of its own, its source, its attachments. */
export const messagePartsPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/incidents/:number/messages/:id/html',
    { config: { access: 'viewer' }, schema: { params: MessageParams, querystring: PicturesQuery } },
    async (request, reply) => {
      const { number, id } = request.params;
      const message = await getMessage(db, number, id);
      const { headers, document } = await mailFrame(message.html ?? '', {
        own: await readOwnPictures(db, id),
        remote: request.query.pictures === 'remote',
        theme: viewerOf(request).theme,
      });
      return reply.headers(headers).send(document);
    },
  );

  /** The source as it came, to the last octet. */
  app.get(
    '/incidents/:number/messages/:id/source',
    { config: { access: 'viewer' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const { raw, rawType } = await readSource(db, number, id);
      return sendInert(
        reply,
        `incident-${number}-message-${id}.${rawType === 'message/rfc822' ? 'eml' : 'txt'}`,
        raw,
      );
    },
  );

  app.get(
    '/incidents/:number/messages/:id/source-text',
    { config: { access: 'viewer' }, schema: { params: MessageParams } },
    async (request, reply) => {
      const { number, id } = request.params;
      const [incident, source] = await Promise.all([
        getIncident(db, number),
        readSourceStart(db, number, id, SHOWN_SOURCE_BYTES),
      ]);
      return reply.page('correspondence/source', {
        number,
        id,
        incidentTitle: incident.title,
        isMail: source.rawType === 'message/rfc822',
        size: source.size,
        cut: source.size > SHOWN_SOURCE_BYTES ? SHOWN_SOURCE_BYTES : 0,
        source: sourceText(source.octets),
      });
    },
  );

  app.get(
    '/incidents/:number/messages/:id/attachments/:position',
    { config: { access: 'viewer' }, schema: { params: AttachmentParams } },
    async (request, reply) => {
      const { number, id, position } = request.params;
      const { fileName, content } = await readAttachment(db, number, id, position);
      return sendInert(reply, fileName, content);
    },
  );
};
