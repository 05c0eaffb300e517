import { sql } from 'kysely';
import t from 'tap';
import { PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

/** What somebody sends whose page of #1 is open while somebody else ends it. */
const FORMS: [url: string, fields: Record<string, string>][] = [
  ['/incidents/1/notes', { text: 'Called them.' }],
  ['/incidents/1/tickets', { reference: 'SRX1700000009ID', channel: 'form' }],
  [
    '/incidents/1/messages',
    { direction: 'in', from: 'a@example.com', subject: 'Re', channel: 'email', text: 'It was removed.' },
  ],
  ['/incidents/1/letters', { template: 'outlook-com/first', language: 'en' }],
  [
    '/incidents/1/evidence',
    { claim: 'list-cleaned', result: 'supports', words: 'took it out', source: 'us' },
  ],
  ['/incidents/1/cause', { class: 'list-quality', found: 'an old list', fixed: 'took it out' }],
  ['/incidents/1/next-step/snooze', { step: 'STEP', until: 'UNTIL' }],
  ['/incidents/1/next-step/dismiss', { step: 'STEP', reason: 'not now' }],
  ['/incidents/1/state', { to: 'mitigated', reason: 'they said so', seen: 'open' }],
  ['/incidents/1/state', { to: 'closed', reason: 'over', seen: 'open' }],
  ['/incidents/1/recovery', { words: 'mail flows' }],
  ['/incidents/1/checks', {}],
  ['/incidents/1/tags', { add: 'later' }],
  ['/incidents/1/watching', { watch: 'yes' }],
  ['/incidents/1/links', { kind: 'related', number: '2' }],
  ['/incidents/1/shares', { parts: 'timeline', days: '7' }],
  ['/log', { report: REFUSAL, to: '1' }],
];
const CALLS: [method: 'POST' | 'PATCH', path: string, body: object][] = [
  ['POST', '/incidents/1/notes', { text: 'Called them.' }],
  ['POST', '/incidents/1/tickets', { reference: 'SRX1700000009ID', channel: 'form' }],
  ['POST', '/incidents/1/messages', { direction: 'in', from: 'a@example.com', body: 'It was removed.' }],
  ['POST', '/incidents/1/letters', { template: 'outlook-com/first' }],
  ['PATCH', '/letters/1', { body: 'Other text' }],
  ['POST', '/letters/1/send', { channel: 'form' }],
  ['POST', '/incidents/1/evidence', { kinds: ['names'] }],
  ['POST', '/incidents/1/cause', { class: 'not-found', found: 'logs of a week' }],
  [
    'POST',
    '/incidents/1/next-step/snooze',
    { step: 'first-request', until: new Date(Date.now() + 86_400_000).toISOString() },
  ],
  ['PATCH', '/incidents/1', { state: 'mitigated', reason: 'they said so' }],
  ['PATCH', '/incidents/1', { title: 'Another title' }],
  ['POST', '/incidents/1/links', { number: 2, kind: 'related' }],
];

const ENDS: Record<string, (desk: TestDesk) => Promise<unknown>> = {
  closed: ({ api }) => api('PATCH', '/incidents/1', { state: 'closed', reason: 'Over.' }),
  merged: ({ api }) => api('POST', '/incidents/1/merge', { into: 2 }),
};

/** All that is written with an incident. */
const WRITTEN = [
  'timeline_entries',
  'messages',
  'letters',
  'tickets',
  'reports',
  'evidence',
  'incident_causes',
  'incident_tags',
  'incident_links',
  'incident_merges',
  'step_answers',
  'rejections',
  'checks',
  'event_outbox',
];
async function written({ db }: TestDesk): Promise<string> {
  const counts = await Promise.all(
    WRITTEN.map((table) =>
      sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(db),
    ),
  );
  const { rows } = await sql<{
    is: string;
  }>`select json_agg(i order by number)::text as is from incidents i`.execute(db);
  return [...counts.map(({ rows: [one] }, index) => `${WRITTEN[index]} ${one?.n}`), rows[0]?.is].join('\n');
}

for (const [name, end] of Object.entries(ENDS))
  t.test(
    `what is sent to an incident that was ${name} meanwhile is answered in words, and nothing is half done`,
    async (t) => {
      const desk = await testDesk(t);
      await desk.api('PUT', '/profile', PROFILE);
      await desk.api('POST', '/incidents', { report: REFUSAL });
      await desk.api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', '203.0.113.8') });
      const { body } = await desk.api('POST', '/incidents/1/letters', { template: 'outlook-com/first' });
      t.equal(body.id, 1);
      const { step } = (await desk.api('GET', '/incidents/1')).body.nextAction;
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
      const operator = await signedIn(desk);
      await end(desk);
      for (const [url, fields] of FORMS) {
        const before = await written(desk);
        const given = Object.fromEntries(
          Object.entries(fields).map(([key, value]) => [
            key,
            { STEP: step, UNTIL: tomorrow }[value] ?? value,
          ]),
        );
        const answer = await operator.post(url, given);
        const what = `${url} ${JSON.stringify(fields)}: ${answer.statusCode}`;
        t.ok(answer.statusCode < 500, what);
        if (answer.statusCode >= 400) t.equal(await written(desk), before, what);
      }
      for (const [method, path, sent] of CALLS) {
        const before = await written(desk);
        const answer = await desk.api(method, path, sent);
        const what = `${method} ${path} ${JSON.stringify(sent)}: ${answer.status} ${answer.body.detail ?? ''}`;
        t.ok(answer.status < 500, what);
        if (answer.status < 400) continue;
        t.ok(answer.body.detail, what);
        t.equal(await written(desk), before, what);
      }
    },
  );
