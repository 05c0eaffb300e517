import { playbookFor } from '../providers/cases.ts';
import { hours } from '../providers/hours.ts';
import type { Fact, Prerequisite, Timing } from '../providers/playbook-schema.ts';
import type { Provider, Route } from '../providers/schema.ts';
import { zoneRows } from '../providers/zone-rows.ts';
import { courseOf } from './course.ts';
import { coursePicture } from './course-picture.ts';
import { type ChangedFact, type Overlay, standingOf, withFacts } from './effective.ts';
import { factName, valueWords } from './fact-words.ts';
import { isOwnKey } from './own.ts';
import { type Known, standingOn } from './standing.ts';
import { afterWords, KINDS, LANGUAGES, ROUTE_KINDS, stopWords, TO, WHO, withinWords } from './words.ts';

/** What the page of a playbook shows, from plain data. */

const MARKS = {
  supported: { is: 'good', icon: 'e-good', word: 'in order' },
  contradicted: { is: 'bad', icon: 'e-bad', word: 'not in order' },
  stale: { is: 'warn', icon: 'e-warn', word: 'too old' },
  unknown: { is: 'unknown', icon: 'e-unknown', word: 'unknown' },
  'by-hand': { is: 'unknown', icon: '', word: '' },
} as const;

const lineView = (part: string, facts: Map<string, ChangedFact>) => (line: Fact) => ({
  ...line,
  url: line.url ?? '',
  label: line.text,
  path: `${part}/${line.key}`,
  ours: facts.has(`${part}/${line.key}`),
});

function prerequisiteView(line: Prerequisite, known: Known, now: Date) {
  const standing = standingOn(line, known, now);
  return { ...MARKS[standing.status], words: standing.words, at: standing.at, link: standing.link };
}

export function courseView(provider: Provider) {
  const course = courseOf(provider);
  return {
    workedOut: course.workedOut,
    picture: coursePicture(course),
    steps: course.steps.map((step) => ({
      key: step.key,
      title: step.title,
      who: step.who,
      whoWords: WHO[step.who],
      within: withinWords(step.within),
      rounds: step.rounds ?? 0,
      text: step.text ?? '',
      source: step.source,
      verified: step.verified,
    })),
    escalation: course.escalation.map((one) => ({
      key: one.key,
      to: TO[one.to],
      text: one.text,
      url: one.url ?? '',
      after: afterWords(one),
      source: one.source,
      verified: one.verified,
    })),
    stop: course.stop
      ? {
          text: course.stop.text,
          short: stopWords(course.stop),
          source: course.stop.source,
          verified: course.stop.verified,
        }
      : null,
  };
}

const routeView = (facts: Map<string, ChangedFact>) => (route: Route) => ({
  ...route,
  label: route.name,
  path: `routes/${route.key}`,
  ours: [...facts.keys()].some(
    (path) => path === `routes/${route.key}` || path.startsWith(`routes/${route.key}/`),
  ),
  kindWords: ROUTE_KINDS[route.kind],
  url: route.url ?? '',
  address: route.address ?? '',
  phone: route.phone ?? '',
  fields: route.fields.map((field) => ({
    label: field.label,
    maxLength: field.maxLength ?? 0,
    required: field.required,
    hint: field.hint ?? '',
  })),
});

export function timesView(timing: Timing) {
  return {
    rows: [
      { label: 'Receipt', value: hours(timing.acknowledgedWithin) },
      { label: 'Answer', value: hours(timing.answeredWithin) },
      { label: 'Effect', value: hours(timing.effectiveWithin) },
      { label: 'Follow up after', value: hours(timing.followUpAfter) || 'never' },
      {
        label: 'Answer a denial',
        value: timing.replyWithin === undefined ? '' : `within ${hours(timing.replyWithin)}`,
      },
      {
        label: 'After a denial',
        value: timing.waitAfterDenial === undefined ? '' : `wait ${hours(timing.waitAfterDenial)}`,
      },
    ].filter((row) => row.value),
    note: [timing.workingDays ? 'Counted on working days.' : '', timing.note ?? ''].filter(Boolean).join(' '),
    source: timing.source,
    verified: timing.verified,
  };
}

/** A fact that people changed beside what the release says, then and now. */
export function changedView(fact: ChangedFact, builtIn: Provider, unfit: boolean) {
  const { builtInNow, same, released } = standingOf(fact, builtIn);
  const show = (value: unknown) => valueWords(value, fact.path);
  return {
    path: fact.path,
    name: factName(fact.path),
    ours: fact.value === null ? 'left out' : show(fact.value),
    was: show(fact.builtIn),
    now: show(builtInNow),
    isNew: fact.builtIn === null,
    released,
    same,
    unfit,
    by: fact.setBy,
    at: fact.setAt,
    version: fact.version,
  };
}

export function changesHere(key: string, overlay: Overlay, builtIn: Provider | undefined) {
  const facts = overlay.facts.filter((fact) => fact.provider === key);
  if (!builtIn || facts.length === 0) return [];
  const { unfit } = withFacts(builtIn, facts);
  return facts.map((fact) => changedView(fact, builtIn, unfit.includes(fact)));
}

/** Whether a refusal of the playbook has these words: in its meaning, its codes or as it was seen. */
const means = (rule: Provider['rejections'][number], q: string) =>
  [rule.id, rule.meaning, rule.reason, rule.blockCode ?? '', rule.listName ?? '', ...rule.examples].some(
    (text) => text.toLowerCase().includes(q),
  );

const DOMAINS_SHOWN = 40;

export function playbookView(
  provider: Provider,
  {
    overlay,
    builtIn,
    known,
    q,
    now,
  }: { overlay: Overlay; builtIn: Provider | undefined; known: Known; q: string; now: Date },
) {
  const facts = new Map(
    overlay.facts.filter((fact) => fact.provider === provider.key).map((fact) => [fact.path, fact]),
  );
  const line = (part: string) => lineView(part, facts);
  return {
    ...provider,
    isOwn: isOwnKey(provider.key),
    operator: provider.operator ?? '',
    kindWords: KINDS[provider.kind],
    aliases: provider.aliases.join(', '),
    languageWords: provider.languages.map((language) => LANGUAGES[language]).join(', '),
    domains: provider.domains.slice(0, DOMAINS_SHOWN),
    moreDomains: Math.max(0, provider.domains.length - DOMAINS_SHOWN),
    course: courseView(provider),
    cases: (provider.cases ?? []).map((one) => {
      const its = playbookFor(provider, one.rules[0] ?? null);
      return { name: one.name, course: courseView(its), times: one.timing ? timesView(one.timing) : null };
    }),
    times: timesView(provider.timing),
    coolDown: provider.coolDown ?? null,
    checkFirst: provider.checkFirst.map(line('checkFirst')),
    prerequisites: provider.prerequisites.map((one) => ({
      ...line('prerequisites')(one),
      standing: prerequisiteView(one, known, now),
    })),
    worksWell: provider.worksWell.map(line('worksWell')),
    neverWorks: provider.neverWorks.map(line('neverWorks')),
    routes: provider.routes.map(routeView(facts)),
    refusals: provider.rejections.length,
    rejections: provider.rejections
      .filter((rule) => means(rule, q))
      .map((rule) => ({
        ...rule,
        code: rule.blockCode ?? '',
        example: rule.examples[0] ?? '',
        firstStep: rule.firstStep ?? '',
        listName: rule.listName ?? '',
      })),
    zones: zoneRows(provider.zones),
    sources: provider.sources.map((source) => ({
      title: source.title,
      url: source.url ?? '',
      seen: source.seen ?? '',
    })),
    changes: changesHere(provider.key, overlay, builtIn),
  };
}

/** Whose addresses the prerequisites were judged for. */
export function judgedFor({ addresses, fromIncidents }: Known, most: number): string {
  if (addresses.length === 0) return 'No address of ours is known yet, so only the profile was looked at.';
  const many = addresses.length === 1 ? 'the address' : `the ${addresses.length} addresses`;
  if (fromIncidents) return `Judged for ${many} in open incidents of this provider.`;
  return addresses.length === most
    ? `Judged for the first ${most} of our addresses; no incident is open here.`
    : `Judged for ${addresses.length === 1 ? 'our only address' : `our ${addresses.length} addresses`}; no incident is open here.`;
}
