import fc from 'fast-check';
import { sql } from 'kysely';
import t from 'tap';
import type { IncidentRow } from '../../src/database/tables.ts';
import { blockedSince, blockedUntil, durations } from '../../src/incidents/incidents.ts';
import { stepOf } from '../../src/outcomes/steps.ts';
import { REFUSAL, type TestDesk, testDesk } from '../desk.ts';

const stepped = (ms: number | null) => (ms === null ? null : stepOf(ms));

/** What reports count of an incident, worked out from its row alone. */
function counted(row: IncidentRow) {
  const times = durations(row, new Date(0));
  const until = blockedUntil(row);
  return {
    number: row.number,
    provider: row.provider,
    reason: row.reason,
    severity: row.severity,
    assignee_id: row.assignee_id,
    round: row.round,
    relapses: row.relapses,
    is_closed: row.state === 'closed',
    since: blockedSince(row),
    until: until === null ? 'infinity' : new Date(Math.max(+until, +blockedSince(row))).toISOString(),
    requested_at: row.first_request_at,
    request_step: stepped(times.toFirstRequest),
    answer_step: stepped(times.toFirstAnswer),
    mitigation_step: stepped(times.toMitigation),
  };
}

async function kept({ db }: TestDesk) {
  const rows = await db.selectFrom('incident_times').selectAll().orderBy('number').execute();
  return rows.map((row) => ({
    ...row,
    until: row.until instanceof Date ? row.until.toISOString() : 'infinity',
  }));
}

async function recount({ db }: TestDesk) {
  return (await db.selectFrom('incidents').selectAll().orderBy('number').execute()).map(counted);
}

t.test('what reports count is kept with whatever changes an incident', async (t) => {
  const desk = await testDesk(t);
  const act = fc.oneof(
    fc.constantFrom(
      ...['open', 'awaiting-provider', 'action-needed', 'mitigated', 'recovered', 'closed'].map(
        (state) => () => desk.api('PATCH', '/incidents/1', { state, reason: 'for the test' }),
      ),
    ),
    fc
      .constantFrom('low', 'critical')
      .map((severity) => () => desk.api('PATCH', '/incidents/1', { severity })),
    fc
      .constantFrom(
        'does not qualify for mitigation.',
        'We have implemented mitigation for your IP 203.0.113.7.',
      )
      .map(
        (words) => () =>
          desk.api('POST', '/incidents/1/messages', { direction: 'in', body: `${words} ${Math.random()}` }),
      ),
    fc.constant(() =>
      desk.api('POST', '/incidents/1/messages', {
        direction: 'out',
        body: `Please lift it. ${Math.random()}`,
      }),
    ),
    fc.constant(() => desk.api('POST', '/incidents', { report: `${REFUSAL} ${Math.random()}` })),
  );
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 6 }), async (acts) => {
      for (const one of acts) await one();
      t.strictSame(await kept(desk), await recount(desk));
    }),
    { numRuns: 12 },
  );
  const [first] = await kept(desk);
  t.ok(first, 'there is something to compare');
});

t.test('the database steps durations as the rest does', async (t) => {
  const desk = await testDesk(t);
  const seconds = [0, 1, 59, 60, 61, 3600, 86_400, 40 * 86_400, 1200 * 86_400, 4000 * 86_400];
  for (let more = 61; more < 2e8; more *= 1.31) seconds.push(Math.round(more));
  const { rows } = await sql<{ step: number }>`
    select duration_step(s) as step from unnest(${seconds}::float8[]) with ordinality as of(s, place) order by place`.execute(
    desk.db,
  );
  t.strictSame(
    rows.map(({ step }) => step),
    seconds.map((one) => stepOf(one * 1000)),
  );
  const { rows: none } = await sql<{ step: number | null }>`select duration_step(null) as step`.execute(
    desk.db,
  );
  t.equal(none[0]?.step, null, 'what is not known has no step');
});
