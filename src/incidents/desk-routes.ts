import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { CLOSED_STEP } from '../next-step/next-step.ts';
import { readSteps } from '../next-step/store.ts';
import { stripView } from '../reminders/page.ts';
import { pressingReminders } from '../reminders/store.ts';
import { viewerOf } from '../web/access.ts';
import { readDesk, readSpans } from './desk.ts';
import { byDue, deskRow, spansView } from './desk-page.ts';

const STRIP_DAYS = 90;

export const deskPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  app.get('/', { config: { access: 'viewer' } }, async (request, reply) => {
    const now = new Date();
    const zone = viewerOf(request).timeZone;
    const since = new Date(now.getTime() - STRIP_DAYS * 86_400_000);
    const [desk, spans, reminders] = await Promise.all([
      readDesk(db),
      readSpans(db, since),
      pressingReminders(db, now),
    ]);
    const listed = [desk.needYou, desk.waiting, desk.proving].flatMap((part) => part.items);
    const steps = await readSteps(db, listed, catalogue, now);
    const rows = (part: typeof desk.needYou) => ({
      rows: part.items
        .map((row) => deskRow(row, steps.get(row.number)?.step ?? CLOSED_STEP, catalogue, now))
        .sort(byDue),
      more: part.next !== null,
    });
    const empty =
      spans.length === 0 &&
      desk.needYou.items.length + desk.waiting.items.length + desk.proving.items.length === 0;
    if (empty) {
      const any = await db.selectFrom('incidents').select('number').limit(1).executeTakeFirst();
      if (!any) return reply.page('incidents/first-start', {});
    }
    return reply.page('incidents/desk', {
      needYou: rows(desk.needYou),
      waiting: rows(desk.waiting),
      proving: rows(desk.proving),
      reminders: stripView(reminders),
      strip: spansView(spans, catalogue, since, now, zone),
    });
  });
};
