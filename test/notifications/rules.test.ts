import fc from 'fast-check';
import t from 'tap';
import { covers } from '../../src/addresses/address.ts';
import {
  type Person,
  type Rule,
  rulesFor,
  SEVERITIES,
  type ToldEvent,
  tellOf,
  WAYS,
  WHOSE,
} from '../../src/notifications/rules.ts';
import { PERSONAL, TOPIC_KEYS, type Topic } from '../../src/notifications/topics.ts';

const ANY: Rule = {
  topics: ['answer'],
  whose: [],
  providers: [],
  networks: [],
  least: 'low',
  way: 'product',
};
const INCIDENT = {
  number: 41,
  provider: 'gmail',
  severity: 'normal' as const,
  assigneeId: 7,
  networks: ['203.0.113.7', '2001:db8::/64'],
};
const ANSWER: ToldEvent = { topics: ['answer'], actorUserId: null, concerns: [], incident: INCIDENT };
const ME: Person = { id: 7, watches: () => false };
const OTHER: Person = { id: 8, watches: () => false };
const WATCHER: Person = { id: 8, watches: (number: number) => number === 41 };

type Case = [words: string, rule: Partial<Rule>, event: Partial<ToldEvent>, person: Person, told: boolean];
const CASES: Case[] = [
  ['a rule of its topic', {}, {}, OTHER, true],
  ['a rule of another topic', { topics: ['step', 'block'] }, {}, OTHER, false],
  ['what I did myself', {}, { actorUserId: 7 }, ME, false],
  ['what somebody else did', {}, { actorUserId: 8 }, ME, true],
  ['mine', { whose: ['mine'] }, {}, ME, true],
  ['not mine', { whose: ['mine'] }, {}, OTHER, false],
  ['watched', { whose: ['watched'] }, {}, WATCHER, true],
  ['not watched', { whose: ['watched'] }, {}, OTHER, false],
  ['mine or watched', { whose: ['mine', 'watched'] }, {}, WATCHER, true],
  ['nobody’s', { whose: ['nobodys'] }, { incident: { ...INCIDENT, assigneeId: null } }, OTHER, true],
  ['somebody’s', { whose: ['nobodys'] }, {}, OTHER, false],
  ['of the provider', { providers: ['t-online', 'gmail'] }, {}, OTHER, true],
  ['of another', { providers: ['t-online'] }, {}, OTHER, false],
  ['of the address', { networks: ['203.0.113.7'] }, {}, OTHER, true],
  ['of a range that holds it', { networks: ['203.0.113.0/24'] }, {}, OTHER, true],
  ['of an address in its range', { networks: ['2001:db8::25'] }, {}, OTHER, true],
  ['of another range', { networks: ['203.0.113.8/29', '2001:db9::/32'] }, {}, OTHER, false],
  ['severe enough', { least: 'normal' }, {}, OTHER, true],
  ['not severe enough', { least: 'high' }, {}, OTHER, false],
  ['all conditions but one', { whose: ['mine'], providers: ['gmail'], least: 'critical' }, {}, ME, false],
  [
    'of no incident, whatever the conditions',
    { whose: ['mine'], least: 'critical' },
    { incident: null },
    OTHER,
    true,
  ],
  ['of no incident, and about others', {}, { incident: null, concerns: [9] }, OTHER, false],
  ['of no incident, and about me', {}, { incident: null, concerns: [8, 9] }, OTHER, true],
  [
    'a mention of me',
    { topics: ['mention'], whose: ['mine'] },
    { topics: ['mention', 'note'], concerns: [8] },
    OTHER,
    true,
  ],
  [
    'a mention of another',
    { topics: ['mention'] },
    { topics: ['mention', 'note'], concerns: [9] },
    OTHER,
    false,
  ],
  [
    'a note with a mention of another',
    { topics: ['note'] },
    { topics: ['mention', 'note'], concerns: [9] },
    OTHER,
    true,
  ],
];

t.test('a rule fits an event', async (t) => {
  for (const [words, rule, event, person, told] of CASES) {
    const answer = tellOf([{ ...ANY, ...rule }], { ...ANSWER, ...event }, person);
    t.equal(answer !== undefined, told, words);
  }
});

t.test('of several rules, the strongest way counts', async (t) => {
  const by = (...ways: Rule['way'][]) =>
    tellOf(
      ways.map((way) => ({ ...ANY, way })),
      ANSWER,
      OTHER,
    )?.way;
  t.equal(by('product', 'at-once', 'digest'), 'at-once');
  t.equal(by('digest', 'product'), 'digest');
  t.equal(by(), undefined);
});

const rules: fc.Arbitrary<Rule> = fc.record({
  topics: fc.uniqueArray(fc.constantFrom(...TOPIC_KEYS), { minLength: 1, maxLength: 4 }),
  whose: fc.uniqueArray(fc.constantFrom(...WHOSE)),
  providers: fc.uniqueArray(fc.constantFrom('gmail', 't-online', 'gmx'), { maxLength: 2 }),
  networks: fc.uniqueArray(fc.constantFrom('203.0.113.7', '203.0.113.0/24', '2001:db8::/32', '192.0.2.1'), {
    maxLength: 2,
  }),
  least: fc.constantFrom(...SEVERITIES),
  way: fc.constantFrom(...WAYS),
});
const ids = fc.constantFrom(1, 2, 3);
const events: fc.Arbitrary<ToldEvent> = fc.record({
  topics: fc.uniqueArray(fc.constantFrom(...TOPIC_KEYS), { maxLength: 3 }),
  actorUserId: fc.option(ids),
  concerns: fc.uniqueArray(ids, { maxLength: 2 }),
  incident: fc.option(
    fc.record({
      number: fc.constantFrom(41, 42),
      provider: fc.constantFrom('gmail', 'gmx'),
      severity: fc.constantFrom(...SEVERITIES),
      assigneeId: fc.option(ids),
      networks: fc.uniqueArray(fc.constantFrom('203.0.113.7', '203.0.113.9', '2001:db8::1'), {
        maxLength: 2,
      }),
    }),
  ),
});
const people = fc.record({ id: ids, watched: fc.uniqueArray(fc.constantFrom<number>(41, 42)) });

/** The same said another way: each condition as what would forbid it. */
function isForbidden(rule: Rule, topic: Topic, event: ToldEvent, id: number, watched: number[]): boolean {
  const { incident } = event;
  if (!rule.topics.includes(topic) || !event.topics.includes(topic)) return true;
  if (PERSONAL.has(topic)) return !event.concerns.includes(id);
  if (!incident) return event.concerns.length > 0 && !event.concerns.includes(id);
  const whose = [
    ...(incident.assigneeId === id ? ['mine'] : []),
    ...(watched.includes(incident.number) ? ['watched'] : []),
    ...(incident.assigneeId === null ? ['nobodys'] : []),
  ];
  return (
    SEVERITIES.indexOf(incident.severity) < SEVERITIES.indexOf(rule.least) ||
    (rule.whose.length > 0 && !rule.whose.some((one) => whose.includes(one))) ||
    (rule.providers.length > 0 && !rule.providers.includes(incident.provider)) ||
    (rule.networks.length > 0 &&
      !rule.networks.some((one) =>
        incident.networks.some((other) => covers(one, other) || covers(other, one)),
      ))
  );
}

t.test(
  'whatever the rules, who is told is who is not forbidden to be, by the strongest of the ways',
  async () => {
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 5 }), events, people, (all, event, { id, watched }) => {
        const ways = all
          .filter((rule) => event.topics.some((topic) => !isForbidden(rule, topic, event, id, watched)))
          .map(({ way }) => WAYS.indexOf(way));
        const expected = event.actorUserId === id || ways.length === 0 ? undefined : WAYS[Math.max(...ways)];
        const person = { id, watches: (number: number) => watched.includes(number) };
        const told = tellOf(all, event, person);
        if (told?.way !== expected) return false;
        // In whatever order they stand.
        return tellOf([...all].reverse(), event, person)?.way === expected;
      }),
      { numRuns: 3000 },
    );
  },
);

t.test(
  'whoever set up nothing is told what waits for them, and nothing that does not concern them',
  async (t) => {
    const way = (
      role: 'viewer' | 'operator' | 'admin',
      topics: Topic[],
      event: Partial<ToldEvent> = {},
      person = ME,
    ) => tellOf(rulesFor(role), { ...ANSWER, topics, ...event }, person)?.way ?? '';
    const critical = { incident: { ...INCIDENT, severity: 'critical' as const } };
    t.equal(way('operator', ['answer']), 'at-once', 'an answer in my incident');
    t.equal(way('operator', ['answer'], {}, OTHER), '', 'in that of another');
    t.equal(
      way('operator', ['answer'], { incident: { ...INCIDENT, assigneeId: null } }, OTHER),
      'product',
      'in nobody’s',
    );
    t.equal(way('operator', ['block'], {}, OTHER), 'product');
    t.equal(way('operator', ['block'], critical, OTHER), 'at-once');
    t.equal(way('operator', ['step']), 'digest');
    t.equal(way('operator', ['assigned', 'change'], { concerns: [7] }), 'at-once');
    t.equal(way('operator', ['change']), '');
    t.equal(way('operator', ['trouble'], { incident: null }), 'product');
    t.equal(way('admin', ['trouble'], { incident: null }), 'at-once');
    t.equal(way('viewer', ['block'], critical, OTHER), '');
    t.equal(way('viewer', ['mention', 'note'], { concerns: [7] }), 'at-once');
  },
);
