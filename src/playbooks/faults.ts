import type { Provider, Route } from '../providers/schema.ts';

/** What the schema alone cannot say: each returns the first fault in words, or nothing. */
type Rule = (provider: Provider) => string | undefined;

const NEEDS: Record<Route['kind'], (route: Route) => string | undefined> = {
  form: ({ url }) => (url ? undefined : 'a form needs its address on the web'),
  portal: ({ url }) => (url ? undefined : 'a portal needs its address on the web'),
  'self-service': ({ url }) => (url ? undefined : 'a self-service page needs its address on the web'),
  email: ({ address }) => (address ? undefined : 'a way by mail needs a mail address'),
  telephone: () => undefined,
  recipient: () => undefined,
  'network-owner': () => undefined,
  none: ({ notes }) => (notes.length > 0 ? undefined : 'say in its notes why there is nothing to ask'),
};

const twice = (keys: string[]) => keys.find((key, index) => keys.indexOf(key) < index);

const keysOnce: Rule = (provider) => {
  for (const part of [
    'checkFirst',
    'prerequisites',
    'worksWell',
    'neverWorks',
    'course',
    'escalation',
    'routes',
  ] as const) {
    const key = twice((provider[part] ?? []).map((one) => one.key));
    if (key !== undefined) return `${part} has ${key} twice`;
  }
  return undefined;
};

const routesWhole: Rule = ({ routes }) => {
  for (const route of routes) {
    const fault = NEEDS[route.kind](route);
    if (fault) return `routes/${route.key}: ${fault}`;
  }
  return undefined;
};

const routesNamed: Rule = ({ routes, escalation = [] }) => {
  const missing = escalation.find(
    ({ route }) => route !== undefined && !routes.some(({ key }) => key === route),
  );
  return missing && `escalation/${missing.key} goes by the route ${missing.route}, which there is not`;
};

/** Asking again before an answer is usual would only add to the queue. */
const timesInOrder: Rule = ({ timing }) =>
  timing.followUpAfter !== undefined && timing.followUpAfter < (timing.answeredWithin ?? 0)
    ? `timing: a follow-up after ${timing.followUpAfter} h would come before the usual answer, after ${timing.answeredWithin} h`
    : undefined;

export const playbookFault: Rule = (provider) => {
  for (const rule of [keysOnce, routesWhole, routesNamed, timesInOrder]) {
    const fault = rule(provider);
    if (fault) return fault;
  }
  return undefined;
};
