import t from 'tap';
import { enteredText, readEntered } from '../../src/correspondence/entered-fields.ts';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';
import { unescaped } from '../unescaped.ts';

/** The inputs of a page's form, as a browser would send them. */
function inputsOf(html: string): Record<string, string> {
  const inputs = [...html.matchAll(/<input\b[^>]*>/g)].map(([tag]) => [
    /\sname="([^"]+)"/.exec(tag)?.[1],
    /\svalue="([^"]*)"/.exec(tag)?.[1] ?? '',
  ]);
  const areas = [...html.matchAll(/<textarea\b[^>]*?\sname="([^"]+)"[^>]*>\n?([^<]*)<\/textarea>/g)].map(
    ([, name, value]) => [name, value],
  );
  return Object.fromEntries(
    [...inputs, ...areas].filter(([name]) => name).map(([name, value]) => [name, unescaped(value ?? '')]),
  );
}

t.test(
  'reads fields in the form’s order; what is empty is left out, what has no label is asked for',
  async (t) => {
    const page = { letter: 'Dear desk', subject: 'Case' };
    const typed = {
      'entered-2-label': 'Name',
      'entered-2-value': ' Jonas\r\nWeber ',
      'entered-1-label': 'Problem',
      'entered-1-source': 'letter',
      'entered-1-value': 'is not looked at',
      'entered-3-label': 'Phone',
      'entered-3-value': '',
    };
    const fields = readEntered(typed, page);
    t.strictSame(fields, [
      { label: 'Problem', value: 'Dear desk' },
      { label: 'Name', value: 'Jonas\nWeber' },
    ]);
    t.equal(enteredText(fields), 'Problem:\nDear desk\n\nName:\nJonas\nWeber');
    t.throws(() => readEntered({ 'entered-9-value': 'x' }, page), { code: 'invalid' });
    t.throws(() => readEntered({ 'entered-1-label': 'x', 'entered-1-value': 'x'.repeat(20_001) }, page), {
      code: 'invalid',
    });
  },
);

t.test('a letter that went by the provider’s form keeps what was entered in each field', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const { body: letter } = await desk.api('POST', '/incidents/1/letters', {});
  const browser = await signedIn(desk);
  const compose = await browser.get('/incidents/1/letters/1');
  const inputs = inputsOf(compose.body);
  t.equal(letter.fields.length > 3, true, 'the form has fields');
  const name = Object.keys(inputs).find((one) => /^entered-\d+-value$/.test(one)) ?? '';
  const changed = {
    ...inputs,
    [name]: 'as it was entered there',
    body: `${letter.body}\n\nP.S.`,
    channel: 'form',
  };

  const stopped = await browser.post('/incidents/1/letters/1/sending', {
    ...changed,
    at: '2999-01-01T00:00',
  });
  t.equal(stopped.statusCode, 422);
  t.match(stopped.body, 'as it was entered there', 'what was typed stays on a mistake');

  const sent = await browser.post('/incidents/1/letters/1/sending', changed);
  t.equal(sent.statusCode, 303, sent.body.slice(0, 300));
  const { items } = (await desk.api('GET', '/incidents/1/messages')).body;
  const { fields, text } = items[0] as { fields: { label: string; value: string }[]; text: string };
  const labels = letter.fields.map((field: { label: string }) => field.label);
  t.ok(fields.length > 2);
  t.strictSame(
    fields.map(({ label }) => label),
    labels.filter((label: string) => fields.some((field) => field.label === label)),
    'in the form’s order',
  );
  t.ok(fields.some(({ value }) => value === 'as it was entered there'));
  t.ok(
    fields.some(({ value }) => value === text.trim()),
    'the letter as it was sent, with its last change',
  );
  for (const url of ['/incidents/1/letters/1', '/incidents/1/messages/1', '/incidents/1/conversation']) {
    const { body } = await browser.get(url);
    t.match(body, 'as it was entered there', url);
    t.match(body, 'the text of this message', `${url}: the letter is not repeated`);
  }
});

t.test(
  'a letter by e-mail keeps no fields; the API records them, and only for forms and portals',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('PUT', '/profile', PROFILE);
    await desk.api('POST', '/incidents', { report: REFUSAL });
    await desk.api('POST', '/incidents', { report: REFUSAL, provider: 'gmail' });
    const browser = await signedIn(desk);
    const read = async (number: number) =>
      (await desk.api('GET', `/incidents/${number}/messages`)).body.items.at(-1).fields;
    await desk.api('POST', '/incidents/2/letters', {});
    const inputs = inputsOf((await browser.get('/incidents/2/letters/1')).body);
    const sending = { ...inputs, 'entered-1-label': 'x', 'entered-1-value': 'y', channel: 'email' };
    t.equal((await browser.post('/incidents/2/letters/1/sending', sending)).statusCode, 303);
    t.equal(await read(2), null);

    const fields = [{ label: 'IP address', value: '203.0.113.7' }];
    await desk.api('POST', '/incidents/1/letters', {});
    t.equal((await desk.api('POST', '/letters/2/send', { channel: 'portal', fields })).status, 200);
    t.strictSame(await read(1), fields);
    const body = { direction: 'out', body: 'By form.', fields };
    t.equal((await desk.api('POST', '/incidents/1/messages', { ...body, channel: 'form' })).status, 201);
    t.strictSame(await read(1), fields);
    t.equal((await desk.api('POST', '/incidents/1/messages', { ...body, channel: 'email' })).status, 422);
    t.equal((await desk.api('POST', '/incidents/1/messages', { ...body, direction: 'in' })).status, 422);
  },
);

t.test('a form filled by hand is recorded as a message of ours', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  const page = await browser.get('/incidents/1/messages/new?direction=out');
  t.match(page.body, /<details class="more entered-rows" open>/);
  const inputs = inputsOf(page.body);
  const values = Object.keys(inputs).filter((one) => /^entered-\d+-value$/.test(one));
  t.ok(values.length > 4, 'the provider’s fields and some of one’s own');
  t.ok(
    values.every((one) => inputs[one] === ''),
    'nothing is said to be entered that nobody entered',
  );
  const typed = {
    ...inputs,
    direction: 'out',
    channel: 'form',
    [values[0] as string]: 'Jonas Weber',
    [values.at(-1) as string]: 'yes',
  };
  const unnamed = await browser.post('/incidents/1/messages', typed);
  t.equal(unnamed.statusCode, 422, 'a field of one’s own needs its label');
  t.match(unnamed.body, 'Name the field as the form does');
  t.match(unnamed.body, 'Jonas Weber', 'and what was typed stays');
  const named = { ...typed, [(values.at(-1) as string).replace('value', 'label')]: 'Are you the owner?' };
  const wrongWay = await browser.post('/incidents/1/messages', { ...named, direction: 'in', text: 'x' });
  t.equal(wrongWay.statusCode, 422);
  t.match(wrongWay.body, 'by form or portal');
  t.equal((await browser.post('/incidents/1/messages', named)).statusCode, 303);
  const { items } = (await desk.api('GET', '/incidents/1/messages')).body;
  t.strictSame(
    items[0].fields.map(({ value }: { value: string }) => value),
    ['Jonas Weber', 'yes'],
  );
  t.match(items[0].text, /Jonas Weber\n\nAre you the owner\?:\nyes$/);
});
