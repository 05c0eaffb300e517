import t from 'tap';
import { createToken } from '../../src/accounts/token-store.ts';
import { fanOut } from '../../src/notifications/fan-out.ts';
import { SUBSCRIBERS } from '../../src/notifications/subscribers.ts';
import { REFUSAL, testDesk } from '../desk.ts';
import { addPerson } from './people.fixture.ts';

t.test('what a person was told, by API: page by page, marked one by one and all at once', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  const ann = await addPerson(desk.db, 'Ann');
  const bob = await addPerson(desk.db, 'Bob');
  for (let index = 0; index < 3; index += 1)
    await api('POST', '/incidents', { report: REFUSAL.replace('113.7', `113.${index}`) });
  while ((await fanOut(desk.db, SUBSCRIBERS)) > 0);
  const listed = async (query: string) => (await api('GET', `/notices?userId=${ann}${query}`)).body;
  const first = await listed('&limit=2');
  t.match(first.items, [
    { topic: 'block', read: false, link: /^\/incidents\/3#e\d+$/, incident: { number: 3, state: 'open' } },
    { incident: { number: 2 } },
  ]);
  t.match((await listed(`&limit=2&cursor=${first.next}`)).items, [{ incident: { number: 1 } }]);
  const [newest, second] = first.items;
  const mark = (id: number, userId: number, read: boolean) =>
    api('PATCH', `/notices/${id}`, { userId, read });
  t.equal((await mark(second.id, bob, true)).status, 404, 'that of somebody else');
  t.equal((await mark(second.id, ann, true)).status, 204);
  t.equal((await listed('&unread=true')).items.length, 2);
  t.equal((await mark(second.id, ann, false)).status, 204);
  const upTo = { userId: ann, upTo: second.id };
  const key = { 'idempotency-key': 'all-read' };
  t.match(await api('POST', '/notices/read', upTo, key), { status: 200, body: { marked: 2 } });
  t.match(await api('POST', '/notices/read', upTo, key), { body: { marked: 2 } }, 'once for its key');
  t.match((await listed('&unread=true')).items, [{ id: newest.id }]);
  t.equal((await api('GET', `/notices?userId=${bob}`)).body.items.length, 3, 'Bob has all of his');
});

t.test('whose notices they are has to be said, by an administrator', async (t) => {
  const desk = await testDesk(t);
  t.equal((await desk.api('GET', '/notices')).status, 400);
  t.equal((await desk.api('GET', '/notices?userId=99')).status, 404);
  t.equal((await desk.api('POST', '/notices/read', { userId: 99, upTo: 1 })).status, 404);
  const { secret } = await createToken(desk.db, { name: 'x', scope: 'write', createdBy: null });
  const other = { authorization: `Bearer ${secret}` };
  t.equal((await desk.api('GET', '/notices?userId=1', undefined, other)).status, 403);
});
