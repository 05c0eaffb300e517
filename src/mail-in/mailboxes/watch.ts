import type { ImapFlow } from 'imapflow';
import type { MailboxRow } from '../../database/tables.ts';
import type { Intake } from '../intake.ts';
import { connectTo, leave, type MailServer } from './imap.ts';
import { wordsFor } from './imap-words.ts';
import { look } from './look.ts';
import { endLease, keepLease, noteBegin, noteLook, noteProblem } from './mailbox-turns.ts';
import { Pause } from './pause.ts';

/** A third of the lease. */
const HOLD_MS = 20_000;
/** While somebody waits on the page for a look that is asked for. */
const ASK_MS = 5000;

export type Watching = MailServer & {
  intake: Intake;
  /** What went wrong that is no mail server's fault. */
  warn: (error: unknown) => void;
};

/** One mailbox in this process's hands: looks at it, waits for the server to tell of more, until it is taken away. */
export class Watch {
  readonly #row: MailboxRow;
  readonly #by: Watching;
  readonly #pause = new Pause();
  #lease: Date | null;
  #holding: Promise<void> | undefined;
  #isStopped = false;
  #hasNew = false;
  #isDue = true;

  constructor(row: MailboxRow, by: Watching) {
    this.#row = row;
    this.#by = by;
    this.#lease = row.lease_until;
  }

  stop(): void {
    this.#isStopped = true;
    this.#pause.wake();
  }

  async run(): Promise<void> {
    const holding = setInterval(() => void this.#hold(), HOLD_MS);
    let client: ImapFlow | undefined;
    try {
      client = await connectTo(this.#row, this.#by);
      client.on('exists', () => {
        this.#hasNew = true;
        this.#pause.wake();
      });
      client.on('close', () => this.#pause.wake());
      await this.#watch(client);
      await endLease(this.#by.db, { id: this.#row.id, lease_until: this.#lease });
    } catch (error) {
      if (!this.#isStopped)
        await noteProblem(this.#by.db, this.#row, wordsFor(client?.context ?? error, this.#row));
    } finally {
      clearInterval(holding);
      if (client) await leave(client);
    }
  }

  async #watch(client: ImapFlow): Promise<void> {
    const isStopped = () => this.#isStopped;
    while (!this.#isStopped) {
      if (this.#hasNew || this.#isDue) {
        this.#hasNew = false;
        this.#isDue = false;
        await noteBegin(this.#by.db, this.#row);
        const looked = await look(client, this.#row, { ...this.#by, isStopped });
        if (this.#isStopped) return;
        await noteLook(this.#by.db, this.#row, looked);
        this.#row.uid_validity = looked.uidValidity;
        this.#row.failures = 0;
      }
      if (!client.usable) throw Object.assign(new Error('ended'), { code: 'EConnectionClosed' });
      // With IDLE (RFC 2177), or asking every two minutes where the server has none.
      if (!client.idling) client.idle().catch(() => this.#pause.wake());
      if (!this.#hasNew) await this.#pause.for(ASK_MS);
      await this.#hold();
    }
  }

  #hold(): Promise<void> {
    this.#holding ??= this.#keepLease().finally(() => {
      this.#holding = undefined;
    });
    return this.#holding;
  }

  /** A mailbox that somebody changed is no longer this one's; one that is asked for is looked at. */
  async #keepLease(): Promise<void> {
    try {
      const held = await keepLease(this.#by.db, { id: this.#row.id, lease_until: this.#lease });
      if (!held) return this.stop();
      this.#lease = held.lease_until;
      this.#isDue ||= held.isDue;
    } catch (error) {
      this.#by.warn(error);
      this.stop();
    }
  }
}
