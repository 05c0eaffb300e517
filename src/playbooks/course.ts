import type { Course, Escalation, Stop } from '../providers/playbook-schema.ts';
import type { Provider, Route } from '../providers/schema.ts';

export type Step = Course[number];

/** The usual course of a request, from the first word to the moment to stop. */
export type UsualCourse = {
  steps: Step[];
  escalation: Escalation;
  stop: Stop | null;
  /** Nobody described it: the steps are worked out from routes and times. */
  workedOut: boolean;
};

const SOURCE = 'worked out from routes and times';
const step = (key: string, kind: Step['kind'], who: Step['who'], title: string, within?: number): Step => ({
  key,
  kind,
  who,
  title,
  ...(within === undefined ? {} : { within }),
  source: SOURCE,
  verified: false,
});

/** Who is asked first, and in which words, by the kind of the usual way. */
const FIRST: Record<Route['kind'], Step> = {
  form: step('ask', 'request', 'we', 'Form'),
  email: step('ask', 'request', 'we', 'Mail to the desk'),
  portal: step('ask', 'request', 'we', 'Portal'),
  'self-service': step('ask', 'request', 'we', 'Self-service page'),
  telephone: step('ask', 'request', 'we', 'Call'),
  recipient: step('ask', 'request', 'recipient', 'The recipient asks'),
  'network-owner': step('ask', 'request', 'network-owner', 'The owner asks'),
  none: step('ask', 'request', 'we', 'End the cause'),
};

/** What usually comes back, by the same. */
const ANSWER: Record<Route['kind'], Step | null> = {
  form: step('answer', 'first-answer', 'people', 'First answer'),
  email: step('answer', 'first-answer', 'people', 'The desk answers'),
  portal: step('answer', 'first-answer', 'people', 'First answer'),
  'self-service': step('answer', 'first-answer', 'robot', 'Removed by a robot'),
  telephone: step('answer', 'first-answer', 'people', 'They answer'),
  recipient: step('answer', 'first-answer', 'people', 'Their desk decides'),
  'network-owner': step('answer', 'first-answer', 'people', 'First answer'),
  none: null,
};

const within = (one: Step, hours: number | undefined): Step =>
  hours === undefined ? one : { ...one, within: hours };

function workOut({ routes, timing }: Provider): Step[] {
  const kind = routes[0]?.kind;
  if (kind === undefined) return [];
  const answer = ANSWER[kind];
  const end = answer
    ? step('effect', 'effect', 'robot', 'Accepted again', timing.effectiveWithin)
    : step('expiry', 'expiry', 'robot', 'Ends by itself', timing.effectiveWithin);
  return [
    FIRST[kind],
    ...(timing.acknowledgedWithin === undefined
      ? []
      : [step('receipt', 'receipt', 'robot', 'Receipt', timing.acknowledgedWithin)]),
    ...(answer ? [within(answer, timing.answeredWithin)] : []),
    ...(timing.followUpAfter === undefined || !answer
      ? []
      : [step('reminder', 'review', 'people', 'One reminder', timing.followUpAfter)]),
    end,
  ];
}

const ELSEWHERE = { recipient: 'recipient', 'network-owner': 'network-owner' } as const;

/** The other ways of the playbook, where nobody said which comes next. */
const otherWays = ({ routes }: Provider): Escalation =>
  routes.slice(1).flatMap((route) => {
    const to = ELSEWHERE[route.kind as keyof typeof ELSEWHERE];
    if (to === undefined || route.rules !== undefined) return [];
    const { key, name, source, verified } = route;
    return [{ key, text: name, source, verified, to, route: key }];
  });

/** A cool-down that names rounds says when to stop, too. */
function stopOf({ stop, coolDown }: Provider): Stop | null {
  if (stop) return stop;
  if (coolDown?.rounds === undefined) return null;
  const { rounds, text, source, verified } = coolDown;
  return { rounds, text, source, verified };
}

export const courseOf = (provider: Provider): UsualCourse => ({
  steps: provider.course ?? workOut(provider),
  escalation: provider.escalation ?? otherWays(provider),
  stop: stopOf(provider),
  workedOut: provider.course === undefined,
});
