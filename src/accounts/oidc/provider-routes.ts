import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { type Static, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { CannotOpenSecret } from '../../secrets/seal.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { ROLES } from '../form-fields.ts';
import { checkProvider, NotSignedIn } from './client.ts';
import { askOf, redirectUri } from './flow.ts';
import {
  clientSettings,
  findProvider,
  keepsSecret,
  type ProviderInput,
  saveProvider,
} from './provider-store.ts';
import { readRoles, writeRoles } from './roles.ts';

const ProviderForm = Type.Object({
  version: Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
  name: Type.String({ minLength: 1, maxLength: 60, description: 'what the button on the sign-in page says' }),
  issuer: Type.String({
    minLength: 8,
    maxLength: 300,
    description: 'an address such as https://id.example.com',
  }),
  clientId: Type.String({ minLength: 1, maxLength: 300, description: 'the client id' }),
  clientSecret: Type.Optional(Type.String({ maxLength: 1000 })),
  scope: Type.String({ minLength: 6, maxLength: 300, description: 'scopes, openid among them' }),
  claim: Type.Optional(Type.String({ maxLength: 120 })),
  roles: Type.Optional(Type.String({ maxLength: 25_000 })),
  defaultRole: Type.Optional(Type.Enum([...ROLES])),
  mayBePrivate: Type.Optional(Type.Enum(['yes'])),
  skipsSecondFactor: Type.Optional(Type.Enum(['yes'])),
  isOn: Type.Optional(Type.Enum(['yes'])),
});
const PAGE = '/settings/sign-in-provider';

/** Throws `invalid` with the field that is wrong. */
function inputOf(form: Static<typeof ProviderForm>): ProviderInput {
  const issuer = form.issuer.trim();
  if (!URL.canParse(issuer) || !/^https?:$/.test(new URL(issuer).protocol) || /[?#@]/.test(issuer))
    throw invalid('issuer', 'Must be an address such as https://id.example.com, without ? and #.');
  if (!form.scope.split(/\s+/).includes('openid')) throw invalid('scope', 'openid must be among them.');
  const claim = form.claim?.trim() ?? '';
  const roles = readRoles(form.roles ?? '');
  if (!claim && roles.length > 0) throw invalid('claim', 'Needed: the claim whose values give these roles.');
  if (claim && roles.length === 0 && !form.defaultRole)
    throw invalid('roles', 'Write which value gives which role; otherwise nobody gets in.');
  return {
    name: form.name.trim(),
    issuer,
    clientId: form.clientId.trim(),
    clientSecret: form.clientSecret ?? '',
    scope: form.scope.trim(),
    claim,
    roles,
    defaultRole: form.defaultRole ?? null,
    mayBePrivate: form.mayBePrivate === 'yes',
    skipsSecondFactor: form.skipsSecondFactor === 'yes',
    isOn: form.isOn === 'yes',
  };
}

/** How people sign in by a provider of identities (OpenID Connect). */
export const signInProviderPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets } = app.desk;

  async function view(typed?: Record<string, string>, problem?: FormProblem) {
    const row = await findProvider(db);
    const kept = {
      name: row?.name ?? '',
      issuer: row?.issuer ?? '',
      clientId: row?.client_id ?? '',
      scope: row?.scope ?? 'openid profile email',
      claim: row?.claim ?? '',
      roles: writeRoles(row?.roles ?? []),
      defaultRole: row?.default_role ?? '',
      mayBePrivate: row?.may_be_private ? 'yes' : '',
      skipsSecondFactor: row?.skips_second_factor ? 'yes' : '',
      isOn: (row?.is_on ?? true) ? 'yes' : '',
      version: String(row?.version ?? 0),
    };
    const { clientSecret: _, ...again } = typed ?? {};
    const empty = Object.fromEntries(Object.keys(kept).map((name) => [name, '']));
    return {
      values: typed ? { ...empty, ...again } : kept,
      hasSecret: row?.client_secret_sealed != null,
      roles: [...ROLES],
      redirectUri: redirectUri(app.desk),
      hasBase: app.desk.config.baseUrl !== undefined,
      ...problemView(problem),
    };
  }

  /** The secret that the provider is asked with: what was typed, or what is kept for the same place. */
  async function secretFor(input: ProviderInput): Promise<string> {
    const row = await findProvider(db);
    if (input.clientSecret || !row || !keepsSecret(row, input)) return input.clientSecret;
    try {
      return clientSettings(secrets, row).secret;
    } catch (error) {
      if (error instanceof CannotOpenSecret) throw invalid('clientSecret', error.message);
      throw error;
    }
  }

  async function refuseUnknown(input: ProviderInput): Promise<void> {
    const { issuer, clientId, scope, mayBePrivate } = input;
    const secret = await secretFor(input);
    try {
      await checkProvider({ issuer, clientId, secret, scope, mayBePrivate }, askOf(app.desk));
    } catch (error) {
      if (!(error instanceof NotSignedIn)) throw error;
      throw invalid('issuer', `No provider was found there: ${error.message}`);
    }
  }

  app.get(PAGE, { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('settings/sign-in-provider', await view()),
  );

  app.post(PAGE, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(ProviderForm, request.body);
        const input = inputOf(form);
        if (input.isOn) await refuseUnknown(input);
        const { clientSecret: _, ...told } = form;
        await formOnce(db, request, { what: 'save sign-in provider', input: told }, async (trx) => {
          await saveProvider(trx, actorOf(request), secrets, form.version, input);
        });
        return reply.done(
          PAGE,
          input.isOn ? 'Saved. The provider answers.' : 'Saved. It is off: nobody signs in by it.',
        );
      },
      async (problem) => ({
        view: 'settings/sign-in-provider',
        data: await view(typedAgain(request.body), problem),
      }),
    ),
  );
};
