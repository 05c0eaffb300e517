import { randomUUID } from 'node:crypto';
import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

t.test('a form that is shown again and sent again is done once, whatever its token is by then', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  const _once = randomUUID();
  const send = async () => {
    await browser.get('/incidents/1');
    return (await browser.post('/incidents/1/notes', { _once, text: 'Called them.' })).statusCode;
  };
  t.equal(await send(), 303);
  t.equal(await send(), 303, 'the same form');
  const { items } = (await desk.api('GET', '/incidents/1/timeline?limit=200')).body;
  t.equal(items.filter(({ kind }: { kind: string }) => kind === 'note-added').length, 1);
});
