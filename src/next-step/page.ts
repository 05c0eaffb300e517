import { clock, isoDay, localInput, near, offset } from '../web/format.ts';
import type { RecordedCause } from './cause-store.ts';
import { CAUSES, causeWords } from './causes.ts';
import { hrefOf } from './links.ts';
import type { NextStep } from './next-step.ts';
import type { Button } from './schema.ts';

/** A letter that is needed now and was begun is read, not written. */
type About = {
  number: number;
  provider: string;
  address: string;
  zone: string;
  now: Date;
  begun: (round: string) => number | undefined;
};

const HOUR = 3_600_000;
const SNOOZES = [4, 24, 72, 168];
const snoozeWords = (hours: number) =>
  hours < 24 ? `${hours} hours` : hours === 24 ? '1 day' : `${hours / 24} days`;

/** The same moment on the provider’s clock; empty where it shows the same. */
export function atProvider(due: Date | null, timeZone: string | null, zone: string): string {
  if (due === null || timeZone === null || offset(due, timeZone) === offset(due, zone)) return '';
  const isSameDay = isoDay(due, timeZone) === isoDay(due, zone);
  // A moment a few days away is told with its weekday.
  return `${isSameDay ? clock(due, timeZone) : near(due, new Date(due.getTime() - 30 * HOUR), timeZone)} at the provider`;
}

/** The box of the incident’s page. */
export function stepView(step: NextStep, about: About) {
  const buttonView = (button: Button) => {
    const draft =
      button.go === 'letter' && button.round !== undefined ? about.begun(button.round) : undefined;
    return draft === undefined
      ? { label: button.label, href: hrefOf(button, { ...about, others: step.others }) }
      : { label: 'Read the draft', href: `/incidents/${about.number}/letters/${draft}` };
  };
  return {
    id: step.id,
    what: step.what,
    why: step.why,
    unverified: !step.verified,
    source: step.source,
    due: step.due,
    atProvider: atProvider(step.due, step.timeZone, about.zone),
    button: step.button && buttonView(step.button),
    secondary: step.also.map(buttonView).slice(0, 2),
    /** Its own button leads to the cause, which need not be named twice. */
    asksCause: [step.button, ...step.also.slice(0, 2)].some((button) => button?.go === 'cause'),
    alternatives: [
      ...step.also.slice(2).map((button) => ({ what: '', ...buttonView(button) })),
      ...step.alternatives.map(({ what, button }) => ({ what, ...buttonView(button) })),
    ],
    isOver: step.id === 'closed',
    canDismiss: step.dismissible && !step.byHand,
    canAnswer: step.id !== 'closed' && !step.byHand,
    snoozed: step.snoozed && { until: step.snoozed.snoozedUntil, by: step.snoozed.by },
    dismissed: step.dismissed.map((one) => ({
      step: one.step,
      what: one.what,
      reason: one.dismissedReason ?? '',
      by: one.by,
      at: one.at,
    })),
    snoozes: SNOOZES.map((hours) => ({
      value: localInput(new Date(about.now.getTime() + hours * HOUR), about.zone).slice(0, 16),
      words: snoozeWords(hours),
    })),
  };
}

/** What was recorded as the cause, and the choices to record it. */
export const causeView = (cause: RecordedCause | null, zone: string) => ({
  recorded: cause && {
    words: causeWords(cause.class),
    found: cause.found,
    fixed: cause.fixed,
    fixedAt: cause.fixedAt,
    by: cause.by,
    recordedAt: cause.recordedAt,
  },
  key: cause?.class ?? '',
  found: cause?.found ?? '',
  fixed: cause?.fixed ?? '',
  fixedAtInput: cause?.fixedAt ? localInput(cause.fixedAt, zone).slice(0, 16) : '',
  kinds: CAUSES.map(({ key, words, hint }) => ({ key, words, hint })),
});
