import t from 'tap';
import { append } from '../../src/timeline/store.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { REFUSAL, signedIn, type TestDesk, testDesk } from '../desk.ts';

const DAY = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY);
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** An incident of long ago, told by its timeline: begun 30 days ago, lifted 20, back 10, lifted 5 days ago. */
async function story(desk: TestDesk): Promise<void> {
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.db
    .updateTable('incidents')
    .set({
      first_rejection_at: ago(30),
      opened_at: ago(30),
      mitigated_at: ago(5),
      state: 'mitigated',
      relapses: 1,
    })
    .execute();
  const moves = [
    ['open', 'mitigated', 20],
    ['mitigated', 'open', 10],
    ['open', 'mitigated', 5],
  ] as const;
  await desk.db.transaction().execute(async (trx) => {
    for (const [from, to, days] of moves)
      await append(trx, {
        incident: 1,
        kind: 'state-changed',
        actor: SYSTEM,
        occurredAt: ago(days),
        detail: { from, to, reason: '', byHand: false },
      });
    await append(trx, {
      incident: 1,
      kind: 'relapse-seen',
      actor: SYSTEM,
      occurredAt: ago(10),
      detail: { state: 'open', relapses: 1 },
    });
  });
  const seen = (from: number, until: number | null, outcome: 'good' | 'bad') => ({
    kind: 'public-lists',
    address: '203.0.113.7',
    domain: null,
    outcome,
    summary: outcome === 'bad' ? 'in 1 of 33 lists' : 'on none of 33 lists',
    facts: JSON.stringify([{ key: 'zen', label: 'Spamhaus ZEN', outcome, words: 'x' }]),
    claims: '[]',
    raw: '{}',
    content_hash: Buffer.from(String(from)),
    first_seen_at: ago(from),
    last_seen_at: ago((until ?? 0) + 1),
    superseded_at: until === null ? null : ago(until),
  });
  await desk.db
    .insertInto('snapshots')
    .values([seen(28, 15, 'bad'), seen(15, null, 'good')] as never)
    .execute();
}

const then = async (desk: TestDesk, path: string, days: number) =>
  (await desk.api('GET', `${path}?asOf=${dayOf(ago(days))}&zone=UTC`)).body as never as {
    blocked: { number: number }[];
    history: {
      number: number;
      state: string;
      knownState: string | null;
      relapses: number;
      blockedSeconds: number;
    }[];
    evidence: { kind: string; outcome: string; listed: string[] }[];
  };

t.test('an address and a provider as of a day: what was so, and what was known', async (t) => {
  const desk = await testDesk(t);
  await story(desk);
  for (const path of ['/addresses/203.0.113.7', '/addresses/203.0.113.0/24', '/providers/outlook-com']) {
    if (path.endsWith('/24'))
      await desk.db.insertInto('addresses').values({ network: '203.0.113.0/24' }).execute();
    const early = await then(desk, path, 25);
    t.match(early.history, [{ number: 1, state: 'open', relapses: 0, knownState: null }], path);
    t.match(early.blocked, [{ number: 1 }]);
    const lifted = await then(desk, path, 14);
    t.match(lifted.history, [{ state: 'mitigated', relapses: 0 }]);
    t.strictSame(lifted.blocked, [], 'lifted then, though it came back');
    t.ok(Math.abs((lifted.history[0]?.blockedSeconds ?? 0) - 10 * 86_400) < 5);
    t.match((await then(desk, path, 8)).history, [{ state: 'open', relapses: 1 }]);
    t.strictSame((await then(desk, path, 40)).history, []);
  }
  t.match((await then(desk, '/addresses/203.0.113.7', 20)).evidence, [
    { kind: 'public-lists', outcome: 'bad', listed: ['Spamhaus ZEN'] },
  ]);
  t.match((await then(desk, '/addresses/203.0.113.7', 10)).evidence, [{ outcome: 'good', listed: [] }]);
  t.strictSame((await then(desk, '/addresses/203.0.113.7', 29)).evidence, [], 'nobody had looked');
});

t.test('the page of the past says that it is, and leads back; a day to come is refused', async (t) => {
  const desk = await testDesk(t);
  await story(desk);
  const browser = await signedIn(desk, 'viewer');
  for (const path of ['/addresses/203.0.113.7', '/providers/outlook-com']) {
    const past = await browser.get(`${path}?asOf=${dayOf(ago(25))}`);
    t.equal(past.statusCode, 200);
    t.match(past.body, /This is the past/);
    t.match(past.body, `<a href="${path}">Back to the present</a>`);
    t.match(past.body, /known then as: not logged yet/);
    t.equal((await browser.get(`${path}?asOf=2199-01-01`)).statusCode, 422);
    t.equal((await browser.get(`${path}?asOf=yesterday`)).statusCode, 422);
    const cursor = Buffer.from(JSON.stringify(['as-of', '2020-01-01', 5])).toString('base64url');
    t.equal((await browser.get(`${path}?asOf=${dayOf(ago(25))}&cursor=${cursor}`)).statusCode, 400);
    const now = await browser.get(path);
    t.match(now.body, /How long it takes here/);
    t.notMatch(now.body, /too few to divide|read with care/, 'one value says more than its quarters');
  }
  const address = await browser.get('/addresses/203.0.113.7?list=listings');
  t.match(address.body, /Spamhaus ZEN/);
  t.match(address.body, /id="h-years"/);
  t.match(
    (await browser.get('/addresses/203.0.113.7?list=letters')).body,
    /No letter that asks for something/,
  );
});
