import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { remindersView } from './page.ts';
import { dayOf, plusDays } from './reminders.ts';
import { answerReminder, type NewAnswer, readReminders, withdrawAnswer } from './store.ts';

const Key = Type.String({ minLength: 1, maxLength: 400 });
const Day = Type.String({ format: 'date', description: 'a date such as 2026-12-01' });
const AnswerForm = Type.Object({
  key: Key,
  dueOn: Day,
  until: Type.Optional(Day),
  reason: Type.Optional(Type.String({ maxLength: 500 })),
});
const WithdrawalForm = Type.Object({ key: Key });
const NOT_SAID = 'Choose a day, or say why it need not be done.';

export const reminderPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  async function view(typed: Record<string, string> = {}, problem?: FormProblem) {
    const now = new Date();
    return {
      ...remindersView(await readReminders(db, now)),
      tomorrow: plusDays(now, 1),
      inAWeek: plusDays(now, 7),
      today: dayOf(now),
      typed: { key: typed['key'] ?? '', until: typed['until'] ?? '', reason: typed['reason'] ?? '' },
      ...problemView(problem),
    };
  }

  app.get('/reminders', { config: { access: 'viewer' } }, async (_request, reply) =>
    reply.page('reminders/list', await view()),
  );

  app.post('/reminders/answers', { config: { access: 'operator' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const { key, dueOn, until, reason } = readForm(AnswerForm, request.body);
        const dismissedReason = reason?.trim() ?? '';
        if (!until && !dismissedReason) throw invalid('until', NOT_SAID);
        // A reason ends it; with a day alone it only waits.
        const answer: NewAnswer = dismissedReason
          ? { key, dueOn, dismissedReason }
          : { key, dueOn, snoozedUntil: until ?? '' };
        await formOnce(db, request, { what: 'answer a reminder' }, async (trx) => {
          await answerReminder(trx, actorOf(request), answer, new Date());
        });
        return reply.done('/reminders', dismissedReason ? 'It reminds no more.' : `Put off to ${until}.`);
      },
      async (problem) => ({
        view: 'reminders/list',
        data: await view(typedAgain(request.body), problem),
      }),
    ),
  );

  app.post('/reminders/withdrawals', { config: { access: 'operator' } }, async (request, reply) => {
    const { key } = readForm(WithdrawalForm, request.body);
    await formOnce(db, request, { what: 'withdraw an answer' }, async (trx) => {
      await withdrawAnswer(trx, key);
    });
    return reply.done('/reminders', 'It reminds again.');
  });
};
