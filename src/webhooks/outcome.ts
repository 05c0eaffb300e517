import { LONGEST_MS, pauseAfter, restAfter } from './patience.ts';

/** What came of one attempt. `status` is null where no answer came; `words` are for people. */
export type Answered = {
  status: number | null;
  words: string;
  /** What the receiver asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
};

/** `refused`: this event, while others may be taken. `gone`: the receiver wants no more of them. */
export type Judged = 'delivered' | 'refused' | 'gone' | 'later';

const REFUSALS = new Set([400, 413, 415, 422]);
/** Requests that the receiver cannot read are not worth three days. */
const REFUSED_TRIES = 3;

export function judge(status: number | null): Judged {
  if (status === null) return 'later';
  if (status >= 200 && status < 300) return 'delivered';
  if (status === 410) return 'gone';
  return REFUSALS.has(status) ? 'refused' : 'later';
}

/** What a status means where its number does not say it. */
export function statusWords(status: number): string {
  if (status >= 200 && status < 300) return `answered ${status}`;
  if (status >= 300 && status < 400) return `answered ${status}, a redirect, which is not followed`;
  if (status === 410) return 'answered 410: it wants no more';
  return `answered ${status}`;
}

/** How an attempt began: of the delivery and of its target. */
export type Standing = {
  /** This one counted. */
  attempts: number;
  /** When the first of these attempts began. */
  firstAt: Date;
  isTest: boolean;
  /** Whether the target was changed since: it may be another receiver by now. */
  isOther: boolean;
  /** Of the target: failures in a row before this attempt, and since when. */
  failures: number;
  failingSince: Date | null;
};

/** What follows. `dueInMs` counts for what waits; a target without `failures` is well. */
export type Plan = {
  state: 'delivered' | 'failed' | 'waiting';
  dueInMs: number;
  /** Undefined: it stays as it is. */
  target?: { failures: number; restMs: number; pause: string | null };
};

const PAUSED_GONE = 'The receiver answered 410: it wants no more events.';

function targetAfter(
  judged: Judged,
  answered: Answered,
  standing: Standing,
  now: Date,
  random: number,
): Plan['target'] {
  if (judged === 'delivered') return { failures: 0, restMs: 0, pause: null };
  // A receiver that reads and refuses is there.
  if (judged === 'refused') return undefined;
  const failures = standing.failures + 1;
  if (judged === 'gone') return { failures, restMs: 0, pause: PAUSED_GONE };
  const failsFor = standing.failingSince ? now.getTime() - standing.failingSince.getTime() : 0;
  return {
    failures,
    restMs: Math.max(restAfter(failures, random), answered.retryAfterMs ?? 0),
    pause:
      failsFor >= LONGEST_MS ? `Nothing could be delivered for three days. Last: ${answered.words}.` : null,
  };
}

/** What becomes of a delivery and its target after an attempt. A test is tried once, and pauses nothing. */
export function planAfter(answered: Answered, standing: Standing, now: Date, random: number): Plan {
  const judged = judge(answered.status);
  if (standing.isTest)
    return {
      state: judged === 'delivered' ? 'delivered' : 'failed',
      dueInMs: 0,
      ...(judged === 'delivered' ? { target: { failures: 0, restMs: 0, pause: null } } : {}),
    };
  // What the one before answered is nothing to go by.
  if (standing.isOther) return { state: judged === 'delivered' ? 'delivered' : 'waiting', dueInMs: 0 };
  const target = targetAfter(judged, answered, standing, now, random);
  const isOld = now.getTime() - standing.firstAt.getTime() >= LONGEST_MS;
  const isOver =
    judged === 'delivered' ||
    judged === 'gone' ||
    isOld ||
    (judged === 'refused' && standing.attempts >= REFUSED_TRIES);
  return {
    state: judged === 'delivered' ? 'delivered' : isOver ? 'failed' : 'waiting',
    dueInMs: isOver ? 0 : Math.max(pauseAfter(standing.attempts, random), answered.retryAfterMs ?? 0),
    ...(target ? { target } : {}),
  };
}
