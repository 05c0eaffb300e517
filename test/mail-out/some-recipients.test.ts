import type { Socket } from 'node:net';
import { sql } from 'kysely';
import t from 'tap';
import { decideDispatch } from '../../src/mail-out/decide.ts';
import { letterBounced, settleAttempt } from '../../src/mail-out/settle.ts';
import { withdrawDispatch } from '../../src/mail-out/withdraw.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { CATALOGUE, signedIn } from '../desk.ts';
import { type MailDesk, mailDesk, TO } from './mail-out.fixture.ts';

/** Two desks of a provider: the first takes our mail, the other puts it off. */
const LATER = 'later@provider.example.net';
const PUT_OFF = { to: { [LATER]: '451 4.7.1 come back later' } };
const told = async (desk: MailDesk) =>
  (await desk.api('GET', `/incidents/${desk.number}/timeline`)).body.items
    .filter(({ kind }: { kind: string }) => kind === 'dispatch-settled')
    .map(({ detail }: { detail: { state: string; to: string } }) => `${detail.state} ${detail.to}`);
const dueNow = ({ db }: MailDesk) =>
  sql`update dispatches set due_at = now() - interval '1 second'`.execute(db);

t.test('what one recipient puts off is tried again for them alone', async (t) => {
  const desk = await mailDesk(t, { script: PUT_OFF });
  const { letter, message } = await desk.send({ to: `${TO}, ${LATER}` });
  await desk.work();
  t.match(await desk.dispatch(message), {
    state: 'deferred',
    attempts: 1,
    taken_for: [TO],
    left_for: [LATER],
  });
  t.strictSame(await told(desk), [`sent ${TO}`]);
  t.equal(await desk.state(), 'awaiting-provider', 'the provider has it');
  const shown = (await (await signedIn(desk)).get(`/incidents/${desk.number}/messages/${message}`)).body;
  t.match(shown, `The server took it for ${TO}. For the others it is tried again by itself.`);
  t.match((await desk.api('GET', `/letters/${letter}`)).body.mail, { takenFor: [TO], canWithdraw: false });
  await t.rejects(
    desk.db.transaction().execute((trx) => withdrawDispatch(trx, SYSTEM, message)),
    /Too late/,
    'it cannot be taken back from those who have it',
  );
  t.equal(await desk.work(), 0, 'not before its time');
  await dueNow(desk);
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'deferred', attempts: 2, left_for: [LATER] });
  desk.server.script = {};
  await dueNow(desk);
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'sent', taken_for: [TO, LATER] });
  t.strictSame(await told(desk), [`sent ${TO}`, `sent ${LATER}`]);
  t.strictSame(desk.server.recipients, [TO, LATER, LATER, LATER], 'nobody is given it twice');
  t.equal(desk.server.messages.length, 2);
  t.match((await desk.api('GET', `/letters/${letter}`)).body.mail, { state: 'sent' });
});

t.test('what an attempt came to is told once, though it is kept twice', async (t) => {
  const gone = 'gone@provider.example.net';
  const desk = await mailDesk(t, { script: { to: { ...PUT_OFF.to, [gone]: '550 5.1.1 gone' } } });
  const { message } = await desk.send({ to: `${TO}, ${LATER}, ${gone}` });
  await desk.work();
  const once = [`sent ${TO}`, `failed-for-some ${gone}`];
  t.strictSame(await told(desk), once);
  const attempt = { message_id: message, attempts: 1 };
  const shares = { taken: [TO], refused: [gone], left: [LATER] };
  await settleAttempt(desk.db, attempt, { state: 'deferred', words: '451', ...shares });
  t.strictSame(await told(desk), once);
  t.match(await desk.dispatch(message), { taken_for: [TO], left_for: [LATER] });
});

t.test('who puts it off for three days did not get it; the others did', async (t) => {
  const desk = await mailDesk(t, { script: PUT_OFF });
  const { message } = await desk.send({ to: `${TO}, ${LATER}` });
  await desk.work();
  await sql`update dispatches set created_at = now() - interval '4 days'`.execute(desk.db);
  await dueNow(desk);
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'sent', server_words: /^Given up after 3 days/ });
  t.strictSame(await told(desk), [`sent ${TO}`, `failed-for-some ${LATER}`]);
  t.equal(await desk.state(), 'awaiting-provider');
});

t.test('of two, one refused and one put off, only the second is tried again', async (t) => {
  const gone = '550 5.1.1 gone';
  const desk = await mailDesk(t, { script: { to: { [TO]: gone, ...PUT_OFF.to } } });
  const { message } = await desk.send({ to: `${TO}, ${LATER}` });
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'deferred', taken_for: [], left_for: [LATER] });
  t.strictSame(await told(desk), [`failed-for-some ${TO}`]);
  desk.server.script = { to: { [LATER]: gone } };
  await dueNow(desk);
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'failed' });
  t.strictSame(await told(desk), [`failed-for-some ${TO}`, `failed ${TO}, ${LATER}`]);
  t.equal(await desk.state(), 'action-needed');
  desk.server.script = {};
  await desk.db.transaction().execute((trx) => decideDispatch(trx, SYSTEM, message, 'again', CATALOGUE));
  await desk.work();
  t.match(
    await desk.dispatch(message),
    { state: 'sent', taken_for: [TO, LATER] },
    'a person sends it to both',
  );
});

t.test('where the line broke while the rest was sent, a person decides about the rest alone', async (t) => {
  const desk = await mailDesk(t, { script: PUT_OFF });
  const { message } = await desk.send({ to: `${TO}, ${LATER}` });
  await desk.work();
  desk.server.script = { end: (socket) => socket.destroy() };
  await dueNow(desk);
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'delivered-unknown', taken_for: [TO], left_for: [LATER] });
  t.equal(await desk.state(), 'awaiting-provider', 'one desk has it');
  desk.server.script = {};
  await desk.db.transaction().execute((trx) => decideDispatch(trx, SYSTEM, message, 'again', CATALOGUE));
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'sent' });
  t.equal(desk.server.recipients.filter((one) => one === TO).length, 1);
});

t.test('whom the server refused is not tried again where it puts off the message', async (t) => {
  const gone = 'gone@provider.example.net';
  const to = { [gone]: '550 5.1.1 gone' };
  for (const later of [{ data: '451 4.3.0 later' }, { end: '451 4.3.0 later' }, { end: '421 4.3.2 bye' }]) {
    const desk = await mailDesk(t, { script: { to, ...later } });
    const { message } = await desk.send({ to: `${TO}, ${gone}` });
    await desk.work();
    t.match(await desk.dispatch(message), { state: 'deferred', taken_for: [], left_for: [TO] });
    t.strictSame(await told(desk), [`failed-for-some ${gone}`]);
    desk.server.script = {};
    await dueNow(desk);
    await desk.work();
    t.match(await desk.dispatch(message), { state: 'sent', taken_for: [TO] });
    t.strictSame(desk.server.recipients, [TO, gone, TO]);
  }
});

t.test('nor when nobody knows what became of the message, and a person has it sent again', async (t) => {
  const gone = 'gone@provider.example.net';
  const script = { to: { [gone]: '550 5.1.1 gone' }, end: (socket: Socket) => socket.destroy() };
  const desk = await mailDesk(t, { script });
  const { message } = await desk.send({ to: `${TO}, ${gone}` });
  await desk.work();
  t.match(await desk.dispatch(message), { state: 'delivered-unknown', left_for: [TO] });
  t.strictSame(await told(desk), [`failed-for-some ${gone}`, `delivered-unknown ${TO}`]);
  desk.server.script = {};
  await desk.db.transaction().execute((trx) => decideDispatch(trx, SYSTEM, message, 'again', CATALOGUE));
  await desk.work();
  t.strictSame(desk.server.recipients, [TO, gone, TO]);
});

t.test('where it came back from the one who had it, and the rest fails, it reached nobody', async (t) => {
  for (const decision of ['not-arrived', 'again'] as const) {
    const desk = await mailDesk(t, { script: PUT_OFF });
    const { message } = await desk.send({ to: `${TO}, ${LATER}` });
    await desk.work();
    const { message_id: id } = await desk.db
      .selectFrom('messages')
      .select('message_id')
      .where('id', '=', message)
      .executeTakeFirstOrThrow();
    const bounce = { recipients: [TO], words: '550 5.1.1 gone', at: new Date() };
    await desk.db
      .transaction()
      .execute((trx) => letterBounced(trx, { ...bounce, originalMessageId: id ?? '', status: 'failed' }));
    t.equal(await desk.state(), 'awaiting-provider', 'the other may still get it');
    desk.server.script = { end: (socket) => socket.destroy() };
    await dueNow(desk);
    await desk.work();
    t.match(await desk.dispatch(message), { state: 'delivered-unknown' });
    desk.server.script = { to: { [LATER]: '550 5.1.1 gone' } };
    await desk.db.transaction().execute((trx) => decideDispatch(trx, SYSTEM, message, decision, CATALOGUE));
    await desk.work();
    t.match(await desk.dispatch(message), { state: 'failed' }, decision);
    t.equal((await told(desk)).at(-1), `failed ${TO}, ${LATER}`);
    t.equal(await desk.state(), 'action-needed');
  }
});
