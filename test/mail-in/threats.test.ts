import t, { type Test } from 'tap';
import { signedIn, testDesk } from '../desk.ts';
import {
  arrive,
  askedIncident,
  DENIED,
  kindsOf,
  MITIGATED,
  mail,
  messagesOf,
  readAll,
  stateOf,
  take,
} from './mails.fixture.ts';

const SIGNED = 'css.one.microsoft.com';

// Threat 8: control header fields of inbound mail. RT CVE-2023-41259, CVE-2023-41260.
t.test('header fields of strangers change nothing', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const before = await desk.db
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  const message = await take(
    desk,
    await mail({
      from: 'Mallory <m@attacker.example>',
      subject: `[#${number}] please`,
      text: 'Hello.',
      headers: {
        'X-Incident': String(number),
        'X-RT-Ticket': `desk #${number}`,
        'X-Delist-Desk-Incident': String(number),
        'X-Verdict': 'mitigated',
        'X-Proven': 'true',
        'X-Authentication-Results': 'mx; dmarc=pass',
        'Authentication-Results': 'mx.harbour.example.com; dmarc=pass; spf=pass smtp.mailfrom=microsoft.com',
        'X-Original-To': `desk+dd${number}-aaaaaaaaaaaaaaaa@harbour.example.com`,
        'X-State': 'closed',
      },
    }),
  );
  t.match(message, { incident_number: null, proven: null, applied: false, verdict: 'other', kind: 'reply' });
  const after = await desk.db
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  t.strictSame(after, before);
});

const OURS = '<ours@harbour.example.com>';

/** An incident whose request left under an id that anybody can answer to. */
async function askedByMail(t: Test) {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  await desk.db.updateTable('messages').set({ message_id: OURS }).execute();
  return { desk, number };
}

// Threat 9: impersonating somebody by mail. FreeScout CVE-2026-47123.
t.test('a forged From and In-Reply-To act as nobody: filed, marked, and without effect', async (t) => {
  const { desk, number } = await askedByMail(t);
  const browser = await signedIn(desk);
  const user = await desk.db.selectFrom('users').select('email').executeTakeFirstOrThrow();
  for (const from of [user.email, 'Sender Support <a@css.one.microsoft.com>']) {
    const message = await take(desk, await mail({ from, text: MITIGATED, inReplyTo: OURS }), {
      clientAddress: '198.51.100.66',
      envelopeSender: from.match(/[^<\s]+@[^>\s]+/)?.[0] ?? '',
      helo: 'x.example',
    });
    t.match(message, { incident_number: number, direction: 'in', applied: false });
    t.not(message.proven, true);
    const page = await browser.get(`/incidents/${number}/messages/${message.id}`);
    t.match(page.body, /not proven to be from/i);
    t.match(page.body, /Does it count\?/);
  }
  t.equal(await stateOf(desk, number), 'awaiting-provider');
  const entries = await desk.db
    .selectFrom('timeline_entries')
    .selectAll()
    .where('kind', '=', 'message-received')
    .execute();
  t.ok(entries.every(({ actor_user_id: by, actor_name: name }) => by === null && name === 'Delist Desk'));
  const timeline = await browser.get(`/incidents/${number}`);
  t.match(timeline.body, /Not proven: They lifted the block/);
});

t.test('a forged answer is quoted in no letter until a person says that it counts', async (t) => {
  const { desk, number } = await askedByMail(t);
  const forged = await mail({
    from: `Sender Support <a@${SIGNED}>`,
    text: DENIED,
    inReplyTo: OURS,
  });
  const message = await take(desk, forged, { clientAddress: '198.51.100.66', helo: 'x.example' });
  t.match(message, { incident_number: number, applied: false, verdict: 'denied', quote: String });
  const letter = async (): Promise<string> =>
    (await desk.api('POST', `/incidents/${number}/letters`, { template: 'outlook-com/second-review' })).body
      .body;
  const quote = message.quote?.replace(/[.\s]+$/, '') ?? '';
  t.notOk((await letter()).includes(quote), quote);
  t.equal((await desk.api('POST', `/messages/${message.id}/acceptance`)).status, 200);
  t.ok((await letter()).includes(quote), 'then it is');
});

// Threat 28: MIME bombs.
t.test('a mail of 100,000 parts or nested a thousand times is kept raw, in bounded time', async (t) => {
  const desk = await testDesk(t);
  const head =
    'From: a@attacker.example\r\nMessage-ID: <bomb@attacker.example>\r\nSubject: Bomb\r\nMIME-Version: 1.0\r\n';
  const parts = Buffer.from(
    `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(100_000)}--b--\r\n`,
  );
  const nested = Buffer.from(
    `${head}${Array.from({ length: 1000 }, (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`).join('')}\r\nx`,
  );
  const large = Buffer.concat([
    Buffer.from(`${head.replace('bomb', 'large')}\r\n`),
    Buffer.alloc(25_000_000, 'x\n'),
  ]);
  for (const [raw, problem] of [
    [parts, /2000 parts/],
    [nested, /could not be taken apart/],
    [large, /500000 lines/],
  ] as const) {
    const message = await take(desk, raw);
    t.ok(message.raw.equals(raw), 'to the last octet');
    t.match(message.problem, problem);
    t.equal(message.incident_number, null);
  }
});

// Threat 35: mail lost, or stored twice, between taking and filing.
t.test('a reader that dies at any step loses nothing and files nothing twice', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({ text: MITIGATED, signedBy: SIGNED });
  const id = await arrive(desk, raw);
  const { takeArrival } = await import('../../src/mail-in/reading/arrival-queue.ts');
  t.equal((await takeArrival(desk.db))?.id, id, 'one took it and died');
  t.equal(await takeArrival(desk.db), undefined, 'nobody else has it meanwhile');
  await desk.db
    .updateTable('arrivals')
    .set({ lease_until: new Date(Date.now() - 1000) })
    .execute();
  const { keepArrival } = await import('../../src/mail-in/reading/keep-arrival.ts');
  const { readArrival } = await import('../../src/mail-in/reading/read-arrival.ts');
  const again = await takeArrival(desk.db);
  if (!again) throw new Error('the mail is lost');
  const read = await readArrival(
    again,
    {
      catalogue: desk.desk.catalogue,
      ask: async () => ({ status: 'failed', why: '' }),
      keepComplaintMails: false,
    },
    new Date(),
  );
  await t.rejects(
    desk.db.transaction().execute(async (trx) => {
      await keepArrival(trx, id, read, desk.desk.catalogue);
      throw new Error('it dies before the commit');
    }),
  );
  t.equal((await messagesOf(desk)).filter(({ direction }) => direction === 'in').length, 0);
  const waiting = await desk.db.selectFrom('arrivals').selectAll().executeTakeFirstOrThrow();
  t.ok(waiting.state === 'new' && waiting.raw?.equals(raw), 'the octets are where they were');
  const both = () => desk.db.transaction().execute((trx) => keepArrival(trx, id, read, desk.desk.catalogue));
  await Promise.all([both(), both()]);
  const kept = (await messagesOf(desk)).filter(({ direction }) => direction === 'in');
  t.equal(kept.length, 1);
  t.match(kept[0], { incident_number: number });
  t.equal((await kindsOf(desk, number)).filter((kind) => kind === 'message-received').length, 1);
});

// Threat 36: loops.
t.test('two desks that get each other’s mail answer nobody', async (t) => {
  const [one, other] = [await testDesk(t), await testDesk(t)];
  const number = await askedIncident(one);
  await askedIncident(other);
  for (const fields of [
    { 'Auto-Submitted': 'auto-replied' },
    {},
    { Precedence: 'bulk' },
    { 'List-Id': '<l.example>' },
  ])
    for (const desk of [one, other]) {
      const raw = await mail({ text: DENIED, headers: fields as Record<string, string> });
      await arrive(desk, raw, { envelopeSender: '' });
    }
  await readAll(one);
  await readAll(other);
  for (const desk of [one, other]) {
    const messages = await messagesOf(desk);
    t.equal(messages.filter(({ direction }) => direction === 'in').length, 4);
    t.equal(messages.filter(({ direction }) => direction === 'out').length, 1, 'the one letter of the test');
    t.strictSame(await desk.db.selectFrom('dispatches').selectAll().execute(), []);
    t.strictSame(await desk.db.selectFrom('letters').selectAll().execute(), []);
  }
  t.equal(await stateOf(one, number), 'awaiting-provider');
});
