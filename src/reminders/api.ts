import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cutPage } from '../database/page.ts';
import { closed, orNull, Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import type { JudgedReminder } from './reminders.ts';
import { answerReminder, type NewAnswer, readReminders, withdrawAnswer } from './store.ts';

const route = apiRoutes('reminders');
const Maybe = orNull(Type.String());
const Key = Type.String({ minLength: 1, maxLength: 400 });
const Day = Type.String({ format: 'date' });

const ReminderJson = Type.Object({
  key: Type.String(),
  what: Type.String(),
  about: Type.String(),
  dueOn: Type.String(),
  state: Type.String(),
  link: Type.String(),
  snoozedUntil: Maybe,
  dismissedReason: Maybe,
  answeredBy: Maybe,
});
const reminderJson = ({ key, what, about, on, link, state, answer }: JudgedReminder) => ({
  ...{ key, what, about, dueOn: on, state, link },
  snoozedUntil: answer?.snoozed_until ?? null,
  dismissedReason: answer?.dismissed_reason ?? null,
  answeredBy: answer?.by_name ?? null,
});

const Body = Type.Object(
  {
    key: Key,
    dueOn: Day,
    snoozedUntil: Type.Optional(Day),
    dismissedReason: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  closed,
);

const LIST = 'reminders';

export const reminderApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;

  app.get(
    '/reminders',
    route('viewer', 'reminders:read', {
      summary: 'What has to be done again: due, soon, later, put off or dismissed; the first due first',
      ...paged(ReminderJson),
    }),
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const [on = '', key = ''] = readCursor(cursor, LIST, ['text', 'text']) ?? [];
      const all = await readReminders(db, new Date());
      const left = all.filter((one) => one.on > on || (one.on === on && one.key > key));
      const { items, next } = cutPage(left, limit, (last) => writeCursor(LIST, [last.on, last.key]));
      return { items: items.map(reminderJson), next };
    },
  );

  app.post(
    '/reminders/answers',
    route('operator', 'reminders:write', {
      summary: 'Put a reminder off to a day, or end it with a reason; it holds for that due date',
      body: Body,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { key, dueOn, snoozedUntil, dismissedReason } = request.body;
      if ((snoozedUntil === undefined) === (dismissedReason === undefined))
        throw invalid('snoozedUntil', 'Give either snoozedUntil or dismissedReason.');
      const answer = { key, dueOn, snoozedUntil, dismissedReason } as NewAnswer;
      await apiOnce(db, request, async (trx) => {
        await answerReminder(trx, actorOf(request), answer, new Date());
      });
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/reminders/withdrawals',
    route('operator', 'reminders:write', {
      summary: 'Let a reminder that was put off or ended remind again',
      body: Type.Object({ key: Key }, closed),
      response: NOTHING,
    }),
    async (request, reply) => {
      await apiOnce(db, request, async (trx) => {
        await withdrawAnswer(trx, request.body.key);
      });
      return reply.code(204).send(null);
    },
  );
};
