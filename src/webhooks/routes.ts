import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type, Version } from '../json-schema.ts';
import type { Problem } from '../problem.ts';
import { actorOf } from '../web/access.ts';
import { formOnce } from '../web/form-once.ts';
import { readForm } from '../web/forms.ts';
import { orFormAgain } from '../web/pages.ts';
import { checkUrl } from './change.ts';
import { EMPTY, inputOf, typedValues, type Values, valuesOf, WebhookForm, withoutSecrets } from './form.ts';
import { FORMATS } from './formats.ts';
import { countBacklogs, listDeliveries } from './log.ts';
import { choicesView, deliveryView, targetView } from './page.ts';
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

const ChangeForm = Type.Object({ ...WebhookForm.properties, version: Version });
const PauseForm = Type.Object({ paused: Type.Enum(['yes', 'no']), drop: Type.Optional(Type.Enum(['yes'])) });

const HERE = '/settings/webhooks';
const FEW = 10;

/** Whether a secret is made, which is shown on the page that answers. */
const makesSecret = ({ secret, format }: TargetInput) => !secret && FORMATS[format].isSigned;

type Shown = {
  typed?: { values: Values; version: string };
  problem?: Pick<Problem, 'message' | 'fields'>;
  secret?: string | null;
  tested?: { isGood: boolean; words: string; answer: string } | null;
};

/** Settings → Webhooks: the list, and a page for each with its form, its test and the newest of its log. */
export const webhookPages: FastifyPluginAsyncTypebox = async (app) => {
  const { db, secrets, catalogue, config } = app.desk;
  const world = openWebhookWorld(config);
  const admin = { config: { access: 'admin' } } as const;
  const one = { ...admin, schema: { params: TargetParams } } as const;
  const known = { providers: (key: string) => catalogue.byKey.has(key) };

  app.get(HERE, admin, async (_request, reply) => {
    const targets = await listTargets(db);
    const backlogs = await countBacklogs(
      db,
      targets.map(({ id }) => id),
    );
    return reply.page('webhooks/list', {
      targets: targets.map((row) => targetView(row, backlogs.get(row.id), catalogue)),
    });
  });

  const formView = (values: Values, { problem, typed }: Shown) => ({
    values,
    version: typed?.version ?? '',
    ...choicesView(values, catalogue),
    // The field of the address has another name in the form: one that no page shows again.
    errors: { ...problem?.fields, link: problem?.fields['link'] ?? problem?.fields['url'] },
    problem: problem?.message ?? '',
  });

  const newView = (shown: Shown = {}) => ({
    ...formView(shown.typed?.values ?? EMPTY, shown),
    target: null,
    action: HERE,
    hasSecret: false,
    secret: '',
    tested: null,
    log: [],
  });

  async function targetPage(id: number, shown: Shown = {}) {
    const row = await getTarget(db, id);
    const [backlogs, { deliveries }] = await Promise.all([
      countBacklogs(db, [id]),
      listDeliveries(db, id, { limit: FEW }),
    ]);
    return {
      ...formView(shown.typed?.values ?? valuesOf(row), shown),
      version: shown.typed?.version ?? String(row.version),
      target: targetView(row, backlogs.get(id), catalogue),
      action: `${HERE}/${id}`,
      hasSecret: row.secret_sealed !== null,
      secret: shown.secret ?? '',
      tested: shown.tested ?? null,
      log: deliveries.map(deliveryView),
    };
  }

  const typedIn = (request: FastifyRequest) => {
    const { version } = (request.body ?? {}) as { version?: unknown };
    return { values: typedValues(request.body), version: typeof version === 'string' ? version : '' };
  };

  app.get(`${HERE}/new`, admin, async (_request, reply) => reply.page('webhooks/target', newView()));

  app.post(HERE, admin, async (request, reply) =>
    orFormAgain(
      reply,
      async () => {
        const form = readForm(WebhookForm, request.body);
        const input = inputOf(form);
        await checkUrl(world, input, 'link');
        let secret: string | null = null;
        // The secret is in no stored answer: a repeated submit makes no second webhook, and shows none.
        const id = await formOnce(
          db,
          request,
          { what: 'add webhook', input: withoutSecrets(form) },
          async (trx) => {
            const added = await addTarget(trx, actorOf(request), secrets, input, known);
            if (!input.secret) secret = added.secret;
            return added.id;
          },
        );
        if (!makesSecret(input)) return reply.done(`${HERE}/${id}`, 'Saved. Send a test event now.');
        return reply.page('webhooks/target', await targetPage(id, { secret }));
      },
      async (problem) => ({ view: 'webhooks/target', data: newView({ typed: typedIn(request), problem }) }),
    ),
  );

  app.get(`${HERE}/:id`, one, async (request, reply) =>
    reply.page('webhooks/target', await targetPage(request.params.id)),
  );

  app.post(`${HERE}/:id`, one, async (request, reply) => {
    const { id } = request.params;
    return orFormAgain(
      reply,
      async () => {
        const { version, ...form } = readForm(ChangeForm, request.body);
        const input = inputOf(form);
        await checkUrl(world, input, 'link');
        let secret: string | null = null;
        await formOnce(
          db,
          request,
          { what: `change webhook ${id}`, input: withoutSecrets({ ...form, version }) },
          async (trx) => {
            const changed = await changeTarget(trx, actorOf(request), secrets, id, version, input, known);
            if (!input.secret) secret = changed.secret;
          },
        );
        if (secret === null) return reply.done(`${HERE}/${id}`, 'Saved.');
        return reply.page('webhooks/target', await targetPage(id, { secret }));
      },
      async (problem) => ({
        view: 'webhooks/target',
        data: await targetPage(id, { typed: typedIn(request), problem }),
      }),
    );
  });

  app.post(`${HERE}/:id/secret`, one, async (request, reply) => {
    const { id } = request.params;
    let secret = '';
    await formOnce(db, request, { what: `change secret of webhook ${id}` }, async (trx) => {
      secret = await rotateSecret(trx, actorOf(request), secrets, id);
    });
    return reply.page('webhooks/target', await targetPage(id, { secret }));
  });

  app.post(`${HERE}/:id/pause`, one, async (request, reply) => {
    const { id } = request.params;
    const form = readForm(PauseForm, request.body);
    const drop = form.drop === 'yes';
    await formOnce(db, request, { what: `pause webhook ${id}` }, async (trx) => {
      await getTarget(trx, id);
      if (form.paused === 'yes') await pauseTarget(trx, actorOf(request), id, '');
      else await resumeTarget(trx, actorOf(request), id, { drop });
    });
    const resumed = drop ? 'Goes on. What waited was dropped.' : 'Goes on. What waited is sent now.';
    return reply.done(
      `${HERE}/${id}`,
      form.paused === 'yes' ? 'Paused. What happens meanwhile waits.' : resumed,
    );
  });

  app.post(`${HERE}/:id/removal`, one, async (request, reply) => {
    await formOnce(db, request, { what: `remove webhook ${request.params.id}` }, (trx) =>
      removeTarget(trx, actorOf(request), request.params.id),
    );
    return reply.done(HERE, 'Removed. Nothing more is sent there.');
  });

  /** A real attempt, which the page waits for: its result is what the receiver answered. */
  app.post(`${HERE}/:id/test`, one, async (request, reply) => {
    const { id } = request.params;
    const delivery = await formOnce(db, request, { what: `test webhook ${id}` }, async (trx) =>
      beginTest(trx, await getTarget(trx, id), actorOf(request).name, world.base),
    );
    const attempted = await sendTest({ db, secrets, world }, delivery);
    // A repeated submit sends nothing; the result of the first is in the log.
    if (!attempted) return reply.page('webhooks/target', await targetPage(id));
    const { status, words, answer: said } = attempted;
    const isGood = status !== null && status >= 200 && status < 300;
    return reply.page('webhooks/target', await targetPage(id, { tested: { isGood, words, answer: said } }));
  });
};
