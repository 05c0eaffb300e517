import type { FastifyRequest } from 'fastify';
import type { Access } from '../web/access.ts';
import { typedAgain } from '../web/forms.ts';
import { type App, incidentForm } from './incident-form.ts';
import { incidentView } from './show-page.ts';

type Act = (request: FastifyRequest, number: number) => Promise<{ to?: string; words: string }>;

const FIELDS = [
  'add',
  'text',
  'words',
  'at',
  'to',
  'reason',
  'until',
  'step',
  'class',
  'found',
  'fixed',
  'fixedAt',
  'kind',
  'number',
];

/**
 * Small forms of an incident's page: on a mistake the page comes back with what was typed, the part named `open`
 * unfolded.
 */
export const incidentForms =
  (app: App, access: Access = 'operator') =>
  (path: string, open: string, act: Act) =>
    incidentForm(app, path, {
      access,
      async act(request, reply, number) {
        const { to, words } = await act(request, number);
        return reply.done(to ?? `/incidents/${number}`, words);
      },
      again: async (request, number, problem) => ({
        view: 'incidents/show',
        data: {
          ...(await incidentView(app.desk, request, number, {})),
          errors: problem.fields,
          problem: problem.message,
          typed: typedAgain(request.body, FIELDS),
          open,
        },
      }),
    });
