import { sql } from 'kysely';
import t from 'tap';
import { PROFILE, REFUSAL, type TestDesk, testDesk } from '../desk.ts';

/** Calls that answer with a thing as it is then, and what changes that thing before they are repeated. */

const TEMPLATE = '/letter-templates/outlook-com/first/en';
const TEXT = {
  title: 'As we write',
  when: 'A block that nothing was asked about yet.',
  subject: 'Our mail from {{address}}',
  body: 'Please lift the block of {{every addresses}}.\n',
};
const until = new Date(Date.now() + 86_400_000).toISOString();

const KEY = { 'idempotency-key': 'one' };

type Call = {
  path: string;
  body: object;
  /** What there has to be before. */
  before?: (desk: TestDesk) => Promise<unknown>;
  meanwhile: (desk: TestDesk) => Promise<unknown>;
  /** What releases kept that answered with what held when they were asked again. */
  keptOnce: unknown;
};

const log = ({ api }: TestDesk) => api('POST', '/incidents', { report: REFUSAL });
const write = ({ api }: TestDesk, title = TEXT.title) => api('PUT', TEMPLATE, { ...TEXT, title });
const dismiss = ({ api }: TestDesk, step: string) =>
  api('POST', '/incidents/1/next-step/dismiss', { step, reason: 'done' });
const otherCause = ({ api }: TestDesk) =>
  api('POST', '/incidents/1/cause', {
    class: 'compromised-account',
    found: 'A stolen password',
    fixed: 'It was changed',
  });

const CALLS: Call[] = [
  {
    path: '/incidents',
    body: { report: REFUSAL },
    meanwhile: ({ api }) => api('PATCH', '/incidents/1', { title: 'Another title' }),
    keptOnce: { logged: [1], appendedTo: [] },
  },
  {
    path: '/incidents/1/next-step/snooze',
    body: { step: 'enrol-and-write', until },
    before: log,
    meanwhile: (desk) => dismiss(desk, 'enrol-and-write'),
    keptOnce: null,
  },
  {
    path: '/incidents/1/next-step/dismiss',
    body: { step: 'enrol-and-write', reason: 'the hoster writes' },
    before: log,
    meanwhile: ({ api }) => api('POST', '/incidents/1/next-step/resume', { step: 'enrol-and-write' }),
    keptOnce: null,
  },
  {
    path: '/incidents/1/next-step/resume',
    body: { step: 'enrol-and-write' },
    before: async (desk) => {
      await log(desk);
      await dismiss(desk, 'enrol-and-write');
    },
    meanwhile: (desk) => dismiss(desk, 'enrol-and-write'),
    keptOnce: null,
  },
  {
    path: '/incidents/1/cause',
    body: { class: 'compromised-account', found: 'A stolen password' },
    before: log,
    meanwhile: async (desk) => {
      await otherCause(desk);
      await dismiss(desk, (await desk.api('GET', '/incidents/1')).body.nextAction.step);
    },
    keptOnce: null,
  },
  {
    path: `${TEMPLATE}/built-in`,
    body: {},
    before: write,
    meanwhile: (desk) => write(desk, 'Written anew'),
    keptOnce: 2,
  },
  {
    path: `${TEMPLATE}/trials`,
    body: { a: 0, b: 1 },
    before: write,
    meanwhile: ({ api }) => api('PATCH', `${TEMPLATE}/trials/1`, { state: 'ended' }),
    keptOnce: 1,
  },
  {
    path: '/incidents/1/letters',
    body: {},
    before: log,
    meanwhile: ({ api }) => api('PATCH', '/letters/1', { subject: 'Another subject' }),
    keptOnce: 1,
  },
];

for (const { path, body, before, meanwhile, keptOnce } of CALLS)
  t.test(`POST ${path}: repeated, it answers as it did`, async (t) => {
    const desk = await testDesk(t);
    await desk.api('PUT', '/profile', PROFILE);
    await before?.(desk);
    const call = async () => {
      const { status, body: answer, headers } = await desk.api('POST', path, body, KEY);
      return { status, body: answer, location: headers.location };
    };
    const first = await call();
    t.ok(first.status < 300, JSON.stringify(first.body));
    await meanwhile(desk);
    t.strictSame(await call(), first);
    await sql`update idempotency_keys set answer = ${JSON.stringify(keptOnce)}::jsonb`.execute(desk.db);
    const kept = await call();
    t.equal(kept.status, first.status, 'a key of an earlier release is answered, too');
    t.strictSame(Object.keys(kept.body), Object.keys(first.body));
    t.notSame(kept.body, first.body, 'with what holds now, since no more is known');
  });
