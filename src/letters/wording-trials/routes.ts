import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Id, type Static, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { placeOf } from '../editor/template-edit.ts';
import { templateHref } from '../editor/template-page.ts';
import { TemplateParams } from '../editor/template-params.ts';
import { templateShown } from '../editor/template-show.ts';
import { endTrial, startTrial } from './edit.ts';

const Wording = Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'a wording' });
const StartForm = Type.Object({ a: Wording, b: Wording });
const EndForm = Type.Object({
  trial: Id,
  use: Type.Optional(Type.Enum(['a', 'b'])),
});

/** Comparing two wordings of a template: its section stands on the template's page. */
export const trialPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, letters } = app.desk;

  const named = ({ owner, round, language }: Static<typeof TemplateParams>) => ({
    key: `${owner}/${round}`,
    language,
  });

  app.post(
    '/settings/letters/:owner/:round/:language/trials',
    { config: { access: 'admin' }, schema: { params: TemplateParams } },
    async (request, reply) => {
      const name = named(request.params);
      return orFormAgain(
        reply,
        async () => {
          const form = readForm(StartForm, request.body);
          await formOnce(db, request, { what: `trial ${name.key} ${name.language}` }, async (trx) => {
            const place = await placeOf(trx, letters, catalogue, name);
            return startTrial(trx, actorOf(request), letters, place, form);
          });
          return reply.done(
            `${templateHref(name)}#h-trial`,
            'Letters are given the two wordings by turn now.',
          );
        },
        async (problem) => {
          const { a, b } = typedAgain(request.body, ['a', 'b']);
          const place = await placeOf(db, letters, catalogue, name);
          const trial = {
            ...(a === undefined ? {} : { a }),
            ...(b === undefined ? {} : { b }),
            errors: problem.fields,
            problem: problem.message,
          };
          return {
            view: 'templates/show',
            data: await templateShown(app.desk, place, { trial, canEdit: true }),
          };
        },
      );
    },
  );

  app.post(
    '/settings/letters/:owner/:round/:language/trials/ending',
    { config: { access: 'admin' }, schema: { params: TemplateParams } },
    async (request, reply) => {
      const name = named(request.params);
      return orFormAgain(
        reply,
        async () => {
          const { trial: id, use } = readForm(EndForm, request.body);
          await formOnce(db, request, { what: `end trial ${id}` }, async (trx) => {
            const place = await placeOf(trx, letters, catalogue, name);
            await endTrial(trx, actorOf(request), letters, place, { id, use });
          });
          return reply.done(
            `${templateHref(name)}#h-trial`,
            use
              ? `Ended. Letters are drafted from wording ${use.toUpperCase()} from now on.`
              : 'Ended. Letters are drafted from what is in force.',
          );
        },
        async (problem) => {
          const place = await placeOf(db, letters, catalogue, name);
          const trial = { errors: problem.fields, problem: problem.message };
          return {
            view: 'templates/show',
            data: await templateShown(app.desk, place, { trial, canEdit: true }),
          };
        },
      );
    },
  );
};
