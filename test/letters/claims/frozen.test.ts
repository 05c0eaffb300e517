import { sql } from 'kysely';
import t from 'tap';
import type { Found } from '../../../src/evidence/kind.ts';
import { keepSnapshot } from '../../../src/evidence/snapshots.ts';
import { PROFILE, REFUSAL, signedIn, type TestDesk, testDesk } from '../../desk.ts';

const IP = '203.0.113.7';
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE);

type Basis = { about: string; words: string; link: string; snapshot?: { id: number; sha256: string } };
type ClaimJson = { key: string; status: string; words: string | null; basis: Basis[] } & Record<
  string,
  unknown
>;

const names = (result: 'supports' | 'contradicts', words: string): Found => ({
  outcome: result === 'supports' ? 'good' : 'bad',
  summary: words,
  facts: [],
  claims: [
    {
      claim: 'fcrdns-ok',
      result,
      words,
      ...(result === 'supports'
        ? { phrase: { key: 'fcrdns', values: { address: IP, name: 'mx.example.com' } } }
        : {}),
    },
  ],
  raw: {},
});

const look = ({ db }: TestDesk, address: string, found: Found, at: Date) =>
  db.transaction().execute((trx) => keepSnapshot(trx, 'names', { address }, found, at));

/** An incident with one address, refused a minute ago, and a drafted letter. */
async function drafted(desk: TestDesk, language = 'en') {
  const { api } = desk;
  await api('PUT', '/profile', PROFILE);
  await api('POST', '/incidents', { report: `${ago(1).toISOString()} ${REFUSAL}` });
  const letter = await api('POST', '/incidents/1/letters', { template: 'mailbox-provider/first', language });
  return letter.body as { id: number; body: string; claims: ClaimJson[]; checks: string[] };
}
const claimIn = (letter: { claims: ClaimJson[] }, key: string) =>
  letter.claims.find((claim) => claim.key === key);

t.test('a sent letter keeps its claims with what they rested on, whatever is found later', async (t) => {
  const desk = await testDesk(t);
  const { api, db } = desk;
  await look(desk, IP, names('supports', `${IP} has the name mx.example.com`), ago(5));
  const letter = await drafted(desk, 'de');
  t.match(letter.body, `${IP} zeigt auf mx.example.com und dieser Name zurück auf die Adresse`);
  t.match(claimIn(letter, 'fcrdns-ok'), {
    status: 'supported',
    source: 'checked by Delist Desk: Reverse DNS and HELO',
    link: `/evidence/${IP}`,
    fails: [],
  });
  const sent = await api('POST', `/letters/${letter.id}/send`, { channel: 'form' });
  t.equal(sent.status, 200);
  const before = claimIn(sent.body, 'fcrdns-ok');
  const [row] = (
    await sql<{ id: number; hash: string }>`
    select id, encode(content_hash, 'hex') as hash from snapshots where kind = 'names'`.execute(db)
  ).rows;
  t.match(before?.basis, [{ about: IP, snapshot: { id: row?.id, kind: 'names', sha256: row?.hash } }]);

  await look(desk, IP, names('contradicts', 'no reverse name'), ago(0));
  await api('PUT', '/profile', { ...PROFILE, jmrpSince: '2018-05-01' });
  const after = await api('GET', `/letters/${letter.id}`);
  t.strictSame(claimIn(after.body, 'fcrdns-ok'), before);
  t.strictSame(after.body.checks, []);

  const browser = await signedIn(desk, 'viewer');
  const page = (await browser.get(`/incidents/1/letters/${letter.id}`)).body;
  t.match(page, `href="/snapshots/${row?.id}"`, 'leads to what was seen then');
  t.equal((await browser.get(`/snapshots/${row?.id}`)).statusCode, 200, 'also when it was superseded');
  t.notMatch(page, /formaction="[^"]*checking"/);
  await t.rejects(
    db
      .insertInto('letter_overrides')
      .values({
        letter_id: letter.id,
        kind: 'claim',
        key: 'spf-pass',
        about: 'SPF passes',
        reason: 'late',
        by_name: 'x',
      })
      .execute(),
    { code: 'DD002' },
  );
});

t.test('what was counted is kept as it was counted', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: `${ago(1).toISOString()} ${REFUSAL}` });
  await sql`
    insert into observed_hours (address_id, provider, hour, outcome, count)
    select a.id, p.provider, date_trunc('hour', now()) - interval '1 hour', 'accepted', 1000
    from addresses a, (values ('gmail'), ('yahoo'), ('gmx')) as p (provider)`.execute(desk.db);
  await sql`
    insert into observed_hours (address_id, provider, hour, outcome, count)
    select a.id, 'outlook-com', date_trunc('day', now()) - n * interval '1 day', 'accepted', 1000 + n
    from addresses a, generate_series(1, 29) n`.execute(desk.db);
  const letter = await desk.api('POST', '/incidents/1/letters', { template: 'outlook-com/second-review' });
  t.match(claimIn(letter.body, 'volume-steady'), {
    status: 'supported',
    words: 'a median of 1,014 messages a day over 28 days, at most 1,028',
    link: `/addresses/${IP}#h-del`,
    basis: [{ facts: { days: [{ accepted: 1029, refused: 0 }] } }],
  });
  t.match(claimIn(letter.body, 'deliveries-elsewhere-fine'), {
    status: 'supported',
    words: '100% of 3,000 messages accepted by Gmail, GMX and Yahoo in 24 hours',
  });
  t.match(claimIn(letter.body, 'ip-controlled'), { status: 'supported' });
});

t.test(
  'an advantage that does not hold keeps no letter from being sent, unless the text states it',
  async (t) => {
    const desk = await testDesk(t);
    const letter = await drafted(desk);
    const evidence = (result: string, words: string) =>
      desk.api('POST', '/incidents/1/evidence', {
        claim: 'deliveries-elsewhere-fine',
        result,
        words,
        source: 'our log',
        observedAt: new Date().toISOString(),
      });
    const second = await (async () => {
      await evidence('supports', '99% of 400');
      return desk.api('POST', '/incidents/1/letters', { template: 'mailbox-provider/first', language: 'en' });
    })();
    t.match(second.body.body, '99% of 400');
    await evidence('contradicts', 'Gmail takes nothing');
    const stated = await desk.api('POST', `/letters/${second.body.id}/send`, { channel: 'form' });
    t.match(stated, { status: 422, body: { type: /claim-contradicted/ } });
    const unstated = await desk.api('POST', `/letters/${letter.id}/send`, { channel: 'form' });
    t.equal(unstated.status, 200);
  },
);

t.test('one button has looked at what the claims lack, once, and keeps what was typed', async (t) => {
  const desk = await testDesk(t);
  const letter = await drafted(desk);
  await desk.db.updateTable('checks').set({ finished_at: new Date() }).execute();
  t.ok(letter.checks.includes('names') && letter.checks.includes('public-lists'));
  const browser = await signedIn(desk);
  const here = `/incidents/1/letters/${letter.id}`;
  const page = (await browser.get(here)).body;
  t.match(page, `formaction="${here}/checking"`);
  const version = /name="version" value="(\d+)"/.exec(page)?.[1] ?? '';
  const form = { subject: 'About 203.0.113.7', body: 'Typed meanwhile.', version };
  const key = /name="_key" value="([^"]+)"/.exec(page)?.[1];
  const asked = await browser.post(`${here}/checking`, { ...form, ...(key ? { _key: key } : {}) });
  t.equal(asked.statusCode, 303);
  const checks = () => desk.db.selectFrom('checks').selectAll().where('finished_at', 'is', null).execute();
  t.match(await checks(), [{ incident_number: 1, networks: [`${IP}/32`] }]);
  t.strictSame((await checks())[0]?.kinds?.toSorted(), letter.checks.toSorted());
  const waiting = (await browser.get(here)).body;
  t.match(waiting, 'Typed meanwhile.');
  t.match(waiting, `data-refresh="${here}/claims"`);
  t.match((await browser.get(`${here}/claims`)).body, /^\s*<section[^>]* id="claims"/);
  const again = /name="version" value="(\d+)"/.exec(waiting)?.[1] ?? '';
  await browser.post(`${here}/checking`, { ...form, version: again });
  t.equal((await checks()).length, 1, 'while one is at work, no second one begins');
  const viewer = await signedIn(desk, 'viewer');
  await viewer.get(here);
  t.equal((await viewer.post(`${here}/checking`, form)).statusCode, 403);
});
