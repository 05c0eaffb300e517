/**
 * When the workers of this process last did their turn. A worker that hangs or ended is seen by its silence, which
 * no log line tells of.
 */
const turns = new Map<string, number>();

/** What works by itself, and for how many seconds it may be silent with something large in hand. */
export const WORKERS = {
  upkeep: 600,
  'SNDS reports': 1800,
  'checks of incidents': 3600,
  'checks of the schedule': 3600,
  'mail out': 300,
  'mail in': 300,
  mailboxes: 300,
  events: 120,
  webhooks: 120,
  notices: 300,
  'report mails': 900,
  'new passwords': 120,
  imports: 900,
} as const;
export type Worker = keyof typeof WORKERS;

export function tookTurn(worker: Worker, now = Date.now()): void {
  turns.set(worker, now);
}

/** Worker → milliseconds since its last turn, of those that were started here. */
export const sinceTurns = (now = Date.now()): [Worker, number][] =>
  (Object.keys(WORKERS) as Worker[]).flatMap((worker) => {
    const at = turns.get(worker);
    return at === undefined ? [] : [[worker, Math.max(0, now - at)]];
  });
