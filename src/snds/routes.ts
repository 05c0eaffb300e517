import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { IdParams, SmallId, type Static, Type, Version } from '../json-schema.ts';
import { invalid, notFound } from '../problem.ts';
import { CannotOpenSecret } from '../secrets/seal.ts';
import { actorOf } from '../web/access.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm, typedAgain } from '../web/forms.ts';
import { sendInert } from '../web/inert.ts';
import { MAX_REPORT_BYTES } from '../web/limits.ts';
import { orFormAgain } from '../web/pages.ts';
import { fileOrPasted } from '../web/uploads.ts';
import { dueDates, KNOWN_HOSTS, maskedLink, whyNotLink } from './feed.ts';
import { addFeed, changeFeed, type Feed, listFeeds, openFeed, removeFeed } from './feeds.ts';
import { FRESH_DAYS } from './found.ts';
import { listImports, newestDay, rawImport } from './store.ts';
import { importedWords, readGiven, takeReport } from './take-report.ts';

const Day = (words: string) => Type.String({ format: 'date', description: words });
const FeedForm = Type.Object({
  kind: Type.Enum(['data', 'status']),
  link: Type.String({ minLength: 1, maxLength: 2000, description: 'the link from SNDS' }),
  token: Type.Optional(Type.String({ maxLength: 8000 })),
  renewedOn: Day('the day on which the link was made, such as 2026-03-10'),
  attestedOn: Type.Optional(Day('a date such as 2026-03-10')),
});
const ChangeForm = Type.Object({
  link: Type.Optional(Type.String({ maxLength: 2000 })),
  token: Type.Optional(Type.String({ maxLength: 8000 })),
  renewedOn: Day('the day on which the link was made, such as 2026-03-10'),
  attestedOn: Type.Optional(Day('a date such as 2026-03-10')),
  version: Version,
});
const FeedParams = Type.Object({ id: SmallId });
const ListQuery = Type.Object({ cursor: Type.Optional(Type.String({ maxLength: 200 })) });

const PAGE = '/settings/snds';
const LIST = 'snds-imports';
const FIELDS = ['kind', 'renewedOn', 'attestedOn', 'report'];
const DAY_MS = 86_400_000;

type Again = { typed: Record<string, string>; errors: Record<string, string>; problem: string; at: string };
const NOTHING: Again = { typed: {}, errors: {}, problem: '', at: '' };

export const sndsPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config, secrets } = app.desk;
  const hosts = [...KNOWN_HOSTS, ...config.sndsHosts];

  function whereOf(feed: Feed): string {
    try {
      return maskedLink(openFeed(secrets, feed).link);
    } catch (error) {
      if (error instanceof CannotOpenSecret) return 'a link that cannot be opened';
      throw error;
    }
  }

  /** Links are secrets: only where they lead is shown, and a field for one is always empty. */
  async function view(cursor: string | undefined, again: Again = NOTHING) {
    const [after] = readCursor(cursor, LIST, ['id']) ?? [];
    const [feeds, imports, newest] = await Promise.all([
      listFeeds(db),
      listImports(db, { limit: 20, after }),
      newestDay(db),
    ]);
    const now = new Date();
    const today = now.toISOString().slice(0, 10);
    const typedOr = (at: string, kept: Record<string, string>) =>
      again.at === at ? { ...kept, ...again.typed } : kept;
    return {
      problem: again.problem,
      report: again.at === 'import' ? (again.typed['report'] ?? '') : '',
      importErrors: again.at === 'import' ? again.errors : {},
      newest: newest ?? '',
      isStale: newest !== null && now.getTime() - Date.parse(newest) > (FRESH_DAYS + 1) * DAY_MS,
      feeds: feeds.map((feed) => ({
        id: feed.id,
        kind: feed.kind,
        where: whereOf(feed),
        hasToken: feed.token !== '' || feed.token_sealed !== null,
        lastFetchedAt: feed.last_fetched_at,
        lastTriedAt: feed.last_tried_at,
        error: feed.last_error,
        due: dueDates({ renewedOn: feed.renewed_on, attestedOn: feed.attested_on }, now),
        version: feed.version,
        values: typedOr(String(feed.id), { renewedOn: feed.renewed_on, attestedOn: feed.attested_on ?? '' }),
        errors: again.at === String(feed.id) ? again.errors : {},
        open: again.at === String(feed.id),
      })),
      adding: {
        values: typedOr('new', { kind: 'data', renewedOn: today, attestedOn: '' }),
        errors: again.at === 'new' ? again.errors : {},
        open: again.at === 'new',
      },
      imports: imports.items.map((one) => ({
        ...one,
        isOnce: one.seen_at.getTime() === one.received_at.getTime(),
      })),
      next: imports.next === null ? '' : `${PAGE}?cursor=${writeCursor(LIST, [imports.next])}#imports`,
    };
  }

  const again =
    (request: FastifyRequest, at: string) =>
    async (problem: { fields: Record<string, string>; message: string }) => {
      const { link: _, token: __, ...typed } = typedAgain(request.body, FIELDS);
      return {
        view: 'snds/index',
        data: await view(undefined, { typed, errors: problem.fields, problem: problem.message, at }),
      };
    };

  function checkLink(link: string | undefined): void {
    const refusal = link ? whyNotLink(link, hosts) : undefined;
    if (refusal) throw invalid('link', refusal);
  }

  app.get(
    PAGE,
    { config: { access: 'viewer' }, schema: { querystring: ListQuery } },
    async (request, reply) => reply.page('snds/index', await view(request.query.cursor)),
  );

  app.post(
    `${PAGE}/imports`,
    { config: { access: 'operator' }, bodyLimit: MAX_REPORT_BYTES },
    async (request, reply) =>
      orFormAgain(
        reply,
        async () => {
          const { raw, fileName } = fileOrPasted(request, 'report');
          const report = await readGiven(raw, 'report');
          const taken = await formOnce(db, request, { what: 'import SNDS report', input: raw }, (trx) =>
            takeReport(trx, report, {
              raw,
              fileName,
              source: 'page',
              byName: actorOf(request).name,
            }),
          );
          return reply.done(PAGE, importedWords(taken));
        },
        again(request, 'import'),
      ),
  );

  app.get(
    `${PAGE}/imports/:id/source`,
    { config: { access: 'viewer' }, schema: { params: IdParams } },
    async (request, reply) => {
      const found = await rawImport(db, request.params.id);
      if (!found) throw notFound('such import');
      const day = found.received_at.toISOString().slice(0, 10);
      return sendInert(reply, `snds-${found.kind}-${day}.csv`, found.raw);
    },
  );

  const feedOf = ({ link, token = '', renewedOn, attestedOn }: Static<typeof FeedForm>) => ({
    link,
    token,
    renewedOn,
    attestedOn: attestedOn ?? null,
  });

  app.post(`${PAGE}/feeds`, { config: { access: 'admin' } }, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(FeedForm, request.body);
        checkLink(form.link);
        await formOnce(db, request, { what: 'add SNDS feed' }, async (trx) => {
          await addFeed(trx, secrets, { kind: form.kind, ...feedOf(form) }, actorOf(request));
        });
        return reply.done(`${PAGE}#feeds`, 'Saved. The report is fetched within a minute.');
      },
      again(request, 'new'),
    ),
  );

  app.post(
    `${PAGE}/feeds/:id`,
    { config: { access: 'admin' }, schema: { params: FeedParams } },
    async (request, reply) => {
      const { id } = request.params;
      return orFormAgain(
        reply,
        async () => {
          const { version, attestedOn, ...form } = readForm(ChangeForm, request.body);
          checkLink(form.link);
          await formOnce(db, request, { what: `change SNDS feed ${id}` }, async (trx) => {
            await changeFeed(
              trx,
              secrets,
              id,
              version,
              { ...form, attestedOn: attestedOn ?? null },
              actorOf(request),
            );
          });
          return reply.done(`${PAGE}#feeds`, 'Saved. The report is fetched within a minute.');
        },
        again(request, String(id)),
      );
    },
  );

  app.post(
    `${PAGE}/feeds/:id/removal`,
    { config: { access: 'admin' }, schema: { params: FeedParams } },
    async (request, reply) => {
      const { id } = request.params;
      await formOnce(db, request, { what: `remove SNDS feed ${id}` }, async (trx) => {
        await removeFeed(trx, id, actorOf(request));
      });
      return reply.done(`${PAGE}#feeds`, 'The link is forgotten; its reports stay.');
    },
  );
};
