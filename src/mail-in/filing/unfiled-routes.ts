import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FRAME_SANDBOX } from '../../correspondence/mail-frame.ts';
import { messageView } from '../../correspondence/message-page.ts';
import { listAttachments } from '../../correspondence/parts-store.ts';
import { Id, IdParams, Type } from '../../json-schema.ts';
import { providerChoices } from '../../providers/choice.ts';
import { recentPlace } from '../../timeline/news.ts';
import { actorOf } from '../../web/access.ts';
import { readCursor, writeCursor } from '../../web/cursor.ts';
import { formOnce } from '../../web/form-once.ts';
import { type FormProblem, problemView, typedAgain } from '../../web/forms.ts';
import { linkTo } from '../../web/links.ts';
import { orFormAgain } from '../../web/pages.ts';
import { listFloods } from '../flood-store.ts';
import { fileForm, splitForm } from './filing-forms.ts';
import { splitView, unfiledRow } from './unfiled-page.ts';
import {
  bringBack,
  getIncoming,
  incidentChoices,
  listUnfiled,
  listUnproven,
  putAway,
  titlesOf,
} from './unfiled-store.ts';

const PER_PAGE = 25;
const MOST_UNPROVEN = 50;

const ListQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  which: Type.Optional(Type.String({ maxLength: 20 })),
  /** The message that was just dealt with: undone from here. */
  done: Type.Optional(Id),
});

/** Mail that nobody has filed yet. */
export const unfiledPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue } = app.desk;

  /** What was just done, to be undone with one click; nothing where somebody else has gone on with it. */
  async function doneView(id: number | undefined) {
    if (id === undefined) return null;
    const message = await getIncoming(db, id);
    if (message.incident_number !== null)
      return { id, incident: message.incident_number, subject: message.subject };
    return message.put_away_at ? { id, incident: 0, subject: message.subject } : null;
  }

  app.get(
    '/unfiled',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { cursor, done } = request.query;
      const which = request.query.which === 'put-away' ? 'put-away' : 'unfiled';
      const held = readCursor(cursor, `unfiled/${which}`, ['time', 'id']);
      const live = await recentPlace(db);
      const [page, unproven, doneNow, floods] = await Promise.all([
        listUnfiled(db, { limit: PER_PAGE, which, after: held && { at: held[0], id: held[1] } }),
        which === 'unfiled' && !held ? listUnproven(db, MOST_UNPROVEN) : [],
        doneView(done),
        listFloods(db),
      ]);
      const titles = await titlesOf(db, [
        ...page.items.flatMap(({ suggestions }) => (suggestions ?? []).map(({ incident }) => incident)),
        ...unproven.flatMap(({ incident_number: number }) => number ?? []),
      ]);
      const query = new URLSearchParams(which === 'put-away' ? { which } : {});
      const first = linkTo('/unfiled', query);
      if (page.next) query.set('cursor', writeCursor(`unfiled/${which}`, [page.next.at, page.next.id]));
      return reply.page('mail-in/unfiled', {
        live,
        title: which === 'put-away' ? 'Put away' : 'Unfiled',
        isPutAway: which === 'put-away',
        rows: page.items.map((message) => unfiledRow(message, titles, catalogue)),
        unproven: unproven.map((message) => unfiledRow(message, titles, catalogue)),
        done: doneNow,
        floods,
        next: page.next ? linkTo('/unfiled', query) : '',
        first: cursor ? first : '',
      });
    },
  );

  async function messageData(id: number, typed: Record<string, string> = {}, problem?: FormProblem) {
    const message = await getIncoming(db, id);
    const [titles, attachments, incidents] = await Promise.all([
      titlesOf(
        db,
        (message.suggestions ?? []).map(({ incident }) => incident),
      ),
      listAttachments(db, [id]),
      incidentChoices(db),
    ]);
    const row = unfiledRow(message, titles, catalogue);
    return {
      row,
      isPutAway: message.put_away_at !== null,
      message: messageView({ ...message, has_html: message.html !== null }, attachments, row.from),
      sandbox: FRAME_SANDBOX,
      choices: providerChoices(catalogue),
      split: splitView(message, catalogue, typed),
      incidents,
      incident: typed['incident'] ?? '',
      ...problemView(problem),
    };
  }

  app.get(
    '/unfiled/:id',
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { incident_number: number } = await getIncoming(db, id);
      if (number !== null) return reply.redirect(`/incidents/${number}/messages/${id}`, 303);
      return reply.page('mail-in/message', await messageData(id));
    },
  );

  /** The forms of a message's page. */
  const form = (
    path: string,
    run: (request: FastifyRequest, reply: FastifyReply, id: number) => Promise<FastifyReply>,
  ) =>
    app.post(
      `/unfiled/:id/${path}`,
      { config: { access: 'operator' }, schema: { params: IdParams } },
      async (request, reply) => {
        const { id } = request.params;
        return orFormAgain(
          reply,
          () => run(request, reply, id),
          async (problem) => ({
            view: 'mail-in/message',
            data: await messageData(id, typedAgain(request.body), problem),
          }),
        );
      },
    );

  form('filing', async (request, reply, id) => {
    const number = await fileForm(app.desk, request, id, null);
    return reply.done(`/unfiled?done=${id}`, number === null ? 'It is unfiled.' : '');
  });

  form('incident', async (request, reply, id) => {
    const number = await splitForm(app.desk, request, id, null);
    return reply.done(`/incidents/${number}`, `Logged #${number} with the message in it.`);
  });

  form('putting-away', async (request, reply, id) => {
    await formOnce(db, request, { what: `put away ${id}` }, (trx) => putAway(trx, actorOf(request), id));
    return reply.done(`/unfiled?done=${id}`);
  });

  form('bringing-back', async (request, reply, id) => {
    await formOnce(db, request, { what: `bring back ${id}` }, (trx) => bringBack(trx, id));
    return reply.done(`/unfiled/${id}`, 'It is unfiled again.');
  });
};
