import t from 'tap';
import { CLAIM_KEYS } from '../../src/letters/claims/claims.ts';
import { programmeOf } from '../../src/profile/programmes.ts';
import { playbookFor } from '../../src/providers/cases.ts';
import { readCatalogue } from '../../src/providers/catalogue.ts';
import { routeFor } from '../../src/providers/playbook.ts';
import type { Provider, Route } from '../../src/providers/schema.ts';

const { providers } = readCatalogue();

/** Every string of a data file, with the path to it. */
function strings(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}/${key}`));
}

/** What each provider claims, as `name → keys of the providers that claim it`. */
function claims(pick: (provider: Provider) => string[]): Map<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const provider of providers) {
    for (const name of pick(provider)) owners.set(name, [...(owners.get(name) ?? []), provider.key]);
  }
  return owners;
}

const twice = (owners: Map<string, string[]>): [string, string[]][] =>
  [...owners].filter(([, keys]) => keys.length > 1);
const routes = providers.flatMap((provider) =>
  provider.routes.map((route) => ({ provider, route, at: `${provider.key}/${route.key}` })),
);

t.test('no name belongs to two providers, and none is listed twice', async (t) => {
  t.strictSame(twice(claims((provider) => provider.domains)), [], 'domains');
  t.strictSame(twice(claims((provider) => provider.hosts)), [], 'hosts');
});

t.test('patterns have one of the forms that matching knows', async (t) => {
  const form = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$|^[a-z0-9-]+\.\*$/;
  const odd = providers.flatMap((provider) =>
    [...provider.domains, ...provider.hosts].filter((name) => !form.test(name)),
  );
  t.strictSame(odd, []);
  t.notOk(form.test('mx*.example.com'), 'a star inside a label is not known');
});

t.test('every provider can be recognised by a person and says what it is', async (t) => {
  for (const provider of providers) {
    const file = `${provider.key}.json`;
    t.ok(provider.about.length >= 80, `${file}: /about needs 80 characters: what it is, and how it refuses`);
    for (const part of [
      'aliases',
      'checkFirst',
      'routes',
      'prerequisites',
      'worksWell',
      'neverWorks',
    ] as const) {
      t.ok(provider[part].length > 0, `${file}: /${part} needs an entry`);
    }
  }
});

t.test('no text is left over from a skeleton', async (t) => {
  const left = providers.flatMap((provider) =>
    strings(provider, provider.key).filter(([, text]) => /unwritten|\bTODO\b|lorem/i.test(text)),
  );
  t.strictSame(left, []);
});

t.test('texts keep to the rules of copy', async (t) => {
  const own = [
    'about',
    'checkFirst',
    'routes',
    'prerequisites',
    'timing',
    'coolDown',
    'course',
    'escalation',
    'stop',
    'cases',
    'worksWell',
    'neverWorks',
  ] as const;
  for (const provider of providers) {
    const texts = own.flatMap((part) => strings(provider[part], `${provider.key}/${part}`));
    const wrong = texts.filter(
      ([path, text]) =>
        !/\/(?:url|separator)$/.test(path) && /[!']|please wait|successfully|\s{2}| $/i.test(text),
    );
    t.strictSame(wrong, [], provider.key);
  }
});

const aField = ({ fields }: Route) => fields.length > 0;
const aLetter = ({ fields }: Route) => fields.some(({ value }) => value === 'letter');
/** What a route has to hold beyond what the catalogue refuses at start, so that a person can take it. */
const NEEDS: Record<Route['kind'], [words: string, holds: (route: Route) => boolean]> = {
  form: ['the fields of the form', aField],
  portal: ['the fields of the portal', aField],
  'self-service': ['the fields of the page', aField],
  telephone: ['a field whose value is letter: what to say', aLetter],
  email: ['a field whose value is letter', aLetter],
  recipient: ['a field whose value is letter: the note to pass on', aLetter],
  'network-owner': ['a field whose value is letter: the note to pass on', aLetter],
  none: ['no field and no address', (route) => !aField(route) && route.address === undefined],
};

t.test('the kind of a route fits what it holds', async (t) => {
  for (const { route, at } of routes) {
    const [words, holds] = NEEDS[route.kind];
    t.ok(holds(route), `${at}: a route of the kind ${route.kind} has ${words}`);
  }
});

t.test('every way to write names the address that is blocked', async (t) => {
  const carriers = new Set(['address', 'addresses', 'sending-domains']);
  for (const { route, at } of routes) {
    if (route.kind === 'none' || at === 'mail-ru/linked-form') continue;
    t.ok(
      route.fields.some((field) => carriers.has(field.value)),
      at,
    );
  }
});

t.test('a rule has one route', async (t) => {
  for (const provider of providers) {
    const cited = provider.routes.flatMap((route) => route.rules ?? []);
    t.equal(new Set(cited).size, cited.length, provider.key);
  }
});

t.test('fields say what fills them', async (t) => {
  for (const { route, at } of routes) {
    for (const field of route.fields) {
      t.equal(
        field.fixed !== undefined,
        field.value === 'fixed',
        `${at}/${field.key}: fixed text exactly for fixed fields`,
      );
      if (field.separator !== undefined) {
        t.match(
          field.value,
          /^(?:addresses|sending-domains|recipient-domains)$/,
          `${at}/${field.key}: only lists are separated`,
        );
      }
    }
    const letters = route.fields.filter((field) => field.value === 'letter');
    t.ok(letters.length <= 1, `${at}: one letter`);
  }
});

t.test('a provider has a usual route, or one for each of its rules', async (t) => {
  for (const provider of providers) {
    t.ok(
      provider.routes.some((route) => route.rules === undefined),
      provider.key,
    );
    t.equal(provider.routes[0]?.rules, undefined, `${provider.key}: the usual one comes first`);
  }
});

t.test('what no desk of the provider can lift is not sent to one', async (t) => {
  const elsewhere = new Set(['authentication', 'listed-on-third-party-list']);
  for (const provider of providers.filter(({ kind }) => kind === 'mailbox-provider')) {
    for (const rule of provider.rejections.filter(({ reason }) => elsewhere.has(reason))) {
      t.match(routeFor(provider, rule.id)?.kind, /^(?:none|recipient)$/, `${provider.key}/${rule.id}`);
    }
  }
});

t.test('hours are plausible', async (t) => {
  const month = 31 * 24;
  for (const { key, timing, coolDown } of providers) {
    const { acknowledgedWithin = 0, answeredWithin, effectiveWithin = 0, followUpAfter } = timing;
    t.ok(timing.note, `${key}.json: /timing/note says where the hours come from`);
    t.ok(acknowledgedWithin <= (answeredWithin ?? month), `${key}: a receipt comes no later than an answer`);
    t.ok(effectiveWithin <= month, `${key}: effect within a month`);
    t.ok((coolDown?.hours ?? 0) <= month, `${key}: cool-down within a month`);
    if (followUpAfter === undefined) continue;
    t.ok(followUpAfter <= month, `${key}: a follow-up within a month`);
  }
});

t.test('facts that rest on hearsay are marked', async (t) => {
  for (const provider of providers) {
    const facts = [
      ...provider.checkFirst,
      ...provider.prerequisites,
      ...provider.worksWell,
      ...provider.neverWorks,
    ];
    const weak = facts.filter((fact) => /^one practitioner|^general trade/.test(fact.source));
    t.strictSame(
      weak.filter((fact) => fact.verified).map((fact) => fact.text),
      [],
      provider.key,
    );
  }
});

t.test('what shows how we stand on a prerequisite exists', async (t) => {
  const lines = providers.flatMap(({ key, prerequisites }) =>
    prerequisites.map((line) => ({ at: key, line })),
  );
  const unknown = lines.flatMap(({ at, line }) =>
    (line.claims ?? []).filter((claim) => !CLAIM_KEYS.includes(claim)).map((claim) => `${at}: ${claim}`),
  );
  t.strictSame(unknown, []);
  const programmes = lines.flatMap(({ line }) => line.programme ?? []);
  t.not(programmes.length, 0);
  t.strictSame(
    programmes.filter((key) => !programmeOf(key)),
    [],
  );
});

t.test('a rule is in one case, and each case differs in something', async (t) => {
  for (const provider of providers) {
    const cases = provider.cases ?? [];
    const inCases = cases.flatMap((one) => one.rules);
    t.equal(new Set(inCases).size, inCases.length, `${provider.key}: a rule is in one case`);
    for (const one of cases) {
      const effective = playbookFor(provider, one.rules[0] ?? null);
      t.strictSame(
        effective.course ?? null,
        one.course ?? provider.course ?? null,
        `${provider.key}/${one.key}`,
      );
      t.not(effective, provider, `${provider.key}/${one.key} differs`);
    }
  }
});

t.test('what is not to be asked for has nothing to wait for', async (t) => {
  for (const { key, stop, timing } of providers)
    if (stop?.rounds === 0) t.equal(timing.followUpAfter, undefined, key);
});

t.test('a refusal that rests on a list of the catalogue names its operator', async (t) => {
  const names = providers.flatMap(({ key, lists }) =>
    lists.map(({ name }) => [name.toLowerCase(), key] as const),
  );
  const odd = providers.flatMap(({ key, rejections }) =>
    rejections.flatMap(({ id, listName, listOwner }) => {
      const known = names.find(([name]) => listName?.toLowerCase().startsWith(name));
      return known && listOwner === undefined ? [`${key}/${id}: ${listName} is of ${known[1]}`] : [];
    }),
  );
  t.strictSame(odd, [], 'its listing can be looked at, and its incident is found');
});

t.test('a way with nothing to ask says by its key what is to be done', async (t) => {
  const known = [
    ...['repair', 'fix', 'stop-the-node', 'wait', 'expires', 'backscatterer-expires'],
    ...['third-party-list', 'cloudmark', 'spamhaus', 'talos', 'outlook-com-desk', 'own-tenant'],
    'address-of-recipient',
  ];
  t.strictSame(
    routes.filter(({ route }) => route.kind === 'none' && !known.includes(route.key)).map(({ at }) => at),
    [],
    'the next step goes by it',
  );
});
