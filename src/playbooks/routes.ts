import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { asOfPage } from '../history/as-of-page.ts';
import { lettersView } from '../history/lists-page.ts';
import { durations, stateWords } from '../incidents/incidents.ts';
import { listIncidents } from '../incidents/list.ts';
import { Id, Type } from '../json-schema.ts';
import { sumsOf } from '../outcomes/read.ts';
import { workedInAll } from '../outcomes/view.ts';
import { notFound } from '../problem.ts';
import type { Provider } from '../providers/schema.ts';
import { reportByKey } from '../reports/definitions.ts';
import { measuredTimes } from '../reports/measured.ts';
import { partsPicture } from '../reports/pictures.ts';
import { ROWS_SHOWN, runReport } from '../reports/run.ts';
import { actorOf, viewerOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { isoDay } from '../web/format.ts';
import { type FormProblem, problemView, readForm, typedAgain } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { historyView } from './history-page.ts';
import { ListQuery, providersView } from './list-page.ts';
import { judgedFor, playbookView } from './page.ts';
import { ProviderParams } from './params.ts';
import { MOST_ADDRESSES, readKnown } from './standing-store.ts';
import { addNote, listChanges, listNotes, removeNote } from './store.ts';

const ShowQuery = Type.Object({
  q: Type.Optional(Type.String({ maxLength: 100 })),
  asOf: Type.Optional(Type.String({ maxLength: 40 })),
  list: Type.Optional(Type.Enum(['letters'])),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
});
const HistoryQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });
const NoteForm = Type.Object({
  text: Type.String({ minLength: 1, maxLength: 4000, description: 'the note' }),
});

const HISTORY = 'playbook-changes';
const CHANGES_SHOWN = 50;

export const playbookPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, catalogue, playbooks } = app.desk;

  app.get(
    '/providers',
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      await playbooks.refresh();
      const changed = new Set(playbooks.overlay().facts.map(({ provider }) => provider));
      const behind = { db, providers: catalogue.providers, changed };
      return reply.page('playbooks/list', await providersView(behind, request.query));
    },
  );

  type Shown = { zone: string; list?: 'letters' | undefined; cursor?: string | undefined };

  /** Year by year, as the report has it for this provider alone. */
  async function providerYears({ key }: Provider, zone: string, now: Date) {
    const definition = reportByKey('over-time');
    if (!definition) return null;
    const query = { period: '10-years', provider: key } as const;
    const report = await runReport(app.desk, definition, query, { zone, now, limit: ROWS_SHOWN });
    return report.all.n === 0 ? null : partsPicture(report);
  }

  async function view(
    provider: Provider,
    { zone, list, cursor }: Shown,
    q = '',
    typed: Record<string, string> = {},
    problem?: FormProblem,
  ) {
    const now = new Date();
    const nameOf = (key: string) => catalogue.byKey.get(key)?.name ?? key;
    const page = await listIncidents(db, { limit: 20, provider: provider.key });
    const known = await readKnown(db, provider.key);
    const notes = await listNotes(db, provider.key);
    const overlay = playbooks.overlay();
    const shown = playbookView(provider, {
      overlay,
      builtIn: playbooks.builtIn.byKey.get(provider.key),
      known,
      q: q.trim().toLowerCase(),
      now,
    });
    return {
      provider: shown,
      released: shown.changes.filter((change) => change.released),
      judgedFor: judgedFor(known, MOST_ADDRESSES),
      q,
      notes: notes.map((note) => ({
        id: note.id,
        text: note.text,
        at: note.created_at,
        by: note.created_by_name,
      })),
      text: typed['text'] ?? '',
      ...problemView(problem),
      incidents: page.items.map((row) => ({
        number: row.number,
        title: row.title,
        state: row.state,
        stateWords: stateWords(row.state),
        openedAt: row.opened_at,
        blockedMs: durations(row, now).blocked,
        round: row.round,
      })),
      more: page.next !== null,
      /** What became of our letters to them, beside the times that the playbook names. */
      worked: workedInAll(await sumsOf(db, provider.key)),
      measured: await measuredTimes(db, { provider: provider.key }, { zone, now }),
      parts: await providerYears(provider, zone, now),
      href: `/providers/${provider.key}`,
      letters: list === 'letters' ? await lettersView(db, { provider: provider.key }, cursor, nameOf) : null,
      dayText: '',
      today: isoDay(now, zone),
    };
  }

  app.get(
    '/providers/:key',
    { config: { access: 'viewer' }, schema: { params: ProviderParams, querystring: ShowQuery } },
    async (request, reply) => {
      const provider = await playbooks.getProvider(request.params.key);
      const { key, name } = provider;
      if (request.query.asOf !== undefined) {
        const head = { nav: 'providers', name, href: `/providers/${key}` };
        const list = { listHref: '/providers', listName: 'Providers' };
        return asOfPage(request, reply, { provider: key }, { ...head, ...list });
      }
      const { q = '', list, cursor } = request.query;
      const shown = { zone: viewerOf(request).timeZone, list, cursor };
      return reply.page('playbooks/show', await view(provider, shown, q));
    },
  );

  app.get(
    '/providers/:key/history',
    { config: { access: 'viewer' }, schema: { params: ProviderParams, querystring: HistoryQuery } },
    async (request, reply) => {
      const { key } = request.params;
      await playbooks.refresh();
      const [before] = readCursor(request.query.cursor, HISTORY, ['id']) ?? [];
      const page = await listChanges(db, key, { limit: CHANGES_SHOWN, before });
      const provider = catalogue.byKey.get(key);
      // One that was removed has a history still.
      if (!provider && page.items.length === 0) throw notFound('such provider in the catalogue');
      return reply.page('playbooks/history', {
        key,
        name: provider?.name ?? key,
        isThere: provider !== undefined,
        rows: page.items.map(historyView),
        next: page.next ? writeCursor(HISTORY, [page.next]) : '',
      });
    },
  );

  app.post(
    '/providers/:key/notes',
    { config: { access: 'operator' }, schema: { params: ProviderParams } },
    async (request, reply) => {
      const provider = await playbooks.getProvider(request.params.key);
      return orFormAgain(
        reply,
        async () => {
          const { text } = readForm(NoteForm, request.body);
          await formOnce(db, request, { what: `note on ${provider.key}` }, (trx) =>
            addNote(trx, actorOf(request), provider.key, text.trim() || text),
          );
          return reply.done(`/providers/${provider.key}#notes`, 'Note added.');
        },
        async (problem) => ({
          view: 'playbooks/show',
          data: await view(
            provider,
            { zone: viewerOf(request).timeZone },
            '',
            typedAgain(request.body),
            problem,
          ),
        }),
      );
    },
  );

  app.post(
    '/providers/:key/notes/:id/removal',
    {
      config: { access: 'operator' },
      schema: { params: Type.Object({ ...ProviderParams.properties, id: Id }) },
    },
    async (request, reply) => {
      const { key, id } = request.params;
      await formOnce(db, request, { what: `remove note ${id} on ${key}` }, async (trx) => {
        await removeNote(trx, actorOf(request), key, id);
      });
      return reply.done(`/providers/${key}#notes`, 'Note removed; the history keeps its words.');
    },
  );
};
