import t from 'tap';
import { startLetter } from '../../../src/letters/draft-store.ts';
import { addVersion } from '../../../src/letters/editor/template-store.ts';
import { prepareLetter } from '../../../src/letters/prepare.ts';
import { addTrial } from '../../../src/letters/wording-trials/store.ts';
import { SYSTEM } from '../../../src/web/access.ts';
import { signedIn, type TestDesk } from '../../desk.ts';
import { API, KEY, lettersOf, sides, TEXT, withTrial, withWordings } from './trials.fixture.ts';

const provider = ({ desk }: TestDesk) => {
  const found = desk.catalogue.byKey.get('outlook-com');
  if (!found) throw new Error('the catalogue has no Outlook.com');
  return found;
};

t.test('by turn, however a letter is drafted: by page, API, a watched log', async (t) => {
  const desk = await withTrial(t, 5);
  const browser = await signedIn(desk);
  const form = { template: KEY, language: 'en' };
  await desk.api('POST', '/incidents/1/letters', { template: KEY });
  t.equal((await browser.post('/incidents/2/letters', form)).statusCode, 303);
  await desk.db.transaction().execute((trx) =>
    prepareLetter(trx, SYSTEM, 3, {
      provider: provider(desk),
      rule: null,
      letters: desk.desk.letters,
      now: new Date(),
    }),
  );
  await desk.api('POST', '/incidents/4/letters', {});
  await desk.api('POST', '/incidents/5/letters', { template: 'outlook-com/followup-silence' });
  t.equal(await sides(desk), 'ABAB-', 'another template is in no comparison');
  const [a, b] = await lettersOf(desk);
  t.match(a?.body, /^Hello,/);
  t.match(b?.body, /^Good morning,/);
  t.match((await browser.get(`/incidents/2/letters/${b?.id}`)).body, 'wording B of a comparison');
  t.notMatch((await browser.get('/incidents/5/letters/5')).body, 'of a comparison');
});

t.test('nobody picks by drafting again: an incident keeps its wording until it is sent', async (t) => {
  const desk = await withTrial(t, 2);
  const browser = await signedIn(desk);
  const draft = () => desk.api('POST', '/incidents/1/letters', { template: KEY });
  const first = await draft();
  await browser.get(`/incidents/1/letters/${first.body.id}`);
  await browser.post(`/incidents/1/letters/${first.body.id}/discarding`);
  await draft();
  await desk.api('POST', '/incidents/2/letters', { template: KEY });
  t.equal(await sides(desk), 'AAB');
  t.match((await desk.api('GET', `${API}/trials`)).body.items, [{ turns: 2 }]);
  await desk.db
    .updateTable('letters')
    .set({ state: 'sent', sent_at: new Date(), channel: 'form' })
    .where('id', '=', 2)
    .execute();
  await desk.api('POST', '/incidents/2/letters', { template: KEY });
  await draft();
  t.equal(await sides(desk), 'AABBA', 'what comes after a sent one has its own turn');
});

t.test('drafted at the same time, each has its own turn', async (t) => {
  const desk = await withTrial(t, 8);
  const [template] = (await desk.desk.letters.current(desk.db)).filter(
    (one) => one.key === KEY && one.language === 'en',
  );
  if (!template) throw new Error('no such template');
  const given = { template, provider: provider(desk), letters: desk.desk.letters, now: new Date() };
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      desk.db.transaction().execute((trx) => startLetter(trx, SYSTEM, at + 1, given)),
    ),
  );
  const order = await sides(desk);
  t.equal([...order].sort().join(''), 'AAAABBBB', order);
});

t.test('a draft that did not come to be has taken no turn', async (t) => {
  const desk = await withTrial(t, 2);
  await desk.db.updateTable('incidents').set({ state: 'closed' }).where('number', '=', 1).execute();
  t.equal((await desk.api('POST', '/incidents/1/letters', { template: KEY })).status, 409);
  await desk.api('POST', '/incidents/2/letters', { template: KEY });
  t.equal(await sides(desk), 'A');
});

t.test('a wording that this release cannot read gives way to the template in force', async (t) => {
  const desk = await withWordings(t, 2);
  const named = { key: KEY, language: 'en' };
  const unreadable = { ...TEXT, body: 'Hi\n{{variableOfOld}}\n', claims: [] };
  await desk.db.transaction().execute(async (trx) => {
    await addVersion(trx, SYSTEM, named, { since: 1, text: unreadable, builtIn: null, note: '' });
    await addVersion(trx, SYSTEM, named, {
      since: 2,
      text: { ...TEXT, claims: [] },
      builtIn: null,
      note: '',
    });
    await addTrial(trx, SYSTEM, named, { a: 0, b: 2 });
  });
  for (const number of [1, 2]) await desk.api('POST', `/incidents/${number}/letters`, { template: KEY });
  t.equal(await sides(desk), 'A-');
  t.equal((await lettersOf(desk))[1]?.template_version, 3);
});

t.test('brought up to date, a letter keeps its wording while the comparison runs', async (t) => {
  const desk = await withTrial(t, 1);
  const admin = await signedIn(desk, 'admin');
  await desk.api('POST', '/incidents/1/letters', { template: KEY });
  const url = '/incidents/1/letters/1';
  const refresh = async () => {
    const [row] = await lettersOf(desk);
    const fields = { subject: row?.subject ?? '', body: row?.body ?? '', version: String(row?.version) };
    t.equal((await admin.post(`${url}/refreshing`, fields)).statusCode, 303);
    return (await lettersOf(desk))[0];
  };
  t.notMatch((await admin.get(url)).body, 'The template has changed');
  t.match(await refresh(), { template_version: null, body: /^Hello,/, wording_trial_id: 1 });
  await desk.api('PATCH', `${API}/trials/1`, { state: 'ended' });
  t.match((await admin.get(url)).body, 'The template has changed since this was drafted');
  t.match(await refresh(), { template_version: 1, body: /^Good morning,/, wording_trial_id: null });
});
