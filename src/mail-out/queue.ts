import type { Db } from '../database/open.ts';
import type { DispatchRow, SendingAccountRow } from '../database/tables.ts';
import type { Outcome } from './outcome.ts';

/** A mail that is due, as whoever took it holds it. */
export type MailInHand = Pick<
  DispatchRow,
  'attempts' | 'created_at' | 'envelope_sender' | 'envelope_recipients'
> & {
  raw: Buffer;
  account: SendingAccountRow;
  /** By which logs name it. */
  name: { message: number } | { notice: number } | { report: number } | { account: number };
  /** Keeps others from taking it. */
  keep: () => Promise<unknown>;
  /** Says that the server may have it from now on. False: it is no longer ours, and is not sent. */
  begin: () => Promise<boolean>;
  settle: (outcome: Outcome) => Promise<void>;
};

/** Mails that go out by sending accounts. Any number of processes may ask for one at a time. */
export type MailQueue = {
  /** The one that is due longest; undefined: none is. */
  take: (db: Db) => Promise<MailInHand | undefined>;
  /** Settles those whose sender is gone in the middle of giving them away, and names them. `failed`: of one that cannot be. */
  settleLost: (db: Db, failed?: (error: unknown) => void) => Promise<MailInHand['name'][]>;
};

export const LOST =
  'The sending process ended while the server was being given the mail, so nobody can say whether it arrived.';
