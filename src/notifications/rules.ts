import { covers } from '../addresses/address.ts';
import type { Role, Severity } from '../database/tables.ts';
import { PERSONAL, type Topic } from './topics.ts';

/** Pure: who is told of what, and how. */

export const WAYS = ['product', 'digest', 'at-once'] as const;
/** Each later way takes in the earlier: what is mailed is on the page as well. */
export type Way = (typeof WAYS)[number];
export const WHOSE = ['mine', 'watched', 'nobodys'] as const;
export type Whose = (typeof WHOSE)[number];
export const SEVERITIES: readonly Severity[] = ['low', 'normal', 'high', 'critical'];

export type Rule = {
  topics: Topic[];
  /** Incidents that are any of these; empty: all. */
  whose: Whose[];
  /** Catalogue keys; empty: all. */
  providers: string[];
  /** Addresses and ranges; empty: all. */
  networks: string[];
  /** The least severity. */
  least: Severity;
  way: Way;
};

export type ToldEvent = {
  topics: Topic[];
  actorUserId: number | null;
  concerns: readonly number[];
  incident: {
    number: number;
    provider: string;
    severity: Severity;
    assigneeId: number | null;
    networks: readonly string[];
  } | null;
};
export type Person = { id: number; watches: (incident: number) => boolean };

const isWhose: Record<Whose, (incident: NonNullable<ToldEvent['incident']>, person: Person) => boolean> = {
  mine: ({ assigneeId }, { id }) => assigneeId === id,
  watched: ({ number }, { watches }) => watches(number),
  nobodys: ({ assigneeId }) => assigneeId === null,
};

const touches = (one: string, other: string) => covers(one, other) || covers(other, one);

function isAbout(rule: Rule, { incident }: ToldEvent, person: Person): boolean {
  // What belongs to no incident is everybody's.
  if (incident === null) return true;
  const { whose, providers, networks, least } = rule;
  return (
    SEVERITIES.indexOf(incident.severity) >= SEVERITIES.indexOf(least) &&
    (providers.length === 0 || providers.includes(incident.provider)) &&
    (whose.length === 0 || whose.some((one) => isWhose[one](incident, person))) &&
    (networks.length === 0 ||
      networks.some((network) => incident.networks.some((other) => touches(network, other))))
  );
}

/** What a rule would tell this person of an event; undefined: nothing. */
function topicFor(rule: Rule, event: ToldEvent, person: Person): Topic | undefined {
  return event.topics.find((topic) => {
    if (!rule.topics.includes(topic)) return false;
    if (PERSONAL.has(topic)) return event.concerns.includes(person.id);
    // Something that is about some people, and is no entry that all may read.
    if (event.incident === null && event.concerns.length > 0 && !event.concerns.includes(person.id))
      return false;
    return isAbout(rule, event, person);
  });
}

/** How a person is told of an event: of all rules that fit, the strongest way. Nobody is told what they did themselves. */
export function tellOf(
  rules: readonly Rule[],
  event: ToldEvent,
  person: Person,
): { topic: Topic; way: Way } | undefined {
  if (event.topics.length === 0 || event.actorUserId === person.id) return undefined;
  let told: { topic: Topic; way: Way } | undefined;
  for (const rule of rules) {
    const topic = topicFor(rule, event, person);
    if (topic && (!told || WAYS.indexOf(rule.way) > WAYS.indexOf(told.way))) told = { topic, way: rule.way };
  }
  return told;
}

const ALL = { whose: [], providers: [], networks: [], least: 'low' } satisfies Partial<Rule>;
const rule = (topics: Topic[], way: Way, more: Partial<Rule> = {}): Rule => ({
  ...ALL,
  topics,
  way,
  ...more,
});

const OURS: Whose[] = ['mine', 'watched'];

/** For whoever has set up nothing: at once what waits for them, on the page what concerns all. */
export function rulesFor(role: Role): Rule[] {
  const own = [
    rule(['mention', 'assigned'], 'at-once'),
    rule(['answer', 'undelivered', 'relapse'], 'at-once', { whose: OURS }),
    rule(['step', 'recovery', 'note'], 'digest', { whose: OURS }),
  ];
  if (role === 'viewer') return own;
  return [
    ...own,
    rule(['block', 'relapse'], 'at-once', { least: 'critical' }),
    rule(['block', 'relapse', 'recovery'], 'product'),
    rule(['answer', 'undelivered', 'step'], 'product', { whose: ['nobodys'] }),
    rule(['unfiled', 'reminder', 'import'], 'product'),
    rule(['trouble'], role === 'admin' ? 'at-once' : 'product'),
  ];
}
