import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { readForm } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { changeRule, readRule } from './rule.ts';

const RuleForm = Type.Object({ needed: Type.Enum(['yes', 'no'], { description: 'yes or no' }) });

const HERE = '/settings/sign-in';

/** Whether an administrator asks everybody for a second factor. */
export const signInRulePages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const view = async (problem = '') => ({ ...(await readRule(db)), problem });

  app.get(HERE, { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('settings/sign-in-rules', await view()),
  );

  app.post(HERE, { config: { access: 'admin' } }, (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const isNeeded = readForm(RuleForm, request.body).needed === 'yes';
        await changeRule(db, isNeeded, actorOf(request));
        return reply.done(
          HERE,
          isNeeded
            ? 'Everybody needs a second factor from now on.'
            : 'A second factor is everybody’s own choice from now on.',
        );
      },
      async (problem) => ({
        view: 'settings/sign-in-rules',
        data: await view(problem.fields['needed'] ?? problem.message),
      }),
    ),
  );
};
