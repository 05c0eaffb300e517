import t from 'tap';
import { signedIn, testDesk } from '../../desk.ts';
import { logged } from '../../history.fixture.ts';

t.test('a link says what it is, from either side, and is taken back', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 3);
  const { links } = (await api('POST', '/incidents/1/links', { number: 3, kind: 'caused-by' })).body;
  t.match(links, [
    { number: 3, kind: 'caused-by', words: 'caused by' },
    { number: 2, kind: 'same-provider' },
  ]);
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents/3')).body, /#1<\/a><\/dt><dd>[^<]*<small>caused; open/);
  const told = async (number: number) =>
    (await api('GET', `/incidents/${number}/timeline?limit=200`)).body.items.at(-1).summary;
  t.equal(await told(1), 'Linked to #3, caused by');
  t.equal(await told(3), 'Linked to #1, caused');
  await browser.get('/incidents/1');
  t.equal((await browser.post('/incidents/1/links', { number: '3', kind: 'follows' })).statusCode, 303);
  t.equal(await told(3), 'Linked to #1, followed by');
  t.equal((await browser.post('/incidents/3/links/removal', { number: '1' })).statusCode, 303);
  t.equal(await told(1), 'No longer linked to #3, follows');
  t.equal(
    (await browser.post('/incidents/2/links/removal', { number: '1' })).statusCode,
    422,
    'what was found stays',
  );
  const wrong = await browser.post('/incidents/1/links', { number: '99', kind: 'caused-by' });
  t.equal(wrong.statusCode, 422);
  t.match(
    wrong.body,
    /<option value="caused-by" selected>.*name="number" inputmode="numeric" required value="99"/s,
  );
  for (const number of [1, 99])
    t.equal((await api('POST', '/incidents/1/links', { number, kind: 'related' })).status, 422);
});

t.test('the list tells the links of each incident, whatever their number, in one query', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 3);
  await api('POST', '/incidents/1/links', { number: 3, kind: 'caused-by' });
  const { items } = (await api('GET', '/incidents')).body;
  t.equal(items.length, 3);
  for (const { number, links } of items) {
    t.strictSame(links, (await api('GET', `/incidents/${number}`)).body.links, `#${number}`);
    t.equal(links.length, 2, `#${number} is linked to both others`);
  }
});
