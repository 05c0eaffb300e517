import t from 'tap';
import { keyOf, readValue } from '../../src/custom-fields/field.ts';
import { signedIn, testDesk } from '../desk.ts';
import { entriesOf, logged } from '../history.fixture.ts';

t.test('each kind keeps what it should and refuses the rest', async (t) => {
  const read = (kind: 'text' | 'number' | 'date' | 'choice' | 'yes-no', given: string) => {
    const field = { id: 1, key: 'k', name: 'K', kind, choices: kind === 'choice' ? ['Gold', 'Silver'] : [] };
    try {
      return readValue(field, given, 'field-k');
    } catch (error) {
      return (error as { fields: Record<string, string> }).fields['field-k'] ? 'refused' : error;
    }
  };
  t.strictSame(
    [read('number', '4,50'), read('number', '-3'), read('number', '1e9')],
    ['4.50', '-3', 'refused'],
  );
  t.strictSame([read('date', '2026-02-28'), read('date', '2026-02-30')], ['2026-02-28', 'refused']);
  t.strictSame([read('choice', 'gold'), read('choice', 'Tin')], ['Gold', 'refused']);
  t.strictSame(
    [read('yes-no', 'YES'), read('yes-no', 'false'), read('yes-no', 'maybe')],
    ['yes', 'no', 'refused'],
  );
  t.strictSame(
    [read('text', '  '), read('text', 'a\0'), read('text', 'x'.repeat(2001))],
    [null, 'refused', 'refused'],
  );
  t.equal(keyOf('Größe (cm) & mehr!'), 'gro-e-cm-mehr');
});

t.test('a field is added, filled in, found, told of in the timeline and retired', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  await logged(desk, 2);
  await api('POST', '/fields', { name: 'Customer no.', kind: 'text' });
  await api('POST', '/fields', { name: 'Plan', kind: 'choice', choices: ['Gold', 'Silver'] });
  await api('POST', '/fields', { name: 'Board told', kind: 'yes-no' });
  t.equal((await api('POST', '/fields', { name: 'customer NO.', kind: 'text' })).status, 422);
  t.equal((await api('POST', '/fields', { name: 'Tier', kind: 'choice' })).status, 422);

  const given = { 'customer-no': 'K-4711', plan: 'gold', 'board-told': true };
  t.strictSame((await api('PATCH', '/incidents/1', { fields: given })).body.fields, {
    'customer-no': 'K-4711',
    plan: 'Gold',
    'board-told': true,
  });
  const wrong = await api('PATCH', '/incidents/1', { fields: { plan: 'Tin', nothing: 'x' } });
  t.match(wrong, {
    status: 422,
    body: { fields: { 'fields.plan': /choices/, 'fields.nothing': /no field/ } },
  });
  t.match((await api('GET', '/incidents?field=customer-no&value=k-4711')).body.items, [{ number: 1 }]);
  t.strictSame((await api('GET', '/incidents?field=plan&value=silver')).body.items, []);

  const admin = await signedIn(desk, 'admin');
  const form = (await admin.get('/incidents/1/edit')).body;
  t.match(form, /<select id="field-plan"/);
  const version = /name="version" value="(\d+)"/.exec(form)?.[1] ?? '';
  const facts = { title: 'A block', severity: 'normal', version };
  const refused = await admin.post('/incidents/1/edit', {
    ...facts,
    'field-plan': 'Tin',
    'field-customer-no': 'K-1',
  });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /id="error-field-plan"/);
  t.match(refused.body, /value="K-1"/, 'what was typed is there again');
  await admin.post('/incidents/1/edit', { ...facts, 'field-plan': 'Silver', 'field-board-told': '' });
  t.match((await entriesOf(desk, 1)).at(-1), {
    kind: 'incident-edited',
    detail: {
      changes: [
        { field: 'Plan', from: 'Gold', to: 'Silver' },
        { field: 'Board told', from: 'yes', to: '' },
      ],
    },
  });

  const [, plan] = (await api('GET', '/fields')).body.items;
  await api('PATCH', `/fields/${plan.id}`, { retired: true, version: plan.version });
  t.equal((await api('PATCH', `/fields/${plan.id}`, { name: 'Tier', version: plan.version })).status, 409);
  t.match((await admin.get('/incidents/1/edit')).body, /No longer asked for/, 'where it has a value');
  t.notMatch((await admin.get('/incidents/2/edit')).body, 'field-plan');
  t.match((await admin.get('/incidents/1')).body, 'Silver');
});

t.test('administrators order and change fields on their page', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/fields');
  for (const name of ['First', 'Second'])
    t.equal((await admin.post('/settings/fields', { name, kind: 'number' })).statusCode, 303);
  const order = async () =>
    (await desk.api('GET', '/fields')).body.items.map((field: { name: string }) => field.name);
  const [, second] = (await desk.api('GET', '/fields')).body.items;
  await admin.post(`/settings/fields/${second.id}/raising`);
  t.strictSame(await order(), ['Second', 'First']);
  const taken = await admin.post(`/settings/fields/${second.id}`, { name: 'First', version: '1' });
  t.equal(taken.statusCode, 422);
  t.match(taken.body, /Another field has this name/);
});

t.test('whether it is the name that is taken, or what the API would make of it, is told', async (t) => {
  const desk = await testDesk(t);
  const { api } = desk;
  const add = (name: string) => api('POST', '/fields', { name, kind: 'text' });
  t.equal((await add('Customer no.')).status, 201);
  t.match(await add('CUSTOMER no.'), {
    status: 422,
    body: { fields: { name: 'Another field has this name.' } },
  });
  t.match(await add('Customer: no'), {
    status: 422,
    body: { fields: { name: /would name this field customer-no, as it does the field Customer no\./ } },
  });
  const [field] = (await api('GET', '/fields')).body.items;
  await api('PATCH', `/fields/${field.id}`, { name: 'Number', version: field.version });
  t.match(await add('number'), { status: 422, body: { fields: { name: 'Another field has this name.' } } });
  t.match(await add('Customer no.'), {
    status: 422,
    body: { fields: { name: /as it does the field Number/ } },
  });
  t.equal((await api('GET', '/fields')).body.items.length, 1);
});
