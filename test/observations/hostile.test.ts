import t from 'tap';
import { PROFILE, signedIn, type TestDesk, testDesk } from '../desk.ts';
import { accepted, minute, refused, sampleLine, send } from './batches.fixture.ts';

/** What a log holds was written by others: receivers choose their replies, senders their recipients. */

const at = (n: number) => minute(new Date(Date.now() - 2 * 3_600_000), n);
const MARKUP = '<script>alert(1)</script><img src=x onerror=alert(2)>{{constructor}}';

const counted = async ({ db }: TestDesk) =>
  (
    await db
      .selectFrom('observed_minutes')
      .select((eb) => eb.fn.sum<number>('count').as('n'))
      .execute()
  )[0]?.n;

t.test(
  'stored-xss: markup in replies, domains and ways out is text on every page and in the letter',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('PUT', '/profile', PROFILE);
    const reply = `550 5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. part of their network is on our block list (S3150). ${MARKUP}`;
    const hostile = refused(at(0), 20, {
      samples: [sampleLine(at(0), reply)],
      domains: [{ domain: MARKUP, count: 20 }],
    });
    const nameless = accepted(at(0), 3, { address: null, via: MARKUP });
    t.strictSame((await send(desk, [hostile, nameless])).body.opened, [1]);
    const browser = await signedIn(desk);
    const letter = '/incidents/1/letters/1';
    for (const page of [
      '/',
      '/incidents',
      '/incidents/1',
      letter,
      '/addresses/203.0.113.7',
      '/settings/watching',
    ]) {
      const { statusCode, body } = await browser.get(page);
      t.equal(statusCode, 200, page);
      t.notMatch(body, /<script>alert|<img src=x/, page);
    }
    t.match((await browser.get('/incidents/1')).body, /&lt;script&gt;alert/, 'it is shown as text');
    t.match((await browser.get(letter)).body, /\{\{constructor\}\}/, 'and is no template of ours');
  },
);

t.test('sql-and-nul: quotes, NULs and names of objects’ own properties in a batch are text', async (t) => {
  const desk = await testDesk(t);
  const odd = ["'; drop table incidents; --", '\u0000', 'a\u0000b', '__proto__', '\ud800', '\u202e', '%s\\'];
  for (const [n, text] of odd.entries()) {
    const row = refused(at(n), 3, {
      via: `mx ${text}`,
      address: null,
      provider: text.slice(0, 60),
      blockCode: text,
      rule: text,
      domains: [{ domain: text, count: 3 }],
      samples: [`550 5.7.1 ${text}`],
    });
    const answer = await send(desk, [row, { ...row, address: '203.0.113.7' }]);
    t.equal(answer.status, 200, JSON.stringify([text, answer.body]));
    const repeated = await send(desk, [row], `odd-${n}`);
    t.equal(repeated.status, 200, JSON.stringify(text));
  }
  t.equal(Number(await counted(desk)), odd.length * 3);
  const source = 'mx \u0000\ud800';
  const named = { source, observations: [accepted(at(0), 1)] };
  t.equal((await desk.api('POST', '/observations', named, { 'idempotency-key': 'k' })).status, 200);
  const browser = await signedIn(desk);
  t.equal((await browser.get('/settings/watching')).statusCode, 200);
  t.equal((await browser.get('/addresses/203.0.113.7')).statusCode, 200);
});

t.test('hostile-address: what is no single public address of ours is counted to no address', async (t) => {
  const desk = await testDesk(t);
  const none = [
    '0.0.0.0/0',
    '127.0.0.1',
    '10.0.0.1',
    '::1',
    '999.1.1.1',
    '203.0.113.7 or 1=1',
    '0xcb007107',
    '',
  ];
  const rows = none.map((address) => refused(at(0), 20, { address, samples: [] }));
  t.match((await send(desk, rows)).body, { counted: 160, opened: [] });
  t.equal((await desk.api('GET', '/addresses')).body.items.length, 0);
});

t.test('too-large: a batch beyond the limit is refused as such, and the desk goes on', async (t) => {
  const desk = await testDesk(t);
  const rows = Array.from({ length: 2000 }, () =>
    refused(at(0), 1, { samples: Array.from({ length: 3 }, () => 'x'.repeat(4000)) }),
  );
  const answer = await send(desk, rows);
  t.match(answer, { status: 413, body: { title: /large/i } });
  t.equal((await send(desk, [accepted(at(0), 1)])).status, 200);
});

t.test('odd-content-type: under whatever name it comes, a batch is checked or not taken in', async (t) => {
  const desk = await testDesk(t);
  const row = { ...accepted(at(0), 1), admin: true };
  const body = JSON.stringify({ source: 's', observations: [row] });
  const types = [
    'text/plain',
    'multipart/form-data',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/json\t; charset=utf-8',
    'Application/JSON',
    'application/json; a=b; a=c',
  ];
  for (const [n, type] of types.entries()) {
    const headers = { 'content-type': type, 'idempotency-key': `type-${n}` };
    const { status } = await desk.api('POST', '/observations', body, headers);
    t.ok([400, 415, 422].includes(status), `${status} for ${type}`);
  }
  t.notOk(await counted(desk));
});

t.test('read-only: a token that may only look counts nothing', async (t) => {
  const desk = await testDesk(t);
  const { createToken } = await import('../../src/accounts/token-store.ts');
  const token = { name: 'looks', scope: 'read' as const, createdBy: null, expiresAt: null };
  const { secret } = await createToken(desk.db, token);
  const answer = await desk.api(
    'POST',
    '/observations',
    { source: 's', observations: [accepted(at(0), 1)] },
    { authorization: `Bearer ${secret}`, 'idempotency-key': 'k' },
  );
  t.equal(answer.status, 403);
  t.notOk(await counted(desk));
});
