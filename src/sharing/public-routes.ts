import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from '../json-schema.ts';
import { readEntryCursor, writeEntryCursor } from '../timeline/cursor.ts';
import { exact, isTimeZone, timeZones } from '../web/format.ts';
import { linkTo } from '../web/links.ts';
import { Attempts } from './attempts.ts';
import { shownShare } from './shown.ts';
import { openShare } from './store.ts';

const SharedQuery = Type.Object({
  zone: Type.Optional(Type.String({ maxLength: 64 })),
  from: Type.Optional(Type.String({ maxLength: 200 })),
});

/** As {@link newSecret} makes them. */
const SECRET = /^[\w-]{43}$/;

/** The address is a secret: it goes to no other server, into no cache and into no index. The page runs nothing. */
const HEADERS = {
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** Where a timeline goes on; from the start where the address was cut or made up. */
function placeIn(from: string | undefined, number: number) {
  try {
    return readEntryCursor(from, number, 'oldest');
  } catch {
    return undefined;
  }
}

/** What a reader without an account sees of a share. All below `/shared/` is its own, so that no secret is logged. */
export const sharedPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db } = app.desk;
  const attempts = new Attempts();

  /** One answer for a link that never was, was revoked or has expired: it tells nobody which. */
  const gone = (reply: FastifyReply) =>
    reply.publicPage('sharing/gone', { heading: 'This link shows nothing', isBusy: false }, 'UTC', 404);

  app.get(
    '/shared/*',
    {
      config: { access: 'public' },
      logLevel: 'silent',
      schema: { querystring: SharedQuery },
      attachValidation: true,
    },
    async (request, reply) => {
      reply.headers(HEADERS);
      const secret = (request.params as { '*': string })['*'];
      if (!attempts.mayAsk(request.ip, Date.now())) {
        reply.header('retry-after', '600');
        const busy = { heading: 'Too many pages at once', isBusy: true };
        return reply.publicPage('sharing/gone', busy, 'UTC', 429);
      }
      const isWhole = SECRET.test(secret) && !request.validationError;
      const share = isWhole ? await openShare(db, secret, request.method === 'GET') : undefined;
      if (!share) {
        attempts.noteWrong(request.ip, Date.now());
        return gone(reply);
      }
      const { zone: asked, from } = request.query;
      const zone = asked && isTimeZone(asked) ? asked : 'UTC';
      const number = share.incident_number;
      const after = placeIn(from, number);
      const shown = await shownShare(app.desk, number, share, { zone, after });
      const link = (cursor?: string) =>
        linkTo(
          `/shared/${secret}`,
          new URLSearchParams({ ...(zone === 'UTC' ? {} : { zone }), ...(cursor ? { from: cursor } : {}) }),
        );
      return reply.publicPage(
        'sharing/shared',
        {
          ...shown,
          zone,
          zones: timeZones(),
          expires: exact(share.expires_at, zone),
          isPreview: false,
          first: shown.isFurther ? link() : '',
          more: shown.nextEntries ? link(writeEntryCursor(shown.nextEntries, number, 'oldest')) : '',
        },
        zone,
      );
    },
  );
};
