import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cutPage } from '../database/page.ts';
import type { Scope } from '../database/tables.ts';
import { Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { PageQuery } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormFields, type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { checkScopes, domainChoices } from '../web/scopes.ts';
import { IdParams } from './form-fields.ts';
import { listTokens, makeToken, revokeToken } from './token-store.ts';

const SCOPES = ['read', 'write', 'admin'] as const satisfies Scope[];
const scopeIn = (text: string | undefined): Scope => SCOPES.find((one) => one === text) ?? 'write';
const TokenForm = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120, description: 'what the token is for' }),
  scope: Type.Enum([...SCOPES]),
  only: Type.Optional(Type.Array(Type.String({ maxLength: 60 }), { maxItems: 100 })),
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, description: 'days from 1 to 3650' })),
});
/** What was chosen in the form, as it came: one value or several. */
const chosenIn = (body: unknown): string[] =>
  [(body as FormFields | undefined)?.['only']].flat().filter((one) => typeof one === 'string');

const HERE = '/settings/tokens';
const LIST = 'tokens';
const ON_A_PAGE = 50;

/** Settings → API tokens. */
export const tokenPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function tokensView(
    typed: Record<string, string> = {},
    problem?: FormProblem,
    secret = '',
    only: string[] = [],
    cursor?: string,
  ) {
    const held = readCursor(cursor, LIST, ['text', 'id']);
    const after = held && { isRevoked: held[0] === 'revoked', id: held[1] };
    const found = await listTokens(db, { limit: ON_A_PAGE + 1, after });
    const { items, next } = cutPage(found, ON_A_PAGE, ({ revoked_at: revoked, id }) =>
      writeCursor(LIST, [revoked ? 'revoked' : 'in force', id]),
    );
    const now = new Date();
    return {
      next: next && `${HERE}?cursor=${next}`,
      first: cursor ? HERE : '',
      tokens: items.map((token) => ({
        ...token,
        by: token.created_by_name ?? 'the command line',
        only: token.scopes?.join(', ') ?? '',
        inForce: !token.revoked_at && (!token.expires_at || token.expires_at > now),
      })),
      scopes: [...SCOPES],
      domains: domainChoices(only, scopeIn(typed['scope'])),
      isLimited: only.length > 0,
      values: { name: typed['name'] ?? '', scope: scopeIn(typed['scope']), days: typed['days'] ?? '' },
      secret,
      ...problemView(problem),
    };
  }

  app.get(
    HERE,
    { config: { access: 'admin' }, schema: { querystring: Type.Object({ cursor: PageQuery.cursor }) } },
    async (request, reply) =>
      reply.page('settings/tokens', await tokensView({}, undefined, '', [], request.query.cursor)),
  );

  app.post(HERE, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(TokenForm, request.body);
        const scopes = form.only ? checkScopes(form.only, form.scope) : null;
        const expiresAt = form.days ? new Date(Date.now() + form.days * 86_400_000) : null;
        let secret = '';
        // The secret is in no stored answer: a repeated submit makes no second token, and shows none.
        await formOnce(db, request, { what: 'create token', input: form }, async (trx) => {
          const token = await makeToken(trx, actorOf(request), {
            name: form.name,
            scope: form.scope,
            scopes,
            expiresAt,
          });
          secret = token.secret;
          return token.id;
        });
        return reply.page('settings/tokens', await tokensView({}, undefined, secret));
      },
      async (problem) => ({
        view: 'settings/tokens',
        data: await tokensView(typedAgain(request.body), problem, '', chosenIn(request.body)),
      }),
    ),
  );

  app.post(
    `${HERE}/:id/revocation`,
    { config: { access: 'admin' }, schema: { params: IdParams } },
    async (request, reply) => {
      await db.transaction().execute((trx) => revokeToken(trx, actorOf(request), request.params.id));
      return reply.done(HERE, 'Token revoked. It no longer works.');
    },
  );
};
