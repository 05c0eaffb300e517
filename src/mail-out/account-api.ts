import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { orNull, Type } from '../json-schema.ts';
import { MailServerJson, mailServerJson } from '../outside/mail-server.ts';
import { apiRoutes, wholeList } from '../web/api-route.ts';
import { listAccounts } from './accounts.ts';

const route = apiRoutes('mail');

const AccountJson = Type.Object({
  ...MailServerJson,
  fromName: Type.String(),
  fromAddress: Type.String(),
  replyAddress: Type.String(),
  tagsReplies: Type.Boolean(),
  dkimDomain: Type.String(),
  undoSeconds: Type.Integer(),
  isDefault: Type.Boolean(),
  disabledAt: orNull(Type.String({ format: 'date-time' })),
  lastProblem: Type.String(),
  lastSentAt: orNull(Type.String({ format: 'date-time' })),
});

export const sendingAccountApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  app.get(
    '/sending-accounts',
    route('admin', 'settings:read', {
      summary: 'Accounts that letters leave by; their secrets are in no answer',
      response: {
        200: wholeList(AccountJson),
      },
    }),
    async () => ({
      items: (await listAccounts(db)).map((row) => ({
        ...mailServerJson(row),
        fromName: row.from_name,
        fromAddress: row.from_address,
        replyAddress: row.reply_address,
        tagsReplies: row.tags_replies,
        dkimDomain: row.dkim_domain,
        undoSeconds: row.undo_seconds,
        isDefault: row.is_default,
        disabledAt: row.disabled_at?.toISOString() ?? null,
        lastProblem: row.last_problem,
        lastSentAt: row.last_sent_at?.toISOString() ?? null,
      })),
      next: null,
    }),
  );
};
