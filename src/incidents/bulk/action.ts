import type { Trx } from '../../database/open.ts';
import type { BulkAction, IncidentState, Severity } from '../../database/tables.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import type { Actor } from '../../web/access.ts';

/** Incidents that one action takes at most: all of them change in one transaction. */
export const BULK_MAX = 200;

/** What is done to each of several incidents. */
export type Asked =
  | { action: 'assign'; assigneeId: number | null }
  | { action: 'tag'; tags: string[] }
  | { action: 'untag'; tags: string[] }
  | { action: 'severity'; severity: Severity }
  | { action: 'state'; state: IncidentState; reason: string }
  | { action: 'watch'; userId: number }
  | { action: 'unwatch'; userId: number }
  | { action: 'put-off'; until: Date; reason: string };

export type World = { catalogue: Catalogue; now: Date };
/** What an incident was and became, as JSON; a text: why it stays as it is. */
export type Done<Kept = unknown> = { before: Kept; after: Kept } | string;

/** One kind of action: how an incident changes, and how it goes back where nobody changed it since. */
export type Doing<What extends Asked = Asked, Kept = unknown> = {
  run: (trx: Trx, actor: Actor, number: number, asked: What, world: World) => Promise<Done<Kept>>;
  /** Undefined: it is as before; else why it is not. */
  back: (
    trx: Trx,
    actor: Actor,
    number: number,
    was: { before: Kept; after: Kept },
    world: World,
  ) => Promise<string | undefined>;
};

export const ACTIONS = [
  'assign',
  'tag',
  'untag',
  'severity',
  'state',
  'watch',
  'unwatch',
  'put-off',
] as const satisfies BulkAction[];
