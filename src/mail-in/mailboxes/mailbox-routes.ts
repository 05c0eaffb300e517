import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { SmallId, type Static, Type, Version } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { letFloodIn, listFloods, putFloodAway } from '../flood-store.ts';
import { whyNotTokenUrl } from './access-token.ts';
import { type Again, mailboxView, NEW_MAILBOX } from './mailbox-view.ts';
import {
  addMailbox,
  askForLook,
  changeMailbox,
  findMailbox,
  listMailboxes,
  type MailboxSettings,
  setDisabled,
} from './mailboxes.ts';

const Text = (words: string, length: number) =>
  Type.String({ minLength: 1, maxLength: length, description: words });
const Maybe = (length: number) => Type.Optional(Type.String({ maxLength: length }));
const MailboxForm = Type.Object({
  name: Text('a name for people, such as Desk', 120),
  host: Type.String({
    minLength: 1,
    maxLength: 253,
    pattern: '^[A-Za-z0-9.:-]+$',
    description: 'a host name, such as imap.example.com',
  }),
  port: Type.Integer({ minimum: 1, maximum: 65_535, description: 'a port, such as 993' }),
  security: Type.Enum(['tls', 'starttls', 'none']),
  auth: Type.Enum(['password', 'oauth2']),
  userName: Text('the name that the server knows', 320),
  secret: Maybe(8000),
  clientId: Maybe(500),
  clientSecret: Maybe(2000),
  tokenUrl: Maybe(1000),
  folder: Text('a folder, such as INBOX', 500),
  afterTaking: Type.Enum(['leave', 'mark-seen', 'move']),
  moveTo: Maybe(500),
  authservId: Maybe(253),
});
const ChangeForm = Type.Object({ ...MailboxForm.properties, version: Version });
const MailboxParams = Type.Object({ id: SmallId });
const FloodForm = Type.Object({ sender: Type.Optional(Type.String({ maxLength: 320 })) });

const PAGE = '/settings/mailboxes';
const NOTHING: Again = { at: '', typed: {}, errors: {} };
const SECRETS = ['secret', 'clientSecret'];

function settingsOf(form: Static<typeof MailboxForm>): MailboxSettings {
  const refusal = form.tokenUrl ? whyNotTokenUrl(form.tokenUrl) : undefined;
  if (refusal) throw invalid('tokenUrl', refusal);
  return {
    ...form,
    secret: form.secret ?? '',
    clientId: form.clientId ?? '',
    clientSecret: form.clientSecret ?? '',
    tokenUrl: form.tokenUrl ?? '',
    moveTo: form.moveTo ?? '',
    authservId: form.authservId ?? '',
  };
}

/** Where mail comes from: mailboxes with their health, and floods that are held. */
export const mailboxPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets, config } = app.desk;

  async function view(again: Again = NOTHING, problem = '') {
    const [rows, floods] = await Promise.all([listMailboxes(db), listFloods(db)]);
    const isNew = again.at === 'new';
    return {
      problem,
      floods,
      mailboxes: rows.map((row) => mailboxView(row, again)),
      adding: {
        values: { ...NEW_MAILBOX, ...(isNew ? again.typed : {}) },
        errors: isNew ? again.errors : {},
        open: isNew,
      },
      listeners: [
        ...config.lmtpListen.map((at) => ({ protocol: 'LMTP', at })),
        ...config.smtpListen.map((at) => ({ protocol: 'SMTP', at })),
      ],
      addresses: config.intakeAddresses,
    };
  }

  const formAgain =
    (request: FastifyRequest, at: string) =>
    async ({ message, fields }: { message: string; fields: Record<string, string> }) => {
      const typed = Object.fromEntries(
        Object.entries(typedAgain(request.body)).filter(([name]) => !SECRETS.includes(name)),
      );
      return { view: 'mail-in/mailboxes', data: await view({ at, typed, errors: fields }, message) };
    };

  app.get(PAGE, { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('mail-in/mailboxes', await view()),
  );

  app.post(PAGE, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const given = settingsOf(readForm(MailboxForm, request.body));
        const input = { ...given, secret: '', clientSecret: '' };
        await formOnce(db, request, { what: 'add mailbox', input }, async (trx) => {
          const id = await addMailbox(trx, secrets, given, actorOf(request));
          return id;
        });
        return reply.done(PAGE, `Saved. ${given.name} is looked at within seconds.`);
      },
      formAgain(request, 'new'),
    ),
  );

  app.post(
    `${PAGE}/:id`,
    { config: { access: 'admin' }, schema: { params: MailboxParams } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { version, ...form } = readForm(ChangeForm, request.body);
          const given = settingsOf(form);
          const input = { ...given, version, secret: '', clientSecret: '' };
          await formOnce(db, request, { what: `change mailbox ${id}`, input }, async (trx) => {
            await changeMailbox(trx, secrets, id, version, given, actorOf(request));
          });
          return reply.done(PAGE, `Saved. ${given.name} is looked at within seconds.`);
        },
        formAgain(request, String(id)),
      );
    },
  );

  for (const [action, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const)
    app.post(
      `${PAGE}/:id/${action}`,
      { config: { access: 'admin' }, schema: { params: MailboxParams } },
      async (request, reply) => {
        const { id } = request.params;
        await formOnce(db, request, { what: `${action} mailbox ${id}` }, async (trx) => {
          await setDisabled(trx, id, disabled, actorOf(request));
        });
        return reply.done(PAGE, disabled ? 'It is no longer looked at.' : 'It is looked at within seconds.');
      },
    );

  app.post(
    `${PAGE}/:id/look`,
    { config: { access: 'admin' }, schema: { params: MailboxParams } },
    async (request, reply) => {
      const row = await findMailbox(db, request.params.id);
      const { tryMailbox } = await import('./try-mailbox.ts');
      const words = await tryMailbox(row, { db, secrets, mailMaxBytes: config.mailMaxBytes });
      await askForLook(db, row.id);
      return reply.done(PAGE, words);
    },
  );

  app.post(`${PAGE}/floods/let-in`, { config: { access: 'admin' } }, async (request, reply) => {
    const { sender = '' } = readForm(FloodForm, request.body);
    await formOnce(db, request, { what: 'let flood in' }, async (trx) => {
      await letFloodIn(trx, sender);
    });
    return reply.done(PAGE, `For a day, all mails from ${sender || 'nobody'} are taken.`);
  });

  app.post(`${PAGE}/floods/put-away`, { config: { access: 'admin' } }, async (request, reply) => {
    const { sender = '' } = readForm(FloodForm, request.body);
    await formOnce(db, request, { what: 'put flood away' }, async (trx) => {
      await putFloodAway(trx, sender);
    });
    return reply.done(
      PAGE,
      `What was held of ${sender || 'nobody'} stays in its folder, and is never taken.`,
    );
  });
};
