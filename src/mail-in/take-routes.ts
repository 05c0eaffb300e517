import { createHash } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { invalid } from '../problem.ts';
import { formOnce } from '../web/form-once.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { orFormAgain } from '../web/pages.ts';
import { uploadsIn } from '../web/uploads.ts';
import { type Mail, storeArrivals } from './arrivals.ts';
import { type File, mailsOf, takenWords } from './take-files.ts';

/** All chosen files, and what was pasted or dropped into the text field. */
function filesOf(request: FastifyRequest): File[] {
  const { mail } = (request.body ?? {}) as Record<string, unknown>;
  const files = uploadsIn(request, 'file').map(({ bytes }) => ({ name: '', octets: bytes }));
  const pasted =
    typeof mail === 'string' && mail.trim() !== '' ? [{ name: '', octets: Buffer.from(mail) }] : [];
  const all = [...files, ...pasted];
  return all.map((one, n) => ({ ...one, name: all.length > 1 ? `File ${n + 1}` : '' }));
}

/** Mails that a person brings as files: `.eml` or mbox, several at a time. */
export const takePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const nothing = { problem: '', errors: {}, mail: '' };

  app.get('/mail/take', { config: { access: 'operator' } }, async (_request, reply) =>
    reply.page('mail-in/take', nothing),
  );

  app.post(
    '/mail/take',
    { config: { access: 'operator' }, bodyLimit: 5 * MAX_REPORT_BYTES },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const files = filesOf(request);
          if (files.length === 0) throw invalid('mail', 'Choose files, or paste a mail with its header.');
          const raws = files.flatMap((file) => mailsOf(file, 'mail'));
          const input = raws.map((raw) => createHash('sha256').update(raw).digest('hex'));
          const known = await formOnce(db, request, { what: 'take mails', input }, async (trx) => {
            const kept = await storeArrivals(
              trx,
              raws.map((raw): Mail => ({ raw, way: 'page' })),
            );
            return kept.filter(({ known }) => known).length;
          });
          return reply.done('/mail/take', takenWords(raws.length, known));
        },
        async ({ message, fields }) => {
          const { mail } = (request.body ?? {}) as Record<string, unknown>;
          const typed = typeof mail === 'string' ? mail : '';
          return { view: 'mail-in/take', data: { problem: message, errors: fields, mail: typed } };
        },
      ),
  );
};
