import type { MailboxRow } from '../../database/tables.ts';
import { tookTurn } from '../../metrics/turns.ts';
import { takeDueMailbox } from './mailbox-turns.ts';
import { Pause } from './pause.ts';
import type { Watch, Watching } from './watch.ts';

const TURN_MS = 2000;
const MOST_AT_ONCE = 50;

/** Looks at all mailboxes that no other process looks at. Returns the stop. */
export function watchMailboxes(by: Watching): () => Promise<void> {
  const watches = new Map<Watch, Promise<void>>();
  const pause = new Pause();
  let isStopped = false;
  const begin = async (row: MailboxRow) => {
    // The IMAP client is loaded with the first mailbox.
    const { Watch } = await import('./watch.ts');
    const watch = new Watch(row, by);
    const done = watch.run().catch(by.warn);
    watches.set(watch, done);
    void done.finally(() => watches.delete(watch));
  };
  const turns = async () => {
    while (!isStopped) {
      tookTurn('mailboxes');
      const row = watches.size < MOST_AT_ONCE ? await takeDueMailbox(by.db).catch(by.warn) : undefined;
      if (row) await begin(row);
      else await pause.for(TURN_MS);
    }
  };
  const ended = turns();
  return async () => {
    isStopped = true;
    pause.wake();
    await ended;
    for (const watch of watches.keys()) watch.stop();
    await Promise.all(watches.values());
  };
}
