import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { incidentForms } from '../incidents/small-forms.ts';
import { Type } from '../json-schema.ts';
import { Problem } from '../problem.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { setWatching } from './store.ts';

const WatchForm = Type.Object({ watch: Type.Enum(['yes', 'no'], { description: 'yes or no' }) });

export const watcherPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  // Whoever may read an incident may be told of it.
  const form = incidentForms(app, 'viewer');
  form('/incidents/:number/watching', 'watching', async (request, number) => {
    const watches = readForm(WatchForm, request.body).watch === 'yes';
    const { userId } = viewerOf(request);
    if (userId === null) throw new Problem('not-allowed', 'Only a person can watch an incident.');
    await formOnce(db, request, { what: `watch ${number}` }, async (trx) => {
      await setWatching(trx, actorOf(request), number, { userId, watches });
    });
    return { words: watches ? 'You watch this incident.' : 'You no longer watch this incident.' };
  });
};
