import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { incidentForms } from '../incidents/small-forms.ts';
import { Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { readMoment } from '../web/moment.ts';
import { recordCause } from './cause-store.ts';
import { CAUSE_CLASSES } from './causes.ts';
import { answerStep, resumeStep } from './store.ts';

const Step = Type.String({ pattern: '^[a-z0-9-]{1,60}$' });
const SnoozeForm = Type.Object({
  step: Step,
  until: Type.String({ minLength: 1, maxLength: 30, description: 'a date and time' }),
  reason: Type.Optional(Type.String({ maxLength: 2000 })),
});
const DismissForm = Type.Object({
  step: Step,
  reason: Type.String({ minLength: 1, maxLength: 2000, description: 'why it need not be done' }),
});
const ResumeForm = Type.Object({ step: Step });
const CauseForm = Type.Object({
  class: Type.Enum([...CAUSE_CLASSES], { description: 'one of the list' }),
  found: Type.String({ minLength: 1, maxLength: 2000, description: 'what was found, or what was checked' }),
  fixed: Type.Optional(Type.String({ maxLength: 2000 })),
  fixedAt: Type.Optional(Type.String({ maxLength: 30, description: 'a date and time' })),
});

export const nextStepPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const form = incidentForms(app);
  const world = () => ({ catalogue, now: new Date() });

  form('/incidents/:number/next-step/snooze', 'snooze', async (request, number) => {
    const { step, until, reason = '' } = readForm(SnoozeForm, request.body);
    const at = readMoment(request, 'until', until, { future: true }) ?? new Date(Number.NaN);
    await formOnce(db, request, { what: `snooze ${number}` }, async (trx) => {
      await answerStep(trx, actorOf(request), number, { step, until: at, reason }, world());
    });
    return { words: 'The next step is put off.' };
  });

  form('/incidents/:number/next-step/dismiss', 'dismiss', async (request, number) => {
    const { step, reason } = readForm(DismissForm, request.body);
    await formOnce(db, request, { what: `dismiss ${number}` }, async (trx) => {
      await answerStep(trx, actorOf(request), number, { step, dismiss: true, reason }, world());
    });
    return { words: 'Dismissed. It returns when an answer, a refusal or a cause comes in.' };
  });

  form('/incidents/:number/next-step/resume', 'dismiss', async (request, number) => {
    const { step } = readForm(ResumeForm, request.body);
    await formOnce(db, request, { what: `resume ${number}` }, async (trx) => {
      await resumeStep(trx, actorOf(request), number, step, world());
    });
    return { words: 'The step is back.' };
  });

  form('/incidents/:number/cause', 'cause', async (request, number) => {
    const { class: kind, found, fixed = '', fixedAt } = readForm(CauseForm, request.body);
    const at = readMoment(request, 'fixedAt', fixedAt) ?? null;
    await formOnce(db, request, { what: `cause ${number}` }, async (trx) => {
      const cause = { class: kind, found, fixed, foundAt: null, fixedAt: at };
      await recordCause(trx, actorOf(request), number, cause);
    });
    return { words: 'Cause recorded.' };
  });
};
