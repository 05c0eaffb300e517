import type { IncidentRow } from '../database/tables.ts';
import { routeFor } from '../providers/playbook.ts';
import type { Provider } from '../providers/schema.ts';
import { stateWords } from './incidents.ts';

export type NextStep = {
  what: string;
  why: string;
  /** The button that does it: what it says, and what it opens. */
  primary: { label: string; go: 'letter' | 'reply' | 'recover' | 'close' | 'reopen' | 'mail' } | null;
  secondary: { label: string; go: 'letter' | 'reply' | 'note' | 'refused' | 'close' } | null;
  due: Date | null;
};

/** The newest mail to the provider, where it did not arrive or may not have. */
export type Undelivered = { state: 'failed' | 'delivered-unknown'; words: string; messageId: number };

type Facts = Pick<
  IncidentRow,
  | 'state'
  | 'round'
  | 'last_verdict'
  | 'mitigated_at'
  | 'last_request_at'
  | 'follow_up_due_at'
  | 'next_action'
  | 'next_action_due_at'
  | 'last_rejection_at'
> & { undelivered?: Undelivered | undefined };

const HOUR = 3_600_000;
/** A provider that lifted a block needs time until all its servers know; where it is not published, two days. */
const EFFECT_HOURS = 48;

const WRITE = { label: 'Write a letter', go: 'letter' } as const;
const RECORD = { label: 'Record a reply', go: 'reply' } as const;
const PROVEN = { label: 'Mail flows again', go: 'recover' } as const;
const REFUSED = { label: 'Still refused', go: 'refused' } as const;

type Step = Omit<NextStep, 'due'> & { due?: Date | null };

/** The playbook's first step for this very refusal, else for any of the provider's. */
function before(provider: Provider | undefined, ruleId: string | null): string {
  const rule = provider?.rejections.find((one) => one.id === ruleId);
  const step = rule?.firstStep ?? provider?.checkFirst[0]?.text;
  return step ? `Before that: ${step}` : 'Nothing was asked yet.';
}

function firstRequest(facts: Facts, provider: Provider | undefined, ruleId: string | null): Step {
  const route = provider && routeFor(provider, ruleId);
  if (route?.kind === 'none') {
    return {
      what: 'Find the cause and stop it; there is nobody to ask here.',
      why: route.notes[0] ?? `${provider?.name} takes no requests.`,
      primary: PROVEN,
      secondary: { label: 'Add a note', go: 'note' },
    };
  }
  const name = provider?.name ?? 'the provider';
  return {
    what: facts.round === 0 ? `Write the first request to ${name}.` : `Ask ${name} again.`,
    why: before(provider, ruleId),
    primary: WRITE,
    secondary: RECORD,
  };
}

const ANSWERED: Partial<Record<string, (name: string) => Step>> = {
  denied: (name) => ({
    what: 'Answer in the same ticket and ask for a second review.',
    why: `${name} said no. The usual next step is a reply with one new fact and a fresh refusal.`,
    primary: { label: 'Write the answer', go: 'letter' },
    secondary: RECORD,
  }),
  'needs-information': (name) => ({
    what: 'Answer what they ask.',
    why: `${name} waits for us before it decides.`,
    primary: { label: 'Write the answer', go: 'letter' },
    secondary: RECORD,
  }),
  'not-blocked': (name) => ({
    what: 'Find out whether mail is still refused.',
    why: `${name} sees no block. If refusals go on, reply with a line that is newer than this answer.`,
    primary: PROVEN,
    secondary: { label: 'Still refused', go: 'letter' },
  }),
  closed: (name) => ({
    what: 'Decide: write again, or take another route.',
    why: `${name} closed the case.`,
    primary: WRITE,
    secondary: RECORD,
  }),
};

const UNDELIVERED = {
  failed: {
    what: 'The mail could not be delivered: send it another way.',
    label: 'Look at the mail',
  },
  'delivered-unknown': {
    what: 'Say whether the mail arrived.',
    label: 'Decide',
  },
} as const;

function undeliveredStep({ state, words }: Undelivered): Step {
  const { what, label } = UNDELIVERED[state];
  return {
    what,
    why: words ? `The server: ${words}` : 'The provider may have nothing to answer.',
    primary: { label, go: 'mail' },
    secondary: { label: 'Write a letter', go: 'letter' },
  };
}

function actionNeeded(facts: Facts, provider: Provider | undefined): Step {
  if (facts.undelivered) return undeliveredStep(facts.undelivered);
  const name = provider?.name ?? 'The provider';
  const answered = facts.last_verdict ? ANSWERED[facts.last_verdict] : undefined;
  if (answered) return answered(name);
  return {
    what: 'Follow up on the same ticket.',
    why: `${name} has not answered in its usual time.`,
    primary: { label: 'Follow up', go: 'letter' },
    secondary: RECORD,
  };
}

function mitigated(facts: Facts, provider: Provider | undefined): Step {
  const hours = provider?.timing.effectiveWithin ?? EFFECT_HOURS;
  const until = facts.mitigated_at ? new Date(facts.mitigated_at.getTime() + hours * HOUR) : null;
  return {
    what: 'See that mail is accepted again, then confirm it.',
    why: `${provider?.name ?? 'The provider'} says the block is lifted and takes up to ${hours} ${hours === 1 ? 'hour' : 'hours'} until all its servers know. Their word proves nothing yet.`,
    primary: PROVEN,
    secondary: REFUSED,
    due: until,
  };
}

function stepFor(facts: Facts, provider: Provider | undefined, ruleId: string | null): Step {
  const name = provider?.name ?? 'the provider';
  switch (facts.state) {
    case 'open':
      return firstRequest(facts, provider, ruleId);
    case 'awaiting-provider':
      return {
        what: `Wait for ${name}’s answer, and record it here.`,
        why: facts.follow_up_due_at
          ? 'If none comes in the usual time, this incident comes back to you.'
          : `${name} names no time for answers.`,
        primary: RECORD,
        secondary: REFUSED,
        due: facts.follow_up_due_at,
      };
    case 'action-needed':
      return actionNeeded(facts, provider);
    case 'mitigated':
      return mitigated(facts, provider);
    case 'recovered':
      return {
        what: 'Close the incident, or thank them first.',
        why: 'Mail was seen to flow.',
        primary: { label: 'Close the incident', go: 'close' },
        secondary: WRITE,
      };
    case 'closed':
      return {
        what: 'Nothing to do.',
        why: `This incident is ${stateWords(facts.state)}.`,
        primary: null,
        secondary: null,
      };
  }
}

/** One next step for an incident, with its reason. What a person set by hand comes first. */
export function nextStep(
  facts: Facts,
  provider: Provider | undefined,
  ruleId: string | null = null,
): NextStep {
  const step = stepFor(facts, provider, ruleId);
  const due = facts.next_action_due_at ?? step.due ?? null;
  return facts.next_action
    ? { ...step, what: facts.next_action, why: `Set by hand. Otherwise: ${step.what}`, due }
    : { ...step, due };
}
