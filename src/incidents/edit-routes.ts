import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { enteredFields, inputView } from '../custom-fields/field.ts';
import { fieldsOf, setFieldValues } from '../custom-fields/store.ts';
import { SmallId, Type, Version } from '../json-schema.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { localInput } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { readMoment } from '../web/moment.ts';
import { listAssignees } from './assignees.ts';
import { editIncident } from './facts-store.ts';
import { incidentForm } from './incident-form.ts';
import { SEVERITIES } from './incidents.ts';
import { NumberParams } from './number-params.ts';
import { getIncident } from './store.ts';

const EditForm = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 300, description: 'a title' }),
  severity: Type.Enum([...SEVERITIES]),
  affected: Type.Optional(Type.String({ maxLength: 10_000 })),
  assigneeId: Type.Optional(SmallId),
  nextAction: Type.Optional(Type.String({ maxLength: 500 })),
  nextActionDueAt: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
  version: Version,
});

export const incidentEditPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function editView(
    request: FastifyRequest,
    number: number,
    typed?: Record<string, string>,
    problem?: FormProblem,
  ) {
    const [row, fields, users] = await Promise.all([
      getIncident(db, number),
      fieldsOf(db, number),
      listAssignees(db, number),
    ]);
    const values = typed ?? {
      title: row.title,
      severity: row.severity,
      affected: row.affected,
      assigneeId: row.assignee_id === null ? '' : String(row.assignee_id),
      nextAction: row.next_action,
      nextActionDueAt: row.next_action_due_at
        ? localInput(row.next_action_due_at, viewerOf(request).timeZone).slice(0, 16)
        : '',
    };
    const value = (name: string) => (values as Record<string, string>)[name] ?? '';
    return {
      number,
      title: row.title,
      values: {
        title: value('title'),
        severity: value('severity'),
        affected: value('affected'),
        assigneeId: value('assigneeId'),
        nextAction: value('nextAction'),
        nextActionDueAt: value('nextActionDueAt'),
      },
      // The newest version: who saw the newer text and sends again means it.
      version: row.version,
      severities: [...SEVERITIES],
      users,
      fields: fields.map((field) => inputView(field, typed)),
      ...problemView(problem),
      zone: viewerOf(request).timeZone,
    };
  }

  app.get(
    '/incidents/:number/edit',
    { config: { access: 'operator' }, schema: { params: NumberParams } },
    async (request, reply) => reply.page('incidents/edit', await editView(request, request.params.number)),
  );

  incidentForm(app, '/incidents/:number/edit', {
    access: 'operator',
    async act(request, reply, number) {
      const form = readForm(EditForm, request.body);
      const due = readMoment(request, 'nextActionDueAt', form.nextActionDueAt, { future: true }) ?? null;
      await formOnce(db, request, { what: `edit ${number}` }, async (trx) => {
        const facts = {
          title: form.title,
          severity: form.severity,
          affected: form.affected ?? '',
          assigneeId: form.assigneeId ?? null,
          nextAction: form.nextAction ?? '',
          nextActionDueAt: due,
        };
        await editIncident(trx, actorOf(request), number, facts, form.version);
        await setFieldValues(trx, actorOf(request), number, enteredFields(request.body));
      });
      return reply.done(`/incidents/${number}`, 'Saved.');
    },
    again: async (request, number, problem) => ({
      view: 'incidents/edit',
      data: await editView(request, number, typedAgain(request.body), problem),
    }),
  });
};
