import t from 'tap';
import { BOOTSTRAP, type TestDesk, testDesk } from '../desk.ts';
import {
  arrive,
  askedIncident,
  MITIGATED,
  mail,
  messagesOf,
  readAll,
  stateOf,
  take,
} from './mails.fixture.ts';

async function hand(desk: TestDesk, number: number, raw: Buffer) {
  const answer = await desk.app.inject({
    method: 'POST',
    url: `/api/v1/incidents/${number}/messages`,
    headers: { authorization: `Bearer ${BOOTSTRAP}`, 'content-type': 'message/rfc822' },
    payload: raw,
  });
  return { status: answer.statusCode, body: answer.json() };
}
const incoming = async (desk: TestDesk) =>
  (await messagesOf(desk)).filter(({ direction }) => direction === 'in');

t.test('a mail that came in and is recorded by hand as well is there once', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({ text: MITIGATED });
  const message = await take(desk, raw);
  const other = Buffer.from(`Received: by relay.example; now\n${raw.toString().replaceAll('\r\n', '\n')}`);
  t.match(await hand(desk, number, other), { status: 201, body: { id: message.id } });
  t.equal((await incoming(desk)).length, 1);
});

t.test('what is unfiled is filed by it', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({ text: 'Hello there.' });
  const message = await take(desk, raw);
  t.equal(message.incident_number, null);
  t.match(await hand(desk, number, raw), { status: 201, body: { id: message.id, incident: number } });
  t.equal((await incoming(desk)).length, 1);
});

t.test('another incident that has it is named', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const other = await askedIncident(desk, { address: '203.0.113.9' });
  const raw = await mail({ text: MITIGATED });
  await take(desk, raw);
  t.match(await hand(desk, other, raw), { status: 409, body: { detail: new RegExp(`incident #${number}`) } });
  t.equal((await incoming(desk)).length, 1);
});

t.test('what was recorded by hand first comes in no second time', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const raw = await mail({ text: MITIGATED });
  t.match(await hand(desk, number, raw), { status: 201, body: { applied: true, verdict: 'mitigated' } });
  t.equal(await stateOf(desk, number), 'mitigated', 'a person vouches for it');
  await t.rejects(arrive(desk, raw), 'it is known by its key');
  t.equal((await incoming(desk)).length, 1);
  const waiting = await mail({ text: `${MITIGATED} Again.` });
  await arrive(desk, waiting);
  await hand(desk, number, waiting);
  await readAll(desk);
  t.equal((await incoming(desk)).length, 2, 'also where it still waited to be read');
});
