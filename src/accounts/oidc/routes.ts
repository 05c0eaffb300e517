import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { note } from '../../audit/note.ts';
import { Type } from '../../json-schema.ts';
import { invalid, Problem } from '../../problem.ts';
import { CannotOpenSecret } from '../../secrets/seal.ts';
import { actorOf, viewerOf } from '../../web/access.ts';
import { setFlash } from '../../web/flash.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, readForm } from '../../web/forms.ts';
import { linkBase, localPath } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { PASSWORD_MAX } from '../accounts.ts';
import { IdParams } from '../form-fields.ts';
import { checkPassword } from '../password.ts';
import { finishSignIn } from '../sign-in.ts';
import { getUser } from '../store.ts';
import { limitTries } from '../tries.ts';
import { type Claims, endFlow, NotSignedIn } from './client.ts';
import { askOf, sendOff, takeAttempt } from './flow.ts';
import { linkIdentity, listIdentities, signInBy, unlinkIdentity } from './identity-store.ts';
import { clientSettings, providerInUse } from './provider-store.ts';

const NextQuery = Type.Object({ next: Type.Optional(Type.String({ maxLength: 2000 })) });
const LinkForm = Type.Object({
  password: Type.String({ maxLength: PASSWORD_MAX, description: 'your password' }),
});
const LINKED = '/settings/identities';

const backToSignIn = (reply: FastifyReply, words: string) => {
  setFlash(reply, words);
  return reply.redirect('/sign-in', 303);
};

export const providerSignIn: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets, config } = app.desk;

  /** What went wrong on the way is told to administrators, in the log; to others that it did. */
  async function failed(request: FastifyRequest, name: string, error: unknown): Promise<void> {
    if (!(error instanceof NotSignedIn) && !(error instanceof CannotOpenSecret)) throw error;
    const by = { userId: null, tokenId: null, name: 'Somebody', from: request.ip };
    await note(db, by, 'sign-in-failed', { subject: `somebody of ${name}`, detail: { why: error.message } });
    request.log.info({ why: error.message }, 'sign-in by provider');
  }

  app.get(
    '/sign-in/provider',
    { config: { access: 'public' }, schema: { querystring: NextQuery } },
    async (request, reply) => {
      try {
        const off = await sendOff(reply, { next: localPath(request.query.next), linkFor: null });
        if (!off) return backToSignIn(reply, 'This desk has no other way to sign in.');
        return reply.redirect(off.url.href, 303);
      } catch (error) {
        await failed(request, 'the provider', error);
        return backToSignIn(reply, 'The provider’s server does not answer as it should. Try again later.');
      }
    },
  );

  async function claimsOf(request: FastifyRequest, reply: FastifyReply) {
    const attempt = takeAttempt(request, reply);
    const provider = await providerInUse(db);
    if (!attempt || !provider) return undefined;
    const current = new URL(request.url, linkBase(config));
    const wanted = ['email', provider.claim];
    const settings = clientSettings(secrets, provider);
    const claims = await endFlow(settings, askOf(app.desk), current, attempt, wanted);
    return { attempt, provider, claims };
  }

  app.get(
    '/sign-in/provider/callback',
    { config: { access: 'public' }, logLevel: 'silent' },
    async (request, reply) => {
      let came: Awaited<ReturnType<typeof claimsOf>>;
      try {
        came = await claimsOf(request, reply);
      } catch (error) {
        await failed(request, 'the provider', error);
        return backToSignIn(reply, 'The sign-in by the provider did not work. Start again.');
      }
      if (!came)
        return backToSignIn(reply, 'That sign-in took too long or was begun elsewhere. Start again.');
      const { attempt, provider, claims } = came;
      if (attempt.linkFor !== null) return link(request, reply, attempt.linkFor, provider.name, claims);
      try {
        const userId = await db.transaction().execute((trx) => signInBy(trx, provider, claims, request.ip));
        const by = provider.skips_second_factor ? 'oidc-alone' : 'oidc';
        return await finishSignIn(request, reply, { userId, by }, { next: attempt.next });
      } catch (error) {
        if (!(error instanceof Problem) || !['not-allowed', 'invalid'].includes(error.code)) throw error;
        await failed(request, provider.name, new NotSignedIn(error.message));
        return backToSignIn(reply, error.message);
      }
    },
  );

  async function link(
    request: FastifyRequest,
    reply: FastifyReply,
    userId: number,
    name: string,
    claims: Claims,
  ): Promise<FastifyReply> {
    // Whoever began it and gave the password is still the one who is signed in.
    if (request.viewer?.userId !== userId)
      return backToSignIn(reply, 'Your session has ended meanwhile. Sign in, then link again.');
    try {
      const by = actorOf(request);
      await db.transaction().execute((trx) => linkIdentity(trx, by, userId, name, claims));
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'already-exists') throw error;
      return reply.done(LINKED, error.message);
    }
    return reply.done(LINKED, `Linked. You can sign in by ${name} from now on.`);
  }
};

/** A person's own links. */
export const identityPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function view(request: FastifyRequest, problem?: FormProblem) {
    const [identities, provider] = await Promise.all([
      listIdentities(db, viewerOf(request).userId ?? 0),
      providerInUse(db),
    ]);
    return {
      identities,
      provider: provider?.name ?? '',
      goOn: '',
      ...problemView(problem),
    };
  }

  app.get(LINKED, { config: { access: 'viewer' } }, async (request, reply) =>
    reply.page('accounts/identities', await view(request)),
  );

  app.post(LINKED, { config: { access: 'viewer' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { password } = readForm(LinkForm, request.body);
        const userId = viewerOf(request).userId ?? 0;
        const user = await getUser(db, userId);
        const trier = { email: user.email.toLowerCase(), address: request.ip };
        const right = await limitTries(db, trier, async () =>
          user.has_password && (await checkPassword(user.password_hash, password)) ? true : undefined,
        );
        if (!right) throw invalid('password', 'This is not your password.');
        const off = await sendOff(reply, { next: LINKED, linkFor: userId }).catch((error: unknown) => {
          if (!(error instanceof NotSignedIn) && !(error instanceof CannotOpenSecret)) throw error;
          throw new Problem(
            'invalid',
            'The provider’s server does not answer as it should. Try again later.',
          );
        });
        if (!off) throw new Problem('invalid', 'There is no provider to link to any more.');
        // A page and a link: a browser lets no form lead to another site (`form-action`).
        return reply.page('accounts/identities', { ...(await view(request)), goOn: off.url.href });
      },
      async (problem) => ({ view: 'accounts/identities', data: await view(request, problem) }),
    ),
  );

  app.post(
    `${LINKED}/:id/removal`,
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const userId = viewerOf(request).userId ?? 0;
          const by = actorOf(request);
          const { id } = request.params;
          await formOnce(db, request, { what: `remove link ${id}` }, async (trx) => {
            await unlinkIdentity(trx, by, userId, id);
          });
          return reply.done(LINKED, 'Removed. It signs in to your account no more.');
        },
        async (problem) => ({ view: 'accounts/identities', data: await view(request, problem) }),
      ),
  );
};
