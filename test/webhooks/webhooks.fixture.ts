import type { Test } from 'tap';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { webhooksTold } from '../../src/webhooks/subscriber.ts';
import type { TargetInput } from '../../src/webhooks/target.ts';
import { addTarget, getTarget } from '../../src/webhooks/targets.ts';
import { sendDueWebhooks } from '../../src/webhooks/worker.ts';
import { openWebhookWorld, type WebhookWorld } from '../../src/webhooks/world.ts';
import { REFUSAL, type TestDesk, testDesk } from '../desk.ts';
import { Receiver, type Script } from './receiver.fixture.ts';

export const CANARY = `whsec_${Buffer.from('canary-secret-of-the-webhook-tests').toString('base64')}`;
export const ACTOR = { userId: null, tokenId: null, name: 'a test' };
export const SILENT = { debug: () => {}, warn: () => {} };

export const input = (url: string, more: Partial<TargetInput> = {}): TargetInput => ({
  name: 'Receiver',
  url,
  format: 'delist-desk',
  groups: ['mail', 'evidence', 'state', 'notes', 'desk'],
  providers: [],
  leastSeverity: 'low',
  secret: CANARY,
  ...more,
});

export type HookDesk = TestDesk & {
  receiver: Receiver;
  world: WebhookWorld;
  /** The first target, of the receiver. */
  target: number;
  number: number;
  add: (more?: Partial<TargetInput>) => Promise<number>;
  note: (text: string, incident?: number) => Promise<void>;
  /** Tells of what happened since it was last told. */
  fanOut: () => Promise<void>;
  /** Lets the worker do what is due. */
  work: (world?: WebhookWorld) => Promise<number>;
  targetRow: (id?: number) => ReturnType<typeof getTarget>;
  deliveries: (id?: number) => ReturnType<typeof deliveryRows>;
  /** Makes all that waits due, and ends all rests. */
  hurry: () => Promise<void>;
};

const deliveryRows = ({ db }: TestDesk, target: number) =>
  db.selectFrom('webhook_deliveries').selectAll().where('target_id', '=', target).orderBy('id').execute();

/** A desk with a receiver, a target there and one incident of which nothing was told yet. */
export async function hookDesk(
  t: Test,
  options: { script?: Script; target?: Partial<TargetInput>; environment?: Record<string, string> } = {},
): Promise<HookDesk> {
  const desk = await testDesk(t, { WEBHOOK_PRIVATE_TARGETS: '127.0.0.1', ...options.environment });
  const receiver = await Receiver.start(t, options.script);
  const world = openWebhookWorld(desk.desk.config);
  const known = { providers: (key: string) => desk.desk.catalogue.byKey.has(key) };
  const add = (more: Partial<TargetInput> = {}) =>
    desk.db
      .transaction()
      .execute(
        async (trx) =>
          (await addTarget(trx, ACTOR, desk.desk.secrets, input(receiver.url(), more), known)).id,
      );
  const target = await add(options.target);
  const { number } = (await desk.api('POST', '/incidents', { report: REFUSAL })).body;
  const subscribers = [webhooksTold({ catalogue: desk.desk.catalogue, base: world.base })];
  await fanOut(desk.db, []);
  return {
    ...desk,
    receiver,
    world,
    target,
    number,
    add,
    async note(text, incident = number) {
      const answer = await desk.api('POST', `/incidents/${incident}/notes`, { text });
      t.equal(answer.status, 201, JSON.stringify(answer.body));
    },
    async fanOut() {
      while ((await fanOut(desk.db, subscribers)) > 0);
    },
    work: (other = world) =>
      sendDueWebhooks({ db: desk.db, secrets: desk.desk.secrets, world: other }, SILENT),
    targetRow: (id = target) => getTarget(desk.db, id),
    deliveries: (id = target) => deliveryRows(desk, id),
    async hurry() {
      await desk.db
        .updateTable('webhook_deliveries')
        .set({ due_at: new Date() })
        .where('state', '=', 'waiting')
        .execute();
      await desk.db.updateTable('webhook_targets').set({ rest_until: null }).execute();
    },
  };
}
