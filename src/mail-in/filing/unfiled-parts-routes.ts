import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { mailFrame } from '../../correspondence/mail-frame.ts';
import { readAttachment, readOwnPictures, readSource } from '../../correspondence/parts-store.ts';
import { Id, IdParams, Type } from '../../json-schema.ts';
import { viewerOf } from '../../web/access.ts';
import { sendInert } from '../../web/inert.ts';
import { getIncoming } from './unfiled-store.ts';

const AttachmentParams = Type.Object({ id: Id, position: Type.Integer({ minimum: 0, maximum: 1000 }) });

/** What an unfiled message is made of, shown as harmlessly as that of a filed one. */
export const unfiledPartsPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/unfiled/:id/html',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      const message = await getIncoming(db, id);
      const { headers, document } = await mailFrame(message.html ?? '', {
        own: await readOwnPictures(db, id),
        remote: false,
        theme: viewerOf(request).theme,
      });
      return reply.headers(headers).send(document);
    },
  );

  app.get(
    '/unfiled/:id/source',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { raw } = await readSource(db, 'incoming', id);
      return sendInert(reply, `message-${id}.eml`, raw);
    },
  );

  app.get(
    '/unfiled/:id/attachments/:position',
    { config: { access: 'viewer' }, schema: { params: AttachmentParams } },
    async (request, reply) => {
      const { id, position } = request.params;
      const { fileName, content } = await readAttachment(db, 'incoming', id, position);
      return sendInert(reply, fileName, content);
    },
  );
};
