import type { WebhookDeliveryState } from '../database/tables.ts';
import { Id, SmallId, Type } from '../json-schema.ts';

export const TargetParams = Type.Object({ id: SmallId });
export const DeliveryParams = Type.Object({ ...TargetParams.properties, delivery: Id });

/** The filters of a log. */
export const SHOWN: Record<'all' | 'waiting' | 'delivered' | 'failed', WebhookDeliveryState[] | undefined> = {
  all: undefined,
  waiting: ['waiting', 'queued'],
  delivered: ['delivered'],
  failed: ['failed'],
};
export type Shown = keyof typeof SHOWN;
export const SHOWN_KEYS = Object.keys(SHOWN) as Shown[];

/** Where a page of a log goes on, in one filter of one target. */
export const logCursor = (target: number, show: string) => `webhooks/${target}/${show}`;
