import t from 'tap';
import { REFUSAL, testDesk } from '../desk.ts';

t.test('a state needs a reason, and a stale version is refused', async (t) => {
  const { api } = await testDesk(t);
  const { body } = await api('POST', '/incidents', { report: REFUSAL });
  t.match(await api('PATCH', '/incidents/1', { state: 'closed' }), {
    status: 422,
    body: { fields: { reason: /Say why/ } },
  });
  t.equal((await api('PATCH', '/incidents/1', { affected: 'two shops', version: body.version })).status, 200);
  t.match(await api('PATCH', '/incidents/1', { affected: 'three', version: body.version }), {
    status: 409,
    body: { type: '/problems#changed-meanwhile' },
  });
});

t.test('lists page by cursor and filter', async (t) => {
  const { api } = await testDesk(t);
  for (let last = 1; last <= 7; last++)
    await api('POST', '/incidents', { report: REFUSAL.replace('203.0.113.7', `203.0.113.${last}`) });
  const first = await api('GET', '/incidents?limit=3');
  t.strictSame(
    first.body.items.map((item: { number: number }) => item.number),
    [7, 6, 5],
  );
  const second = await api('GET', `/incidents?limit=3&cursor=${first.body.next}`);
  t.strictSame(
    second.body.items.map((item: { number: number }) => item.number),
    [4, 3, 2],
  );
  const third = await api('GET', `/incidents?limit=3&cursor=${second.body.next}`);
  t.match(third.body, { items: [{ number: 1 }], next: null });
  t.equal((await api('GET', '/incidents?address=203.0.113.0/30')).body.items.length, 3);
  t.equal((await api('GET', '/incidents?q=S3150')).body.items.length, 7);
  t.equal((await api('GET', '/incidents?q=%235')).body.items[0].number, 5);
  t.equal((await api('GET', '/incidents?provider=gmail')).body.items.length, 0);
  t.equal((await api('GET', '/incidents?cursor=nonsense')).status, 400);
  t.equal((await api('GET', '/incidents?state=broken')).status, 400);
});

t.test('body-validation-by-content-type: odd content types are refused or validated', async (t) => {
  const { app } = await testDesk(t);
  for (const type of [
    'text/plain',
    'application/xml',
    'application/json ; charset=utf-8; a',
    'application/jsonx',
    'APPLICATION/JSON\t;x',
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/incidents',
      headers: { authorization: 'Bearer a-bootstrap-token-for-tests', 'content-type': type },
      payload: '{"report":1}',
    });
    t.ok([400, 415, 422].includes(answer.statusCode), `${type}: ${answer.statusCode}`);
  }
});
