import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { closed, type Static, Type, Version } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes } from '../web/api-route.ts';
import { apiOnce } from '../web/idempotency.ts';
import { FIELD_KINDS, FieldParams } from './field.ts';
import { addField, editField, listFields, retireField } from './manage-store.ts';

const route = apiRoutes('fields');
const Choices = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 });
const Name = Type.String({ minLength: 1, maxLength: 60 });

const FieldJson = Type.Object({
  id: Type.Integer(),
  /** By which an incident's `fields` name it; it stays when the name changes. */
  key: Type.String(),
  name: Type.String(),
  kind: Type.Enum([...FIELD_KINDS]),
  choices: Type.Array(Type.String()),
  retired: Type.Boolean(),
  version: Type.Integer(),
});

const fieldJson = (field: Awaited<ReturnType<typeof listFields>>[number]): Static<typeof FieldJson> => ({
  id: field.id,
  key: field.key,
  name: field.name,
  kind: field.kind,
  choices: field.choices,
  retired: field.retired_at !== null,
  version: field.version,
});

export const fieldApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/fields',
    route('viewer', 'settings:read', {
      summary: 'The fields that incidents have beside the built-in facts, in their order',
      response: { 200: Type.Object({ items: Type.Array(FieldJson) }) },
    }),
    async () => ({ items: (await listFields(db)).map(fieldJson) }),
  );

  app.post(
    '/fields',
    route('admin', 'settings:write', {
      summary: 'Give incidents another field',
      body: Type.Object(
        { name: Name, kind: Type.Enum([...FIELD_KINDS]), choices: Type.Optional(Choices) },
        closed,
      ),
      response: { 201: Type.Object({ id: Type.Integer() }) },
    }),
    async (request, reply) => {
      const { name, kind, choices = [] } = request.body;
      const added = await apiOnce(db, request, async (trx) => ({
        id: await addField(trx, actorOf(request), { name, kind, choices }),
      }));
      return reply.code(201).send(added);
    },
  );

  app.patch(
    '/fields/:id',
    route('admin', 'settings:write', {
      summary: 'Change a field’s name and choices, or whether it is asked for',
      params: FieldParams,
      body: Type.Object(
        {
          name: Type.Optional(Name),
          choices: Type.Optional(Choices),
          retired: Type.Optional(Type.Boolean()),
          version: Version,
        },
        closed,
      ),
      response: { 200: FieldJson },
    }),
    async (request) => {
      const { id } = request.params;
      const { name, choices, retired, version } = request.body;
      await db.transaction().execute(async (trx) => {
        const field = (await listFields(trx)).find((one) => one.id === id);
        const edited = {
          name: name ?? field?.name ?? '',
          choices: choices ?? field?.choices ?? [],
          version,
        };
        await editField(trx, actorOf(request), id, edited);
        if (retired !== undefined) await retireField(trx, actorOf(request), id, retired);
      });
      const field = (await listFields(db)).find((one) => one.id === id);
      return fieldJson(field as NonNullable<typeof field>);
    },
  );
};
