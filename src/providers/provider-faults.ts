import { LINES, type Provider, type Route } from './schema.ts';

/** What the schema alone cannot say of a provider: places, what is wrong there, and what may stand there. */
type Rule = (provider: Provider) => string[];

/** What the kind of a route cannot do without. */
const NEEDS: Record<Route['kind'], (route: Route) => string | undefined> = {
  form: ({ url }) => (url ? undefined : 'a form needs its address on the web (url)'),
  portal: ({ url }) => (url ? undefined : 'a portal needs its address on the web (url)'),
  'self-service': ({ url }) => (url ? undefined : 'a self-service page needs its address on the web (url)'),
  email: ({ address }) => (address ? undefined : 'a way by mail needs a mail address (address)'),
  telephone: () => undefined,
  recipient: () => undefined,
  'network-owner': () => undefined,
  none: ({ notes }) => (notes.length > 0 ? undefined : 'say in its notes why there is nothing to ask'),
};

const routesWhole: Rule = ({ routes }) =>
  routes.flatMap((route) => {
    const fault = NEEDS[route.kind](route);
    return fault ? [`/routes (of ${route.key}): ${fault}`] : [];
  });

const twice = (place: string, names: string[]): string[] =>
  names
    .filter((name, index) => names.indexOf(name) < index)
    .map((name) => `${place} has ${name} twice; each needs a name of its own`);

const namesOnce: Rule = (provider) => [
  ...([...LINES, 'cases', 'routes'] as const).flatMap((part) =>
    twice(
      `/${part}`,
      (provider[part] ?? []).map(({ key }) => key),
    ),
  ),
  ...(['rejections', 'replies'] as const).flatMap((part) =>
    twice(
      `/${part}`,
      provider[part].map(({ id }) => id),
    ),
  ),
  ...provider.routes.flatMap(({ key, fields }) =>
    twice(
      `/routes (of ${key})/fields`,
      fields.map((field) => field.key),
    ),
  ),
];

const missing = (place: string, what: string, cited: string[], known: string[]): string[] =>
  cited
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        `${place} names the ${what} ${name}, which there is not; there is ${known.join(', ') || 'none'}`,
    );

const namesThatAre: Rule = ({ rejections, routes, escalation = [], cases = [] }) => {
  const rules = rejections.map(({ id }) => id);
  const ways = routes.map(({ key }) => key);
  const goingBy = (place: string, steps: typeof escalation) =>
    steps.flatMap(({ key, route }) => missing(`${place} (of ${key})`, 'route', route ? [route] : [], ways));
  return [
    ...routes.flatMap((route) =>
      missing(`/routes (of ${route.key})/rules`, 'rule', route.rules ?? [], rules),
    ),
    ...goingBy('/escalation', escalation),
    ...cases.flatMap((one) => [
      ...missing(`/cases (of ${one.key})/rules`, 'rule', one.rules, rules),
      ...goingBy(`/cases (of ${one.key})/escalation`, one.escalation ?? []),
    ]),
  ];
};

/** Asking again before an answer is usual would only add to the queue. */
const timesInOrder: Rule = ({ timing: { followUpAfter, answeredWithin = 0 } }) =>
  followUpAfter !== undefined && followUpAfter < answeredWithin
    ? [
        `/timing: a follow-up after ${followUpAfter} h would come before the usual answer, after ${answeredWithin} h; give followUpAfter at least as many`,
      ]
    : [];

function patternFault(pattern: string, group: string | null): string | undefined {
  try {
    new RegExp(pattern, 'iu');
  } catch (error) {
    return (error as Error).message;
  }
  return group === null || pattern.includes(`(?<${group}>`)
    ? undefined
    : `the group (?<${group}>…) is missing, which says what of it is the ${group}`;
}

const patternsRead: Rule = ({ rejections, replies, codes, tickets }) => {
  const all: [place: string, pattern: string | undefined, group: string | null][] = [
    ...rejections.map(({ id, match }) => [`/rejections (of ${id})/match`, match.pattern, null] as const),
    ...replies.map(({ id, match }) => [`/replies (of ${id})/match`, match.pattern, null] as const),
    ...codes.map(({ pattern }, index) => [`/codes/${index}`, pattern, 'code'] as const),
    ...tickets.map(({ name, pattern }) => [`/tickets (of ${name})`, pattern, 'reference'] as const),
  ].map(([place, pattern, group]) => [place, pattern, group]);
  return all.flatMap(([place, pattern, group]) => {
    const fault = pattern === undefined ? undefined : patternFault(pattern, group);
    return fault === undefined ? [] : [`${place}/pattern: ${fault}`];
  });
};

const RULES: Rule[] = [namesOnce, routesWhole, namesThatAre, timesInOrder, patternsRead];

/** The first thing that is wrong with a provider which holds to the schema; undefined: nothing. */
export function providerFault(provider: Provider): string | undefined {
  for (const rule of RULES) {
    const [fault] = rule(provider);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
