import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Db, Trx } from '../database/open.ts';
import { SEVERITIES } from '../incidents/incidents.ts';
import { closed, orNull, type Static, Type, Version } from '../json-schema.ts';
import { actorOf } from '../web/access.ts';
import { apiRoutes, NOTHING, wholeList } from '../web/api-route.ts';
import { apiOnce, apiShown, isRepeated } from '../web/idempotency.ts';
import { checkUrl } from './change.ts';
import { GROUPS, WebhookEvent } from './event.ts';
import { FORMAT_KEYS } from './formats.ts';
import { WebhookJson, webhookJson } from './json.ts';
import { lockTarget } from './lines.ts';
import { TargetParams } from './params.ts';
import { beginTest, sendTest } from './send-test.ts';
import type { TargetInput } from './target.ts';
import {
  addTarget,
  changeTarget,
  getTarget,
  listTargets,
  pauseTarget,
  removeTarget,
  resumeTarget,
  rotateSecret,
} from './targets.ts';
import { openWebhookWorld } from './world.ts';

const route = apiRoutes('webhooks');
const opt = Type.Optional;
const Secret = Type.Union([Type.String(), Type.Null()], {
  description: 'told this once; null where the webhook is not signed, or the secret was given or told before',
});

const fields = {
  name: Type.String({ minLength: 1, maxLength: 120 }),
  url: Type.String({ minLength: 1, maxLength: 2000 }),
  format: Type.Enum([...FORMAT_KEYS]),
  groups: Type.Array(Type.Enum(GROUPS), { minItems: 1, maxItems: GROUPS.length }),
  providers: Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 }),
  leastSeverity: Type.Enum([...SEVERITIES]),
  secret: Type.String({ maxLength: 200, description: 'whsec_ and Base64; left out: one is made' }),
};
const NewWebhook = Type.Object(
  {
    name: fields.name,
    url: fields.url,
    format: opt(fields.format),
    groups: opt(fields.groups),
    providers: opt(fields.providers),
    leastSeverity: opt(fields.leastSeverity),
    secret: opt(fields.secret),
  },
  closed,
);
const WebhookChange = Type.Object(
  { ...NewWebhook.properties, name: opt(fields.name), url: opt(fields.url), version: opt(Version) },
  closed,
);

const inputOf = (body: Static<typeof NewWebhook>): TargetInput => ({
  name: body.name,
  url: body.url,
  format: body.format ?? 'delist-desk',
  groups: [...new Set(body.groups ?? GROUPS.filter((group) => group !== 'notes'))],
  providers: [...new Set(body.providers ?? [])],
  leastSeverity: body.leastSeverity ?? 'low',
  secret: body.secret ?? '',
});

/** What is kept of a request to know it again: nothing that is secret. */
const withoutSecrets = ({ url, secret, ...body }: { url?: string; secret?: string }) => ({
  ...body,
  hasUrl: url !== undefined,
  hasSecret: secret !== undefined,
});

export const webhookApi: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets, catalogue, config } = app.desk;
  const world = openWebhookWorld(config);
  const shown = async (of: Db | Trx, id: number) => webhookJson(await getTarget(of, id));
  const known = { providers: (key: string) => catalogue.byKey.has(key) };

  app.get(
    '/webhooks',
    route('admin', 'webhooks:read', {
      summary: 'Webhooks; their secrets are in no answer',
      response: { 200: wholeList(WebhookJson) },
    }),
    async () => ({ items: (await listTargets(db)).map(webhookJson), next: null }),
  );

  app.get(
    '/webhooks/event-schema',
    route('viewer', 'webhooks:read', {
      summary: 'JSON Schema of an event, as webhooks of the format delist-desk are sent it',
      response: { 200: Type.Unknown() },
    }),
    async () => WebhookEvent as unknown,
  );

  app.post(
    '/webhooks',
    route('admin', 'webhooks:write', {
      summary: 'Add a webhook; a secret that is made is in this answer alone',
      body: NewWebhook,
      response: { 201: Type.Object({ webhook: WebhookJson, secret: Secret }) },
    }),
    async (request, reply) => {
      const input = inputOf(request.body);
      if (!(await isRepeated(db, request))) await checkUrl(world, input, 'url');
      let secret: string | null = null;
      const webhook = await apiShown(
        db,
        request,
        async (trx) => {
          const added = await addTarget(trx, actorOf(request), secrets, input, known);
          if (!input.secret) secret = added.secret;
          return added.id;
        },
        shown,
        { input: withoutSecrets(request.body) },
      );
      return reply.code(201).send({ webhook, secret });
    },
  );

  app.get(
    '/webhooks/:id',
    route('admin', 'webhooks:read', {
      summary: 'A webhook',
      params: TargetParams,
      response: { 200: WebhookJson },
    }),
    (request) => shown(db, request.params.id),
  );

  app.patch(
    '/webhooks/:id',
    route('admin', 'webhooks:write', {
      summary: 'Change a webhook; what is left out stays',
      params: TargetParams,
      body: WebhookChange,
      response: { 200: Type.Object({ webhook: WebhookJson, secret: Secret }) },
    }),
    async (request) => {
      const { id } = request.params;
      const { version, ...body } = request.body;
      if (body.url !== undefined) await checkUrl(world, { url: body.url }, 'url');
      let secret: string | null = null;
      const webhook = await apiShown(
        db,
        request,
        async (trx) => {
          // Held while it is read, so that two who change different things at a time both do.
          await lockTarget(trx, id);
          const { name, format, groups, providers, leastSeverity } = await shown(trx, id);
          const given = { name, format, groups, providers, leastSeverity, url: '', ...body };
          const changed = await changeTarget(
            trx,
            actorOf(request),
            secrets,
            id,
            version,
            inputOf(given),
            known,
          );
          if (!body.secret) secret = changed.secret;
        },
        (of) => shown(of, id),
        { input: { version, ...withoutSecrets(body) } },
      );
      return { webhook, secret };
    },
  );

  app.delete(
    '/webhooks/:id',
    route('admin', 'webhooks:write', {
      summary: 'Remove a webhook with what waits for it',
      params: TargetParams,
      response: NOTHING,
    }),
    async (request, reply) => {
      const { id } = request.params;
      await apiOnce(db, request, (trx) => removeTarget(trx, actorOf(request), id));
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/webhooks/:id/pause',
    route('admin', 'webhooks:write', {
      summary: 'Hold back what is sent to a webhook; what happens meanwhile waits',
      params: TargetParams,
      response: { 200: WebhookJson },
    }),
    async (request) => {
      const { id } = request.params;
      return apiShown(
        db,
        request,
        async (trx) => {
          await getTarget(trx, id);
          await pauseTarget(trx, actorOf(request), id, '');
        },
        (of) => shown(of, id),
      );
    },
  );

  app.post(
    '/webhooks/:id/resume',
    route('admin', 'webhooks:write', {
      summary: 'Go on with a webhook',
      params: TargetParams,
      body: Type.Object(
        { dropWaiting: opt(Type.Boolean({ description: 'true: what waited is not sent' })) },
        closed,
      ),
      response: { 200: WebhookJson },
    }),
    async (request) => {
      const { id } = request.params;
      const drop = request.body.dropWaiting ?? false;
      return apiShown(
        db,
        request,
        (trx) => resumeTarget(trx, actorOf(request), id, { drop }),
        (of) => shown(of, id),
      );
    },
  );

  app.post(
    '/webhooks/:id/secret',
    route('admin', 'webhooks:write', {
      summary: 'Make another secret, told in this answer alone; the one before signs as well for a day',
      params: TargetParams,
      response: { 200: Type.Object({ webhook: WebhookJson, secret: Secret }) },
    }),
    async (request) => {
      const { id } = request.params;
      let secret: string | null = null;
      const webhook = await apiShown(
        db,
        request,
        async (trx) => {
          secret = await rotateSecret(trx, actorOf(request), secrets, id);
        },
        (of) => shown(of, id),
      );
      return { webhook, secret };
    },
  );

  app.post(
    '/webhooks/:id/test',
    route('admin', 'webhooks:write', {
      summary: 'Send a test event and wait for its result; null where the same request sent it before',
      params: TargetParams,
      response: {
        200: Type.Object({
          delivery: Type.Integer(),
          status: orNull(Type.Integer()),
          words: Type.String(),
        }),
      },
    }),
    async (request) => {
      const { id } = request.params;
      const delivery = await apiOnce(db, request, async (trx) =>
        beginTest(trx, await getTarget(trx, id), actorOf(request).name, world.base),
      );
      const attempted = await sendTest({ db, secrets, world }, delivery);
      return { delivery, status: attempted?.status ?? null, words: attempted?.words ?? 'sent before' };
    },
  );
};
