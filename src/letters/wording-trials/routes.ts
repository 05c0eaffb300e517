import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Id, Type } from '../../json-schema.ts';
import { actorOf } from '../../web/access.ts';
import { formOnce } from '../../web/form-once.ts';
import { readForm, typedAgain } from '../../web/forms.ts';
import { orFormAgain } from '../../web/pages.ts';
import { placeOf } from '../editor/template-edit.ts';
import { templateHref } from '../editor/template-page.ts';
import { TemplateParams, templateNamed } from '../editor/template-params.ts';
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

  type Name = ReturnType<typeof templateNamed>;
  type Act = (request: FastifyRequest, name: Name) => Promise<string>;

  /** A form of the section: `act` says what was done; on a mistake the page comes back, with what was typed in `fields`. */
  const sectionForm = (path: string, fields: string[], act: Act) =>
    app.post(
      `/settings/letters/:owner/:round/:language/${path}`,
      { config: { access: 'admin' }, schema: { params: TemplateParams } },
      async (request, reply) => {
        const name = templateNamed(request.params);
        return orFormAgain(
          reply,
          async () => reply.done(`${templateHref(name)}#h-trial`, await act(request, name)),
          async ({ fields: errors, message: problem }) => {
            const typed = Object.entries(typedAgain(request.body, fields));
            const shown = Object.fromEntries(typed.filter(([field]) => fields.includes(field)));
            const place = await placeOf(db, letters, catalogue, name);
            const trial = { ...shown, errors, problem };
            return {
              view: 'templates/show',
              data: await templateShown(app.desk, place, { trial, canEdit: true }),
            };
          },
        );
      },
    );

  sectionForm('trials', ['a', 'b'], async (request, name) => {
    const form = readForm(StartForm, request.body);
    await formOnce(db, request, { what: `trial ${name.key} ${name.language}` }, async (trx) => {
      const place = await placeOf(trx, letters, catalogue, name);
      return startTrial(trx, actorOf(request), letters, place, form);
    });
    return 'Letters are given the two wordings by turn now.';
  });

  sectionForm('trials/ending', [], async (request, name) => {
    const { trial: id, use } = readForm(EndForm, request.body);
    await formOnce(db, request, { what: `end trial ${id}` }, async (trx) => {
      const place = await placeOf(trx, letters, catalogue, name);
      await endTrial(trx, actorOf(request), letters, place, { id, use });
    });
    return use
      ? `Ended. Letters are drafted from wording ${use.toUpperCase()} from now on.`
      : 'Ended. Letters are drafted from what is in force.';
  });
};
