import type { Trx } from '../database/open.ts';
import type { IncidentState, OtherKind, Severity } from '../database/tables.ts';
import type { Entry, EntryKind } from '../timeline/entries.ts';

export type EventIncident = {
  number: number;
  title: string;
  provider: string;
  state: IncidentState;
  severity: Severity;
  assigneeId: number | null;
};

/** One thing that happened, as it is given to all who may want to know of it. */
export type DeskEvent = {
  /** Grows in the order in which things were written down; of one incident, that is the order in which they happened. */
  id: number;
  kind: EntryKind | OtherKind;
  /** What stands in the timeline; null: it happened outside of one. */
  entry: Entry | null;
  /** As it stands now. */
  incident: EventIncident | null;
  /** Who did it; null: nobody with an account. */
  actorUserId: number | null;
  actor: string;
  /** One sentence. */
  words: string;
  /** Where it is seen: a path of ours. */
  link: string;
  /** People it is about, by id: those whom a note mentions, to whom an incident is assigned. */
  concerns: number[];
  happenedAt: Date;
};

/**
 * Writes down what follows from events, in their order, with the given transaction. It is asked once for each event
 * whose rows are then kept; it must do nothing outside of the transaction, which may end without a commit.
 */
export type Subscriber = (trx: Trx, events: readonly DeskEvent[]) => Promise<void>;
