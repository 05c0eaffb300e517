import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { FRAME_SANDBOX } from '../correspondence/mail-frame.ts';
import { messageView } from '../correspondence/message-page.ts';
import { listAttachments } from '../correspondence/parts-store.ts';
import { Id, Type } from '../json-schema.ts';
import { providerChoices } from '../providers/choice.ts';
import { actorOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { type FormProblem, problemView, typedAgain } from '../web/forms.ts';
import { linkTo } from '../web/links.ts';
import { orFormAgain } from '../web/pages.ts';
import { fileForm, splitForm } from './filing-forms.ts';
import { listFloods } from './flood-store.ts';
import { splitGuess, unfiledRow } from './unfiled-page.ts';
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
const Params = Type.Object({ id: Id });

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

  async function messageData(request: FastifyRequest, id: number, problem?: FormProblem) {
    const message = await getIncoming(db, id);
    const [titles, attachments] = await Promise.all([
      titlesOf(
        db,
        (message.suggestions ?? []).map(({ incident }) => incident),
      ),
      listAttachments(db, [id]),
    ]);
    const row = unfiledRow(message, titles, catalogue);
    const typed = problem ? typedAgain(request.body) : {};
    const guess = splitGuess(message, catalogue);
    return {
      row,
      isPutAway: message.put_away_at !== null,
      message: messageView({ ...message, has_html: message.html !== null }, attachments, row.from),
      sandbox: FRAME_SANDBOX,
      choices: providerChoices(catalogue),
      split: {
        provider: typed['provider'] ?? guess.provider,
        addresses: typed['addresses'] ?? guess.addresses,
        title: typed['title'] ?? '',
      },
      incidents: await incidentChoices(db),
      incident: typed['incident'] ?? '',
      ...problemView(problem),
    };
  }

  app.get(
    '/unfiled/:id',
    { config: { access: 'viewer' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      const { incident_number: number } = await getIncoming(db, id);
      if (number !== null) return reply.redirect(`/incidents/${number}/messages/${id}`, 303);
      return reply.page('mail-in/message', await messageData(request, id));
    },
  );

  app.post(
    '/unfiled/:id/filing',
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const number = await fileForm(app.desk, request, id);
          return reply.done(`/unfiled?done=${id}`, number === null ? 'It is unfiled.' : '');
        },
        async (problem) => ({ view: 'mail-in/message', data: await messageData(request, id, problem) }),
      );
    },
  );

  app.post(
    '/unfiled/:id/incident',
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const number = await splitForm(app.desk, request, id, null);
          return reply.done(`/incidents/${number}`, `Logged #${number} with the message in it.`);
        },
        async (problem) => ({ view: 'mail-in/message', data: await messageData(request, id, problem) }),
      );
    },
  );

  app.post(
    '/unfiled/:id/putting-away',
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `put away ${id}` }, async (trx) => {
        await putAway(trx, actorOf(request), id);
      });
      return reply.done(`/unfiled?done=${id}`);
    },
  );

  app.post(
    '/unfiled/:id/bringing-back',
    { config: { access: 'operator' }, schema: { params: Params } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `bring back ${id}` }, async (trx) => {
        await bringBack(trx, id);
      });
      return reply.done(`/unfiled/${id}`, 'It is unfiled again.');
    },
  );
};
