import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { rememberDesk } from '../accounts/store.ts';
import { Type } from '../json-schema.ts';
import { KeptSteps } from '../next-step/kept-steps.ts';
import { stripView as remindersView } from '../reminders/page.ts';
import { pressingReminders } from '../reminders/store.ts';
import { viewerOf } from '../web/access.ts';
import { readForm } from '../web/forms.ts';
import { readDeskCursor, writeDeskCursor } from './cursor.ts';
import { deskTitle, sectionView, whoseView } from './page.ts';
import { byDue, deskRow } from './rows.ts';
import { SECTION_NAMES, SECTIONS } from './sections.ts';
import { keptSpans } from './span-store.ts';
import {
  countSections,
  type DeskIncident,
  hasIncidents,
  listSection,
  type Owner,
  readDesk,
} from './store.ts';
import { stripView } from './strip.ts';

const STRIP_DAYS = 90;
/** Rows of each part of the desk, and of a page of one part. */
const DESK_ROWS = 20;
const PAGE_ROWS = 50;

const WHOSE = ['mine', 'everybody'] as const;
const DeskQuery = Type.Object({
  whose: Type.Optional(Type.String({ maxLength: 20 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const WhoseForm = Type.Object({
  whose: Type.Enum([...WHOSE], { description: 'mine or everybody' }),
});
const SectionParams = Type.Object({ section: Type.Enum(SECTION_NAMES) });

/** Whose incidents are asked for; what the address does not say is as the person left it. */
function whoseOf(request: FastifyRequest, asked: string | undefined) {
  const viewer = viewerOf(request);
  const whose = WHOSE.find((one) => one === asked) ?? viewer.deskWhose;
  const owner: Owner = whose === 'mine' && viewer.userId !== null ? { id: viewer.userId } : null;
  return { whose, owner };
}

export const deskPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;
  const steps = new KeptSteps(db, catalogue);
  const spansSince = keptSpans(db, () => steps.news);

  /** Rows with their next steps, what is due first in front. */
  async function rowsOf(items: DeskIncident[], now: Date) {
    const stepOf = await steps.read(items, now);
    return (some: DeskIncident[]) => some.map((row) => deskRow(row, stepOf(row), catalogue, now)).sort(byDue);
  }

  app.get(
    '/',
    { config: { access: 'viewer' }, schema: { querystring: DeskQuery } },
    async (request, reply) => {
      const now = new Date();
      const { whose, owner } = whoseOf(request, request.query.whose);
      const live = await steps.catchUp();
      const since = new Date(now.getTime() - STRIP_DAYS * 86_400_000);
      const [desk, counts, spans, reminders] = await Promise.all([
        readDesk(db, owner, DESK_ROWS),
        countSections(db, owner, now),
        spansSince(since, now),
        pressingReminders(db, now),
      ]);
      const listed = [...desk.values()].flatMap(({ items }) => items);
      if (spans.length === 0 && listed.length === 0 && !(await hasIncidents(db)))
        return reply.page('desk/first-start', {});
      const rows = await rowsOf(listed, now);
      return reply.page('desk/desk', {
        live,
        title: deskTitle(counts),
        whose: whoseView(whose),
        sections: SECTION_NAMES.map((section) =>
          sectionView(section, counts[section], whose, {
            rows: rows(desk.get(section)?.items ?? []),
            more: desk.get(section)?.next !== null,
          }),
        ),
        reminders: remindersView(reminders),
        strip: stripView(spans, catalogue, since, now, viewerOf(request).timeZone),
      });
    },
  );

  /** All of one part of the desk. */
  app.get(
    '/desk/:section',
    { config: { access: 'viewer' }, schema: { params: SectionParams, querystring: DeskQuery } },
    async (request, reply) => {
      const now = new Date();
      const { section } = request.params;
      const { whose, owner } = whoseOf(request, request.query.whose);
      const after = readDeskCursor(request.query.cursor, section);
      const live = await steps.catchUp();
      const [page, counts] = await Promise.all([
        listSection(db, section, { owner, limit: PAGE_ROWS, after }),
        countSections(db, owner, now),
      ]);
      const rows = await rowsOf(page.items, now);
      const link = `/desk/${section}?whose=${whose}`;
      return reply.page('desk/section', {
        live,
        title: SECTIONS[section].title,
        section: sectionView(section, counts[section], whose, { rows: rows(page.items), more: false }),
        isMine: owner !== null,
        next: page.next ? `${link}&cursor=${writeDeskCursor(page.next, section)}` : '',
        first: after ? link : '',
      });
    },
  );

  /** The switch between mine and everybody’s, which is remembered for the person. */
  app.post('/desk/whose', { config: { access: 'viewer' } }, async (request, reply) => {
    const { whose } = readForm(WhoseForm, request.body);
    const { userId } = viewerOf(request);
    if (userId !== null) await rememberDesk(db, userId, whose);
    return reply.done(`/?whose=${whose}`);
  });
};
