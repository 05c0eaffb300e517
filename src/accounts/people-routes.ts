import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cutPage } from '../database/page.ts';
import type { Role } from '../database/tables.ts';
import { Type } from '../json-schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { PageQuery } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { PASSWORD_MIN } from './accounts.ts';
import { EmailField, IdParams, NameField, PasswordField, ROLES } from './form-fields.ts';
import { addPerson, changeUser, listUsers } from './store.ts';
import { tokensMadeBy } from './token-store.ts';

const UserForm = Type.Object({
  name: NameField,
  email: EmailField,
  role: Type.Enum([...ROLES]),
  password: PasswordField,
});
const UserChange = Type.Object({
  role: Type.Optional(Type.Enum([...ROLES])),
  disabled: Type.Optional(Type.Enum(['yes', 'no'])),
});

/** Log agents and the like shall not stop because somebody left; whoever knows a token still has it. */
const goOn = (tokens: string[]): string =>
  tokens.length === 0
    ? ''
    : ` API tokens that they made go on working: ${tokens.join(', ')}. Revoke those that they may still know.`;

const HERE = '/settings/users';
const LIST = 'people';
const ON_A_PAGE = 50;

/** Settings → People: added, their roles, shut out and let in again. */
export const peoplePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function usersView(typed: Record<string, string> = {}, problem?: FormProblem, cursor?: string) {
    const held = readCursor(cursor, LIST, ['text', 'id']);
    const after = held && { isShutOut: held[0] === 'out', id: held[1] };
    const found = await listUsers(db, { limit: ON_A_PAGE + 1, after });
    const { items, next } = cutPage(found, ON_A_PAGE, ({ disabled_at: out, id }) =>
      writeCursor(LIST, [out ? 'out' : 'in', id]),
    );
    return {
      users: items,
      next: next && `${HERE}?cursor=${next}`,
      first: cursor ? HERE : '',
      roles: [...ROLES],
      values: { name: typed['name'] ?? '', email: typed['email'] ?? '', role: typed['role'] ?? 'operator' },
      passwordMin: PASSWORD_MIN,
      ...problemView(problem),
    };
  }

  app.get(
    HERE,
    { config: { access: 'admin' }, schema: { querystring: Type.Object({ cursor: PageQuery.cursor }) } },
    async (request, reply) =>
      reply.page('settings/users', await usersView({}, undefined, request.query.cursor)),
  );

  app.post(HERE, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(UserForm, request.body);
        await formOnce(
          db,
          request,
          { what: 'add user', input: { ...form, password: '' } },
          // Whoever adds somebody most likely sits in the same zone; the account page changes it.
          (trx) => addPerson(trx, actorOf(request), { ...form, timeZone: viewerOf(request).timeZone }),
        );
        return reply.done(HERE, `${form.name} added.`);
      },
      async (problem) => ({
        view: 'settings/users',
        data: await usersView(typedAgain(request.body), problem),
      }),
    ),
  );

  app.post(
    `${HERE}/:id`,
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const form = readForm(UserChange, request.body);
          const change: { role?: Role; disabled?: boolean } = {
            ...(form.role ? { role: form.role } : {}),
            ...(form.disabled ? { disabled: form.disabled === 'yes' } : {}),
          };
          const { id } = request.params;
          await db.transaction().execute((trx) => changeUser(trx, actorOf(request), id, change));
          const tokens = change.disabled ? await tokensMadeBy(db, id) : [];
          return reply.done(HERE, `Changed. That person’s sessions have ended.${goOn(tokens)}`);
        },
        async (problem) => ({ view: 'settings/users', data: await usersView({}, problem) }),
      ),
  );
};
