import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { setFlash } from '../../web/flash.ts';
import { formOnce } from '../../web/form-once.ts';
import { timeZones } from '../../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { PASSWORD_MIN } from '../accounts.ts';
import {
  EmailField,
  IdParams,
  NameField,
  PasswordField,
  ROLES,
  SecretParams,
  ZoneField,
  zoneOf,
} from '../form-fields.ts';
import { whyNoMail } from '../mails.ts';
import { finishSignIn } from '../sign-in.ts';
import {
  getInvitation,
  INVITATION_DAYS,
  invite,
  inviteAgain,
  listInvitations,
  type MadeLink,
  revokeInvitation,
  takeInvitation,
} from './store.ts';

const InviteForm = Type.Object({ name: NameField, email: EmailField, role: Type.Enum([...ROLES]) });
const TakeForm = Type.Object({ name: NameField, password: PasswordField, timeZone: ZoneField });

export const invitationPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;

  async function view(more: { typed?: Record<string, string>; problem?: FormProblem; made?: MadeLink } = {}) {
    const { typed = {}, problem, made } = more;
    const [rows, reason] = await Promise.all([listInvitations(db), whyNoMail(db, config)]);
    const now = new Date();
    return {
      invitations: rows.map((row) => ({ ...row, isExpired: row.expires_at <= now })),
      roles: [...ROLES],
      days: INVITATION_DAYS,
      noMail: reason ?? '',
      // Shown once: it is kept as a hash only.
      link: made && !made.isMailed ? made.link : '',
      linkFor: made?.email ?? '',
      values: { name: typed['name'] ?? '', email: typed['email'] ?? '', role: typed['role'] ?? 'operator' },
      ...problemView(problem),
    };
  }

  app.get('/settings/invitations', { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('accounts/invitations', await view()),
  );

  app.post('/settings/invitations', { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(InviteForm, request.body);
        let made: MadeLink | undefined;
        // The link is in no stored answer: sent twice, the form invites once and shows it once.
        const isMailed = await formOnce(db, request, { what: 'invite', input: form }, async (trx) => {
          made = await invite(trx, app.desk, actorOf(request), form);
          return made.isMailed;
        });
        if (!isMailed) return reply.page('accounts/invitations', await view(made ? { made } : {}));
        return reply.done('/settings/invitations', `${form.name} is invited; the mail is on its way.`);
      },
      async (problem) => ({
        view: 'accounts/invitations',
        data: await view({ typed: typedAgain(request.body), problem }),
      }),
    ),
  );

  app.post(
    '/settings/invitations/:id/again',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      let made: MadeLink | undefined;
      const isMailed = await formOnce(db, request, { what: `invite ${id} again` }, async (trx) => {
        made = await inviteAgain(trx, app.desk, actorOf(request), id);
        return made.isMailed;
      });
      if (!isMailed) return reply.page('accounts/invitations', await view(made ? { made } : {}));
      return reply.done('/settings/invitations', 'Sent again. The earlier link has stopped.');
    },
  );

  app.post(
    '/settings/invitations/:id/revocation',
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `take invitation ${id} back` }, async (trx) => {
        await revokeInvitation(trx, actorOf(request), id);
      });
      return reply.done('/settings/invitations', 'Taken back. Its link no longer works.');
    },
  );

  const takeView = (
    secret: string,
    invitation: { email: string; role: string },
    values: { name: string; timeZone: string },
    problem?: FormProblem,
  ) => ({
    secret,
    email: invitation.email,
    role: invitation.role,
    values,
    zones: timeZones(),
    passwordMin: PASSWORD_MIN,
    ...problemView(problem),
  });

  app.get(
    '/invitation/:secret',
    { config: { access: 'public' }, logLevel: 'silent', schema: { params: SecretParams } },
    async (request, reply) => {
      const { secret } = request.params;
      const invitation = await getInvitation(db, secret);
      return reply.page(
        'accounts/invitation',
        takeView(secret, invitation, { name: invitation.name, timeZone: 'UTC' }),
      );
    },
  );

  app.post(
    '/invitation/:secret',
    { config: { access: 'public' }, logLevel: 'silent', schema: { params: SecretParams } },
    async (request, reply) => {
      const { secret } = request.params;
      const invitation = await getInvitation(db, secret);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(TakeForm, request.body);
          const person = { ...form, timeZone: zoneOf(form.timeZone) };
          const userId = await db
            .transaction()
            .execute((trx) => takeInvitation(trx, secret, person, request.ip));
          setFlash(reply, `Welcome, ${form.name}.`);
          return finishSignIn(request, reply, { userId, by: 'set-up' });
        },
        async (problem) => {
          const typed = typedAgain(request.body, ['name', 'timeZone']);
          const values = { name: typed['name'] ?? '', timeZone: typed['timeZone'] ?? '' };
          return { view: 'accounts/invitation', data: takeView(secret, invitation, values, problem) };
        },
      );
    },
  );
};
