import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from '../json-schema.ts';
import { invalid } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { PageQuery, pageOf } from '../web/api.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import type { JudgedReminder } from './reminders.ts';
import { answerReminder, type NewAnswer, readReminders, withdrawAnswer } from './store.ts';

const tags = ['reminders'];
const closed = { additionalProperties: false };
const Maybe = Type.Union([Type.String(), Type.Null()]);
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
    {
      config: { access: 'viewer', scope: 'reminders:read' },
      schema: {
        tags,
        summary: 'What has to be done again: due, soon, later, put off or dismissed; the first due first',
        querystring: Type.Object(PageQuery),
        response: { 200: pageOf(ReminderJson) },
      },
    },
    async (request) => {
      const { limit = 50, cursor } = request.query;
      const [on = '', key = ''] = readCursor(cursor, LIST, ['text', 'text']) ?? [];
      const all = await readReminders(db, new Date());
      const left = all.filter((one) => one.on > on || (one.on === on && one.key > key));
      const items = left.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map(reminderJson),
        next: left.length > items.length && last ? writeCursor(LIST, [last.on, last.key]) : null,
      };
    },
  );

  app.post(
    '/reminders/answers',
    {
      config: { access: 'operator', scope: 'reminders:write' },
      schema: {
        tags,
        summary: 'Put a reminder off to a day, or end it with a reason; it holds for that due date',
        body: Body,
        response: { 204: Type.Null() },
      },
    },
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
    {
      config: { access: 'operator', scope: 'reminders:write' },
      schema: {
        tags,
        summary: 'Let a reminder that was put off or ended remind again',
        body: Type.Object({ key: Key }, closed),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await apiOnce(db, request, async (trx) => {
        await withdrawAnswer(trx, request.body.key);
      });
      return reply.code(204).send(null);
    },
  );
};
