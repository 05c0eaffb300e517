import t from 'tap';
import type { IncidentRow, IncidentState } from '../../src/database/tables.ts';
import { STATES } from '../../src/incidents/incidents.ts';
import { isLifted, nextState, type StateEvent } from '../../src/incidents/state.ts';
import { confirmRecovery, moveState, setState } from '../../src/incidents/state-store.ts';
import { getIncident } from '../../src/incidents/store.ts';
import { beginsRound, isRequest } from '../../src/letters/rounds.ts';
import { VERDICTS } from '../../src/providers/schema.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, type TestDesk, testDesk } from '../desk.ts';

/** The states in the order of the design, each with a letter for the table below. */
const LETTERS: Record<string, IncidentState> = {
  o: 'open',
  w: 'awaiting-provider',
  a: 'action-needed',
  m: 'mitigated',
  r: 'recovered',
  c: 'closed',
};
const FROM = Object.values(LETTERS);

/** Event → the state after it, from open, awaiting-provider, action-needed, mitigated, recovered, closed. */
const TABLE: Record<string, string> = {
  //                          o w a m r c
  'request-sent': '           w w w w w c',
  'no-answer': '              o a a m r c',
  'deliveries-proven': '      r r r r r c',
  'rejected-again': '         o w a o o o',
  acknowledged: '             w w w m r c',
  denied: '                   a a a a r c',
  mitigated: '                m m m m r c',
  'conditionally-mitigated': 'm m m m r c',
  'not-blocked': '            a a a m r c',
  'needs-information': '      a a a m r c',
  'refused-to-explain': '     a a a m r c',
  closed: '                   a a a m r c',
  other: '                    o w a m r c',
};

const eventOf = (name: string): StateEvent =>
  VERDICTS.some((verdict) => verdict === name)
    ? { kind: 'verdict', verdict: name as (typeof VERDICTS)[number] }
    : ({ kind: name } as StateEvent);
const EVENTS = Object.keys(TABLE);

t.test('every event in every state moves where the table says', async (t) => {
  t.strictSame([...STATES].sort(), [...FROM].sort(), 'all states');
  const others = ['request-sent', 'no-answer', 'deliveries-proven', 'rejected-again'];
  t.strictSame([...EVENTS].sort(), [...others, ...VERDICTS].sort(), 'all events');
  for (const [name, row] of Object.entries(TABLE)) {
    const expected = row
      .trim()
      .split(/\s+/)
      .map((letter) => LETTERS[letter]);
    t.strictSame(
      FROM.map((state) => nextState(state, eventOf(name))),
      expected,
      name,
    );
  }
});

t.test('what the design says of the moves', async (t) => {
  const into = (to: IncidentState) =>
    EVENTS.filter((name) => FROM.some((from) => from !== to && nextState(from, eventOf(name)) === to));
  t.strictSame(into('open'), ['rejected-again'], 'only a new rejection opens again');
  t.strictSame(into('awaiting-provider'), ['request-sent', 'acknowledged']);
  t.strictSame(into('mitigated'), ['mitigated', 'conditionally-mitigated'], 'only when the provider says so');
  t.strictSame(into('recovered'), ['deliveries-proven'], 'only when mail is proven to flow');
  t.strictSame(into('closed'), [], 'a person closes: no answer of a provider does');
  t.strictSame(
    FROM.filter((state) => nextState(state, { kind: 'rejected-again' }) !== state),
    ['mitigated', 'recovered', 'closed'],
    'a relapse is a rejection after mitigated or later',
  );
  t.strictSame(FROM.filter(isLifted), ['mitigated', 'recovered', 'closed']);
  t.strictSame(
    EVENTS.filter((name) => nextState('closed', eventOf(name)) !== 'closed'),
    ['rejected-again'],
    'whatever a provider writes, what is closed stays closed',
  );
  for (const state of FROM)
    for (const name of EVENTS) {
      const once = nextState(state, eventOf(name));
      t.equal(nextState(once, eventOf(name)), once, `${name} twice is ${name} once, from ${state}`);
    }
});

t.test('which letters ask, and which begin a round', async (t) => {
  const rounds = [
    'first',
    'followup-silence',
    'second-review',
    'escalation',
    'answer-info',
    'pre-emptive',
    'range',
  ];
  t.strictSame(rounds.filter(isRequest), rounds);
  t.strictSame(rounds.filter(beginsRound), ['first', 'second-review', 'escalation', 'pre-emptive', 'range']);
  for (const round of ['thanks', 'ask-cause', 'notice', 'hand-over', 'summary', '', 'First', 'constructor']) {
    t.notOk(isRequest(round), round);
    t.notOk(beginsRound(round), round);
  }
});

const AT = new Date('2025-03-10T10:00:00.000Z');
const LATER = new Date('2025-03-11T11:30:00.000Z');

async function loggedDesk(t: Parameters<typeof testDesk>[0]): Promise<TestDesk> {
  const desk = await testDesk(t);
  const { status } = await desk.api('POST', '/incidents', { report: REFUSAL });
  t.equal(status, 201);
  return desk;
}

const byHand = (
  { db }: TestDesk,
  to: IncidentState,
  more: { at?: Date; reason?: string; seen?: IncidentState } = {},
) =>
  db
    .transaction()
    .execute((trx) => setState(trx, SYSTEM, 1, { to, reason: 'seen in their portal', ...more }));

const changesOf = ({ db }: TestDesk) =>
  db
    .selectFrom('timeline_entries')
    .select(['detail', 'occurred_at', 'actor_name'])
    .where('incident_number', '=', 1)
    .where('kind', '=', 'state-changed')
    .orderBy('id')
    .execute();

const milestonesOf = ({ state, state_since, mitigated_at, recovered_at, closed_at }: IncidentRow) => ({
  state,
  state_since,
  mitigated_at,
  recovered_at,
  closed_at,
});

t.test(
  'by hand: every state from every other, with its milestones and one entry for each change',
  async (t) => {
    const desk = await loggedDesk(t);
    const pairs = FROM.flatMap((from) => FROM.filter((to) => to !== from).map((to) => [from, to] as const));
    for (const [from, to] of pairs) {
      // By way of `open` everything that was reached before is taken back.
      await byHand(desk, 'open', { at: AT });
      await byHand(desk, from, { at: AT });
      const before = await getIncident(desk.db, 1);
      const entries = (await changesOf(desk)).length;
      await byHand(desk, to, { at: LATER, reason: '  seen in their portal ' });
      const after = await getIncident(desk.db, 1);
      const lifted = isLifted(to);
      t.strictSame(
        milestonesOf(after),
        {
          state: to,
          state_since: LATER,
          mitigated_at: to === 'mitigated' ? LATER : lifted ? before.mitigated_at : null,
          recovered_at: to === 'recovered' ? LATER : to === 'closed' ? before.recovered_at : null,
          closed_at: to === 'closed' ? LATER : null,
        },
        `${from} → ${to}`,
      );
      t.equal(after.version, before.version + 1);
      t.strictSame(
        (await changesOf(desk)).slice(entries),
        [
          {
            detail: { from, to, reason: 'seen in their portal', byHand: true },
            occurred_at: LATER,
            actor_name: SYSTEM.name,
          },
        ],
        `${from} → ${to}: told once`,
      );
    }
  },
);

t.test('by hand: without a reason nothing changes', async (t) => {
  const desk = await loggedDesk(t);
  const before = await getIncident(desk.db, 1);
  for (const reason of ['', ' ', '\n\t '])
    await t.rejects(byHand(desk, 'closed', { reason }), { code: 'invalid', fields: { reason: /Say why/ } });
  await t.rejects(byHand(desk, 'closed', { seen: 'mitigated' }), {
    code: 'changed-meanwhile',
    message: 'The incident became open while you were writing.',
  });
  await byHand(desk, 'open');
  t.strictSame(await getIncident(desk.db, 1), before, 'nor where it is in that state already');
  t.strictSame(await changesOf(desk), []);
  await byHand(desk, 'closed', { seen: 'open' });
  t.match(await getIncident(desk.db, 1), { state: 'closed' });
  await t.rejects(
    desk.db.transaction().execute((trx) => setState(trx, SYSTEM, 99, { to: 'closed', reason: 'no such' })),
    { code: 'not-found' },
  );
});

t.test('by what happened: an entry says so, and an event that moves nothing writes nothing', async (t) => {
  const desk = await loggedDesk(t);
  const move = (event: StateEvent) =>
    desk.db
      .transaction()
      .execute(async (trx) =>
        moveState(trx, SYSTEM, await getIncident(trx, 1), event, { reason: 'it happened', at: AT }),
      );
  const before = await getIncident(desk.db, 1);
  t.equal(await move({ kind: 'no-answer' }), 'open');
  t.equal(await move({ kind: 'verdict', verdict: 'other' }), 'open');
  t.strictSame(await getIncident(desk.db, 1), before);
  t.equal(await move({ kind: 'request-sent' }), 'awaiting-provider');
  t.strictSame(await changesOf(desk), [
    {
      detail: { from: 'open', to: 'awaiting-provider', reason: 'it happened', byHand: false },
      occurred_at: AT,
      actor_name: SYSTEM.name,
    },
  ]);
});

t.test('recovery needs words, and a closed incident has none', async (t) => {
  const desk = await loggedDesk(t);
  const confirm = (words: string) =>
    desk.db.transaction().execute((trx) => confirmRecovery(trx, SYSTEM, 1, { words, at: LATER }));
  await t.rejects(confirm('  '), { code: 'invalid', fields: { words: /Say what you saw/ } });
  await byHand(desk, 'mitigated', { at: AT });
  await confirm('412 messages accepted since noon');
  t.match(milestonesOf(await getIncident(desk.db, 1)), {
    state: 'recovered',
    mitigated_at: AT,
    recovered_at: LATER,
    closed_at: null,
  });
  await byHand(desk, 'closed');
  await t.rejects(confirm('and more'), { code: 'incident-closed' });
  t.match(milestonesOf(await getIncident(desk.db, 1)), {
    state: 'closed',
    mitigated_at: AT,
    recovered_at: LATER,
  });
});

/** A log line of that time, of the same block. */
const refusedAt = (at: string) =>
  `${at} mx1 postfix/smtp[58]: B1B14: to=<a@outlook.com>, relay=mx.example.com[192.0.2.33]:25, delay=1.2, dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.33] said: ${REFUSAL})`;

t.test(
  'a relapse is a rejection from when the lifting should hold, not an older one that is logged late',
  async (t) => {
    const desk = await loggedDesk(t);
    const add = async (at: string) => {
      t.match(await desk.api('POST', '/incidents', { report: refusedAt(at) }), {
        status: 200,
        body: { appendedTo: 1 },
      });
      const { state, relapses, mitigated_at, recovered_at } = await getIncident(desk.db, 1);
      return { state, relapses, mitigated_at, recovered_at };
    };
    const never = { mitigated_at: null, recovered_at: null };
    t.strictSame(
      await add('2025-03-10T09:00:00+00:00'),
      { state: 'open', relapses: 0, ...never },
      'still blocked',
    );

    await byHand(desk, 'mitigated', { at: AT });
    const mitigated = { state: 'mitigated', mitigated_at: AT, recovered_at: null };
    t.strictSame(await add('2025-03-10T09:59:59+00:00'), { ...mitigated, relapses: 0 }, 'from before');
    t.strictSame(await add('2025-03-10T10:00:00+00:00'), { ...mitigated, relapses: 0 }, 'of the same second');
    t.strictSame(
      await add('2025-03-12T10:00:00+00:00'),
      { ...mitigated, relapses: 0 },
      'in the two days that they need for it, as the watched log waits',
    );
    t.strictSame(
      await add('2025-03-12T10:00:01+00:00'),
      { state: 'open', relapses: 1, ...never },
      'from after',
    );
    t.strictSame(
      await add('2025-03-12T10:00:02+00:00'),
      { state: 'open', relapses: 1, ...never },
      'counted once',
    );

    await byHand(desk, 'mitigated', { at: AT });
    await byHand(desk, 'recovered', { at: LATER });
    t.strictSame(
      await add('2025-03-10T10:30:00+00:00'),
      { state: 'recovered', relapses: 1, mitigated_at: AT, recovered_at: LATER },
      'while the mitigation spread',
    );
    t.strictSame(
      await add('2025-03-11T13:00:00+01:00'),
      { state: 'open', relapses: 2, ...never },
      'after recovery',
    );

    const kinds = await desk.db
      .selectFrom('timeline_entries')
      .select(['kind', 'detail'])
      .where('kind', '=', 'relapse-seen')
      .orderBy('id')
      .execute();
    t.strictSame(
      kinds.map((entry) => entry.detail),
      [
        { state: 'mitigated', relapses: 1 },
        { state: 'recovered', relapses: 2 },
      ],
    );
    t.match((await changesOf(desk)).at(-1), { detail: { from: 'recovered', to: 'open', byHand: false } });
  },
);

t.test(
  'a closed incident takes no rejection: the next one is a new incident that is linked to it',
  async (t) => {
    const desk = await loggedDesk(t);
    await byHand(desk, 'closed', { at: AT });
    const closed = await getIncident(desk.db, 1);
    t.match(await desk.api('POST', '/incidents', { report: refusedAt('2025-03-12T09:00:00+00:00') }), {
      status: 201,
      body: { number: 2, state: 'open', relapses: 0, links: [{ number: 1, kind: 'same-address' }] },
    });
    t.strictSame(await getIncident(desk.db, 1), closed);
    await byHand(desk, 'open', { at: LATER });
    t.match(milestonesOf(await getIncident(desk.db, 1)), {
      state: 'open',
      state_since: LATER,
      closed_at: null,
    });
  },
);
