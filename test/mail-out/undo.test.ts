import t from 'tap';
import { readRequests } from '../../src/letters/course.ts';
import { beginSending, takeDispatch } from '../../src/mail-out/dispatches.ts';
import { letterBounced, settleAttempt } from '../../src/mail-out/settle.ts';
import { signedIn } from '../desk.ts';
import { overrideStops } from '../letters/override-stops.ts';
import { type MailDesk, mailDesk, TO } from './mail-out.fixture.ts';

const incidentOf = ({ db, number }: MailDesk) =>
  db
    .selectFrom('incidents')
    .select(['state', 'round', 'first_request_at', 'last_request_at', 'follow_up_due_at'])
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
const kindsOf = async (desk: MailDesk): Promise<string[]> =>
  (await desk.api('GET', `/incidents/${desk.number}/timeline?limit=200`)).body.items.map(
    (entry: { kind: string; detail: { state?: string; to?: string } }) =>
      [entry.kind, entry.kind === 'dispatch-settled' ? entry.detail.state : ''].filter(Boolean).join(' '),
  );

t.test(
  'undone in time: nothing is sent, the letter is a draft, and the incident is what it was',
  async (t) => {
    const desk = await mailDesk(t, { account: { undoSeconds: 60 } });
    const before = await incidentOf(desk);
    const browser = await signedIn(desk);
    const { letter, message } = await desk.send();
    t.match(await incidentOf(desk), { state: 'awaiting-provider', round: 1 });
    t.equal(await desk.work(), 0, 'it waits');
    const page = (await browser.get(`/incidents/${desk.number}/messages/${message}`)).body;
    t.match(page, /waits to be sent/);
    t.match(page, />Undo</);
    const mail = async () => (await desk.api('GET', `/letters/${letter}`)).body.mail;
    t.match(await mail(), { state: 'queued', takenFor: [], canWithdraw: true });
    const undone = await browser.post(`/incidents/${desk.number}/messages/${message}/withdrawal`);
    t.match(undone, {
      statusCode: 303,
      headers: { location: `/incidents/${desk.number}/letters/${letter}` },
    });
    t.strictSame(await incidentOf(desk), before);
    t.match(await mail(), { state: 'withdrawn', canWithdraw: false });
    t.match((await desk.api('GET', `/letters/${letter}`)).body, { state: 'draft', sentAt: null });
    t.match(await desk.dispatch(message), { state: 'withdrawn', settled_by_name: 'The operator' });
    t.ok((await kindsOf(desk)).includes('dispatch-settled withdrawn'));
    await desk.db
      .updateTable('dispatches')
      .set({ due_at: new Date(0) })
      .execute();
    t.equal(await desk.work(), 0);
    t.equal(desk.server.connections, 0);
    const again = await desk.api('POST', `/letters/${letter}/send`, {
      channel: 'email',
      deliver: true,
      to: TO,
    });
    t.match(
      again,
      { status: 200, body: { state: 'sent', mail: { state: 'queued' } } },
      'and it can be sent again',
    );
  },
);

t.test('a repeated call is answered as it was, whatever became of the letter', async (t) => {
  const desk = await mailDesk(t, { account: { undoSeconds: 60 } });
  const wanted = { template: 'outlook-com/first', language: 'en' };
  const keyed = (path: string, body?: object) =>
    desk.api('POST', path, body, { 'idempotency-key': path.slice(1).replaceAll('/', '-') });
  const drafts = `/incidents/${desk.number}/letters`;
  const draft = await keyed(drafts, wanted);
  const { id } = draft.body;
  await overrideStops(desk.api, id);
  await desk.api('PATCH', `/letters/${id}`, { subject: 'Another subject' });
  t.strictSame((await keyed(drafts, wanted)).body, draft.body, 'drafted');
  const mailing = { channel: 'email', deliver: true, to: TO };
  const sent = await keyed(`/letters/${id}/send`, mailing);
  t.match(sent.body, { state: 'sent', mail: { state: 'queued' } });
  const withdrawn = await keyed(`/letters/${id}/withdraw`);
  t.match(withdrawn.body, { state: 'draft' });
  t.strictSame((await keyed(`/letters/${id}/send`, mailing)).body, sent.body, 'sent');
  t.strictSame((await keyed(`/letters/${id}/withdraw`)).body, withdrawn.body, 'taken back');
});

t.test('undone too late: it says so, and nothing changes', async (t) => {
  const desk = await mailDesk(t);
  const { letter, message } = await desk.send();
  const taken = await takeDispatch(desk.db);
  t.ok(taken && (await beginSending(desk.db, taken)));
  const late = await desk.api('POST', `/letters/${letter}/withdraw`);
  t.match(late, { status: 409, body: { detail: /Too late: the mail is on its way/ } });
  t.match(await desk.dispatch(message), { state: 'sending' });
  await t.rejects(
    desk.db.updateTable('letters').set({ state: 'draft' }).where('id', '=', letter).execute(),
    { code: 'DD002' },
    'the database does not let it either',
  );
});

t.test('withdrawn while a worker logs in: the server hears of no message', async (t) => {
  const desk = await mailDesk(t);
  const { letter } = await desk.send();
  const taken = await takeDispatch(desk.db);
  t.equal((await desk.api('POST', `/letters/${letter}/withdraw`)).status, 200);
  t.equal(taken && (await beginSending(desk.db, taken)), false);
});

t.test('a letter that was withdrawn, sent again and never arrived stops no other', async (t) => {
  const desk = await mailDesk(t, { account: { undoSeconds: 60 } });
  const { letter } = await desk.send();
  await desk.api('POST', `/letters/${letter}/withdraw`);
  const mailing = { channel: 'email', deliver: true, to: TO };
  t.equal((await desk.api('POST', `/letters/${letter}/send`, mailing)).status, 200);
  await desk.db
    .updateTable('dispatches')
    .set({ state: 'failed', settled_at: new Date() })
    .where('state', '=', 'queued')
    .execute();
  const { body: next } = await desk.api('POST', `/incidents/${desk.number}/letters`, {
    template: 'outlook-com/first',
  });
  t.match(next.state, 'draft');
  t.notMatch(JSON.stringify(next.findings), /"key":"open-request"/);
  const incident = await desk.db.selectFrom('incidents').select('number').executeTakeFirstOrThrow();
  t.match(await readRequests(desk.db, incident.number), { length: 1 }, 'and it was sent once');
});

t.test('what came meanwhile stays when a letter is withdrawn', async (t) => {
  const desk = await mailDesk(t, { account: { undoSeconds: 60 } });
  const { letter } = await desk.send();
  await desk.api('POST', `/incidents/${desk.number}/messages`, {
    direction: 'in',
    body: 'We have implemented mitigation for your IP.',
  });
  t.equal(await desk.state(), 'mitigated');
  t.equal((await desk.api('POST', `/letters/${letter}/withdraw`)).status, 200);
  t.match(await incidentOf(desk), { state: 'mitigated', round: 0 });
});

t.test('threat 37: what nobody can know, a person decides', async (t) => {
  const desk = await mailDesk(t, { script: { end: (socket) => socket.destroy() } });
  const browser = await signedIn(desk);
  const { message } = await desk.send();
  const here = `/incidents/${desk.number}/messages/${message}`;
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'delivered-unknown' });
  t.equal(await desk.state(), 'action-needed');
  t.equal(await desk.work(), 0, 'it is not sent again by itself');
  const incident = (await browser.get(`/incidents/${desk.number}`)).body;
  for (const words of [
    'Say whether the mail arrived',
    'It arrived',
    'Send it again',
    'It did not arrive, leave it',
  ])
    t.match(incident, words);
  desk.server.script = {};
  t.equal((await browser.post(`${here}/decision`, { decision: 'again' })).statusCode, 303);
  t.equal(await desk.state(), 'awaiting-provider');
  t.equal(await desk.work(), 1);
  t.equal(desk.server.messages.length, 2);
  t.ok(desk.server.messages[0]?.equals(desk.server.messages[1] as Buffer), 'the same octets and Message-ID');
  t.match(await desk.dispatch(message), { state: 'sent', attempts: 2 });
  const stale = await browser.post(`${here}/decision`, { decision: 'again' });
  t.match(stale, { statusCode: 409, body: /not uncertain any more/ }, 'a second person comes too late');

  desk.server.script = { end: (socket) => socket.destroy() };
  for (const [decision, expected, state] of [
    ['arrived', 'sent', 'awaiting-provider'],
    ['not-arrived', 'failed', 'action-needed'],
  ] as const) {
    const one = await desk.send();
    await desk.work();
    await browser.post(`/incidents/${desk.number}/messages/${one.message}/decision`, { decision });
    t.match(await desk.dispatch(one.message), { state: expected, settled_by_name: 'The operator' });
    t.equal(await desk.state(), state, decision);
  }
});

t.test('an uncertain mail that was answered arrived, and its answer stands', async (t) => {
  const desk = await mailDesk(t, { script: { end: (socket) => socket.destroy() } });
  const browser = await signedIn(desk);
  const { message } = await desk.send();
  await desk.work();
  await desk.api('POST', `/incidents/${desk.number}/messages`, {
    direction: 'in',
    body: 'Your IP does not qualify for mitigation.',
  });
  const decided = await browser.post(`/incidents/${desk.number}/messages/${message}/decision`, {
    decision: 'arrived',
  });
  t.equal(decided.statusCode, 303);
  t.match(await desk.dispatch(message), { state: 'sent' });
  t.equal(await desk.state(), 'action-needed', 'a no is not waited for');
});

t.test('the usual time to answer a mail that is sent again runs from then', async (t) => {
  const desk = await mailDesk(t, { script: { end: (socket) => socket.destroy() } });
  const { message } = await desk.send();
  await desk.work();
  const weekAgo = new Date(Date.now() - 7 * 86_400_000);
  await desk.db.updateTable('messages').set({ at: weekAgo }).where('id', '=', message).execute();
  await desk.db.updateTable('incidents').set({ last_request_at: weekAgo }).execute();
  const browser = await signedIn(desk);
  await browser.post(`/incidents/${desk.number}/messages/${message}/decision`, { decision: 'again' });
  const { state, follow_up_due_at: due } = await incidentOf(desk);
  t.equal(state, 'awaiting-provider');
  t.ok(due && due > new Date(), 'their time to answer is still to come');
});

t.test('a 250 that comes after the attempt was given up for lost is believed', async (t) => {
  const desk = await mailDesk(t);
  const { message } = await desk.send();
  const taken = await takeDispatch(desk.db);
  t.ok(taken && (await beginSending(desk.db, taken)));
  await desk.db
    .updateTable('dispatches')
    .set({ lease_until: new Date(0) })
    .execute();
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'delivered-unknown', server_words: /process ended/ });
  t.equal(desk.server.connections, 0);
  await settleAttempt(desk.db, { message_id: message, attempts: 1 }, { state: 'sent', words: '250 late' });
  t.match(await desk.dispatch(message), { state: 'sent', server_words: '250 late' });
  t.match(await incidentOf(desk), { state: 'awaiting-provider', follow_up_due_at: Date }, 'and waited for');
  await settleAttempt(desk.db, { message_id: message, attempts: 1 }, { state: 'failed', words: '550 later' });
  t.match(await desk.dispatch(message), { state: 'sent' }, 'what is settled stays');
});

t.test('a bounce of our own letter is its failure; a delay is none', async (t) => {
  const desk = await mailDesk(t);
  const { message } = await desk.send();
  await desk.work();
  const row = await desk.db
    .selectFrom('messages')
    .select('message_id')
    .where('id', '=', message)
    .executeTakeFirstOrThrow();
  const bounce = {
    originalMessageId: row.message_id ?? '',
    recipients: [TO],
    words: '550 5.1.1 no such desk',
    at: new Date(),
  };
  const bounced = (status: 'failed' | 'delayed', differs = {}) =>
    desk.db.transaction().execute((trx) => letterBounced(trx, { ...bounce, ...differs, status }));
  t.strictSame(await bounced('failed', { originalMessageId: '<nobody@example.com>' }), null);
  t.strictSame(await bounced('delayed'), { incident: desk.number, messageId: message });
  t.match(await desk.dispatch(message), { state: 'sent' });
  t.strictSame(await bounced('failed'), { incident: desk.number, messageId: message });
  t.match(await desk.dispatch(message), { state: 'failed', server_words: `${TO}: 550 5.1.1 no such desk` });
  t.equal(await desk.state(), 'action-needed');
  const count = (await kindsOf(desk)).length;
  await bounced('failed');
  t.equal((await kindsOf(desk)).length, count, 'the same report again tells nothing new');
});

t.test('a letter to several has failed when it reached none of them', async (t) => {
  const desk = await mailDesk(t);
  const other = 'Colleague@harbour.example.com';
  const { message } = await desk.send({ to: `${TO}, ${other}` });
  await desk.work();
  const { message_id: id } = await desk.db
    .selectFrom('messages')
    .select('message_id')
    .where('id', '=', message)
    .executeTakeFirstOrThrow();
  const bounced = (...recipients: string[]) =>
    desk.db.transaction().execute((trx) =>
      letterBounced(trx, {
        originalMessageId: id ?? '',
        recipients,
        words: '550 5.1.1 nobody',
        at: new Date(),
        status: 'failed',
      }),
    );
  await bounced(other.toLowerCase());
  t.match(await desk.dispatch(message), {
    state: 'sent',
    server_words: /colleague@harbour\.example\.com: 550/,
  });
  t.equal(await desk.state(), 'awaiting-provider', 'the provider has it');
  const { items } = (await desk.api('GET', `/incidents/${desk.number}/timeline`)).body;
  t.match(items.at(-1), { kind: 'dispatch-settled', detail: { state: 'failed-for-some', to: other } });
  const count = (await kindsOf(desk)).length;
  await bounced(other);
  t.equal((await kindsOf(desk)).length, count, 'the same report again tells nothing new');
  await bounced(TO);
  t.match(await desk.dispatch(message), { state: 'failed' });
  t.equal(await desk.state(), 'action-needed');

  const next = await desk.send({ to: `${TO}, ${other}` });
  await desk.work();
  const { message_id: nextId } = await desk.db
    .selectFrom('messages')
    .select('message_id')
    .where('id', '=', next.message)
    .executeTakeFirstOrThrow();
  await desk.db.transaction().execute((trx) =>
    letterBounced(trx, {
      originalMessageId: nextId ?? '',
      recipients: [TO, other],
      words: '550 5.1.1 nobody',
      at: new Date(),
      status: 'failed',
    }),
  );
  t.match(await desk.dispatch(next.message), { state: 'failed' }, 'one report on both');
});
