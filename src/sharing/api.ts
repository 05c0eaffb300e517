import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { cutPage } from '../database/page.ts';
import { NumberParams } from '../incidents/number-params.ts';
import { getIncident } from '../incidents/store.ts';
import { closed, Id, orNull, Type } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, paged } from '../web/api-route.ts';
import { readCursor, writeCursor } from '../web/cursor.ts';
import { apiOnce } from '../web/idempotency.ts';
import { shareLink } from './link.ts';
import { PART_KEYS, SHARE_DAYS } from './parts.ts';
import { createShare, inForce, listShares, revokeShare, type Share } from './store.ts';

const route = apiRoutes('incidents');
const Maybe = orNull(Type.String());
const Parts = Type.Array(Type.Enum([...PART_KEYS]), { minItems: 1, maxItems: 20 });

const ShareJson = Type.Object({
  id: Type.Integer(),
  madeFor: Type.String(),
  parts: Type.Array(Type.String()),
  personal: Type.Boolean(),
  createdAt: Type.String(),
  createdBy: Type.String(),
  expiresAt: Type.String(),
  revokedAt: Maybe,
  revokedBy: Maybe,
  inForce: Type.Boolean(),
  views: Type.Integer(),
  lastUsedAt: Maybe,
});
const NewShareJson = Type.Object({ ...ShareJson.properties, link: Maybe });

const shareJson = (share: Share) => ({
  id: share.id,
  madeFor: share.made_for,
  parts: share.parts,
  personal: share.personal,
  createdAt: share.created_at.toISOString(),
  createdBy: share.created_by_name,
  expiresAt: share.expires_at.toISOString(),
  revokedAt: share.revoked_at?.toISOString() ?? null,
  revokedBy: share.revoked_by_name,
  inForce: inForce(share, new Date()),
  views: share.views,
  lastUsedAt: share.last_used_at?.toISOString() ?? null,
});

const Body = Type.Object(
  {
    madeFor: Type.String({
      minLength: 1,
      maxLength: 120,
      description: 'for whom; its reader does not see it',
    }),
    parts: Parts,
    personal: Type.Optional(
      Type.Boolean({ default: false, description: 'with mail addresses, names and numbers of people' }),
    ),
    days: Type.Optional(
      Type.Integer({ minimum: SHARE_DAYS.least, maximum: SHARE_DAYS.most, default: SHARE_DAYS.usual }),
    ),
  },
  closed,
);
const ShareParams = Type.Object({ number: NumberParams.properties.number, id: Id });

export const shareApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, config } = app.desk;

  app.get(
    '/incidents/:number/shares',
    route('operator', 'shares:read', {
      summary: 'Links by which the incident can be read without an account, newest first',
      params: NumberParams,
      ...paged(ShareJson),
    }),
    async (request) => {
      const { number } = request.params;
      const { limit = 50, cursor } = request.query;
      const list = `api-shares/${number}`;
      const [before] = readCursor(cursor, list, ['id']) ?? [];
      await getIncident(db, number);
      const found = await listShares(db, number, {
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
      });
      const { items, next } = cutPage(found, limit, ({ id }) => writeCursor(list, [id]));
      return { items: items.map(shareJson), next };
    },
  );

  app.post(
    '/incidents/:number/shares',
    route('operator', 'shares:write', {
      summary:
        'Make a link to a read-only page of chosen parts; `link` is given once, and is null in a replay',
      params: NumberParams,
      body: Body,
      response: { 201: NewShareJson },
    }),
    async (request, reply) => {
      const { number } = request.params;
      const { madeFor, parts, personal = false, days = SHARE_DAYS.usual } = request.body;
      let link: string | null = null;
      const share = await apiOnce(db, request, async (trx) => {
        const expiresAt = new Date(Date.now() + days * 86_400_000);
        const made = await createShare(trx, actorOf(request), number, {
          madeFor,
          parts,
          personal,
          expiresAt,
        });
        link = shareLink(config, made.secret);
        return shareJson(made.share);
      });
      // The answer is kept for replays, the secret is not.
      return reply.code(201).send({ ...share, link });
    },
  );

  app.delete(
    '/incidents/:number/shares/:id',
    route('operator', 'shares:write', {
      summary: 'Revoke a link: it shows nothing any more',
      params: ShareParams,
      response: { 200: ShareJson },
    }),
    async (request) => {
      const { number, id } = request.params;
      return db
        .transaction()
        .execute(async (trx) => shareJson(await revokeShare(trx, actorOf(request), number, id)));
    },
  );
};
