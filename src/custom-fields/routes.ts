import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type, Version } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { FIELD_KINDS, FieldParams } from './field.ts';
import { addField, editField, listFields, moveFieldUp, retireField } from './manage-store.ts';

const Name = Type.String({ minLength: 1, maxLength: 60, description: 'a name' });
const Choices = Type.Optional(Type.String({ maxLength: 12_000 }));
const AddForm = Type.Object({
  name: Name,
  kind: Type.Enum([...FIELD_KINDS], { description: 'one of the kinds' }),
  choices: Choices,
});
const EditForm = Type.Object({ name: Name, choices: Choices, version: Version });
const RetireForm = Type.Object({ retired: Type.Enum(['yes', 'no']) });

const lines = (text: string | undefined) => (text ?? '').split('\n');

/** The fields that an administrator adds to incidents. */
export const fieldPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  type Again = {
    open: number;
    typed: Record<string, string>;
    fields: Record<string, string>;
    message: string;
  };

  async function view(again?: Again) {
    const fields = await listFields(db);
    const asked = fields.filter((field) => !field.retired_at);
    return {
      fields: fields.map((field) => {
        const open = again?.open === field.id;
        return {
          id: field.id,
          key: field.key,
          name: field.name,
          kind: field.kind,
          isChoice: field.kind === 'choice',
          version: field.version,
          retired: field.retired_at !== null,
          used: field.used === true,
          isFirst: field === asked[0],
          open,
          newName: open ? (again?.typed['name'] ?? field.name) : field.name,
          choices: open ? (again?.typed['choices'] ?? '') : field.choices.join('\n'),
          errors: open ? (again?.fields ?? {}) : {},
        };
      }),
      kinds: [...FIELD_KINDS],
      typed: {
        name: again?.open === 0 ? (again.typed['name'] ?? '') : '',
        kind: again?.open === 0 ? (again.typed['kind'] ?? '') : '',
        choices: again?.open === 0 ? (again.typed['choices'] ?? '') : '',
      },
      errors: again?.open === 0 ? again.fields : {},
      problem: again?.message ?? '',
    };
  }

  app.get('/settings/fields', { config: { access: 'admin' } }, async (_request, reply) =>
    reply.page('custom-fields/list', await view()),
  );

  const act = (path: string, run: (request: FastifyRequest, id: number) => Promise<string>) =>
    app.post(
      path,
      { config: { access: 'admin' }, schema: path.includes(':id') ? { params: FieldParams } : {} },
      async (request, reply) => {
        const { id = 0 } = request.params as { id?: number };
        return orFormAgain(
          reply,
          async () => reply.done('/settings/fields', await run(request, id)),
          async (problem) => ({
            view: 'custom-fields/list',
            data: await view({ ...problem, open: id, typed: typedAgain(request.body) }),
          }),
        );
      },
    );

  act('/settings/fields', async (request) => {
    const form = readForm(AddForm, request.body);
    await formOnce(db, request, { what: 'add field' }, (trx) =>
      addField(trx, actorOf(request), { name: form.name, kind: form.kind, choices: lines(form.choices) }),
    );
    return `Incidents have the field ${form.name} now.`;
  });

  act('/settings/fields/:id', async (request, id) => {
    const form = readForm(EditForm, request.body);
    await formOnce(db, request, { what: `field ${id}` }, async (trx) => {
      await editField(trx, actorOf(request), id, {
        name: form.name,
        choices: lines(form.choices),
        version: form.version,
      });
    });
    return 'Saved.';
  });

  act('/settings/fields/:id/retirement', async (request, id) => {
    const retired = readForm(RetireForm, request.body).retired === 'yes';
    await formOnce(db, request, { what: `retire field ${id}` }, async (trx) => {
      await retireField(trx, actorOf(request), id, retired);
    });
    return retired
      ? 'The field is no longer asked for. What was entered stays.'
      : 'The field is asked for again.';
  });

  act('/settings/fields/:id/raising', async (request, id) => {
    await formOnce(db, request, { what: `raise field ${id}` }, async (trx) => {
      await moveFieldUp(trx, id);
    });
    return 'Moved up.';
  });
};
