import t from 'tap';
import { buildApp } from '../../../src/app.ts';
import type { Db } from '../../../src/database/open.ts';
import { addVersion } from '../../../src/letters/editor/template-store.ts';
import { openLibrary } from '../../../src/letters/library.ts';
import { SYSTEM } from '../../../src/web/access.ts';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../../desk.ts';

const KEY = 'outlook-com/first';
const PAGE = `/settings/letters/${KEY}/en`;
const API = `/letter-templates/${KEY}/en`;
const TEXT = {
  title: 'Outlook.com, as we write',
  when: 'A block at Outlook.com that nothing was asked about yet.',
  subject: 'Our mail from {{address}}',
  body: 'Dear Outlook.com team,\n\nplease lift the block of {{every addresses}}.\n\n{{> signature.en}}\n',
};

async function withIncident(t: Parameters<typeof testDesk>[0]) {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  return desk;
}

t.test('an admin changes a template, and letters are drafted from what they wrote', async (t) => {
  const desk = await withIncident(t);
  const admin = await signedIn(desk, 'admin');
  const list = await admin.get('/settings/letters?for=outlook-com&round=first');
  t.match(list.body, new RegExp(`href="${PAGE}"`));
  t.notMatch(list.body, '/settings/letters/gmail', 'the filter holds');

  const edit = await admin.get(`${PAGE}/edit`);
  t.match(edit.body, '{{every addresses}}', 'it begins with what is built in');
  const wrong = {
    ...TEXT,
    body: 'Hello\n\n{{#if blockCode}}{{adress}}\n',
    version: '0',
    note: '',
    incident: '1',
  };
  const refused = await admin.post(PAGE, wrong);
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /Line 3, column 1<\/a>: {{#if}} is never closed/);
  t.match(refused.body, /Line 3, column 20<\/a>: There is no variable adress; did you mean address\?/);
  t.match(refused.body, '{{adress}}\n</textarea>', 'what was typed is still there');

  const preview = await admin.post(`${PAGE}/preview`, { ...TEXT, version: '0', incident: '1' });
  t.equal(preview.statusCode, 200);
  t.match(preview.body, 'please lift the block of 203.0.113.7.');
  t.match(preview.body, 'Jonas Weber');
  t.match(
    (await admin.post(`${PAGE}/preview`, { ...TEXT, version: '0', incident: '99' })).body,
    'no incident #99',
  );
  t.equal((await desk.api('GET', API)).body.version, 0, 'a preview keeps nothing');

  const saved = await admin.post(PAGE, { ...TEXT, version: '0', note: 'shorter' });
  t.equal(saved.statusCode, 303);
  const shown = await admin.get(`${PAGE}?incident=1`);
  t.match(shown.body, 'changed, version 1');
  t.match(shown.body, 'please lift the block of 203.0.113.7.');
  const version = await admin.get(`${PAGE}/versions/1`);
  t.match(version.body, 'The admin');
  t.match(version.body, 'shorter');
  t.match(version.body, 'against what was built in');
  t.match(version.body, /data-is="new"/);

  const { body: letter } = await desk.api('POST', '/incidents/1/letters', { template: KEY });
  t.match(letter.body, /^Dear Outlook.com team,/);
  t.equal(letter.subject, 'Our mail from 203.0.113.7');
  const again = await admin.post(PAGE, { ...TEXT, version: '0' });
  t.equal(again.statusCode, 409, 'who began with an older version is told');
  t.match(again.body, /The admin saved version 1/);
  t.match(again.body, 'name="version" value="1"', 'and can save again');
});

t.test('only admins write; what they wrote is read by all', async (t) => {
  const desk = await withIncident(t);
  const operator = await signedIn(desk, 'operator');
  const viewer = await signedIn(desk, 'viewer');
  t.equal((await viewer.get(`${PAGE}?incident=1`)).statusCode, 200);
  t.notMatch((await operator.get(PAGE)).body, `${PAGE}/edit`);
  for (const [url, fields] of [
    [PAGE, { ...TEXT, version: '0' }],
    [`${PAGE}/preview`, { ...TEXT, version: '0' }],
    [`${PAGE}/built-in`, { version: '0' }],
  ] as const)
    t.equal((await operator.post(url, fields)).statusCode, 403, url);
  t.equal((await operator.get(`${PAGE}/edit`)).statusCode, 403);
});

t.test('a letter keeps the version that it was drafted from, until it is brought up to date', async (t) => {
  const desk = await withIncident(t);
  const admin = await signedIn(desk, 'admin');
  await desk.api('PUT', API, TEXT);
  const { body: letter } = await desk.api('POST', '/incidents/1/letters', { template: KEY });
  const url = `/incidents/1/letters/${letter.id}`;
  const edited = letter.body.replace('Jonas Weber', 'Jonas Weber, postmaster');
  await desk.api('PATCH', `/letters/${letter.id}`, { body: edited });
  t.notMatch((await admin.get(url)).body, 'The template has changed');
  await desk.api('PUT', API, {
    ...TEXT,
    body: TEXT.body.replace(
      'Dear Outlook.com team,',
      'Good morning,\n\n{{#claim "bounce-rate-low"}}x{{/claim}}',
    ),
  });

  const stale = await admin.get(url);
  t.match(stale.body, 'The template has changed since this was drafted');
  t.match(stale.body, 'template version 1');
  t.notOk(
    (await desk.api('GET', `/letters/${letter.id}`)).body.claims.some(
      (one: { key: string }) => one.key === 'bounce-rate-low',
    ),
    'its claims are judged by its own version',
  );
  const row = await desk.db
    .selectFrom('letters')
    .selectAll()
    .where('id', '=', letter.id)
    .executeTakeFirstOrThrow();
  const fresh = await admin.post(`${url}/refreshing`, {
    subject: row.subject,
    body: row.body,
    version: String(row.version),
  });
  t.equal(fresh.statusCode, 303);
  const { body: now } = await desk.api('GET', `/letters/${letter.id}`);
  t.match(now.body, /^Good morning,/);
  t.match(now.body, 'Jonas Weber, postmaster', 'what a person wrote stays');
  t.notMatch((await admin.get(url)).body, 'The template has changed');
});

t.test('the API saves, tells mistakes by their place, lists versions, and goes back', async (t) => {
  const { api } = await withIncident(t);
  const wrong = await api('PUT', API, { ...TEXT, subject: 'Mail {{constructor}}', body: 'a\n{{/if}}\n' });
  t.equal(wrong.status, 422);
  t.match(wrong.body.problems, [
    { field: 'subject', line: 1, column: 8, words: 'there is no variable constructor' },
    { field: 'body', line: 2, column: 1 },
  ]);
  const saved = await api('PUT', API, { ...TEXT, note: 'one' });
  t.match(saved.body, {
    state: 'changed',
    version: 1,
    needs: ['addresses', 'contact-name', 'name', 'website', 'contact-email'],
  });
  t.not(saved.body.builtIn.body, TEXT.body);
  t.equal((await api('PUT', API, TEXT)).body.version, 1, 'the same text makes no new version');
  t.equal((await api('PUT', API, { ...TEXT, title: 'Another', version: 0 })).status, 409);
  await api('PUT', API, { ...TEXT, title: 'Another', version: 1 });
  t.match((await api('POST', `${API}/built-in`, { version: 2 })).body, { state: 'built-in', version: 3 });
  t.equal((await api('POST', `${API}/built-in`, {})).status, 422, 'there is nothing more to go back from');
  const first = await api('GET', `${API}/versions?limit=2`);
  t.match(first.body.items, [
    { version: 3, text: null },
    { version: 2, text: { title: 'Another' } },
  ]);
  const rest = await api('GET', `${API}/versions?limit=2&cursor=${first.body.next}`);
  t.match(rest.body, { items: [{ version: 1, note: 'one' }], next: null });
  t.match((await api('POST', '/incidents/1/letters', { template: KEY })).body.body, /^Hello,/);
  for (const [key, status] of [
    ['nobody/first', 404],
    ['gmail/begging', 404],
    ['outlook-com/first', 200],
  ] as const)
    t.equal((await api('GET', `/letter-templates/${key}/en`)).status, status, key);
  t.equal((await api('PUT', API, { ...TEXT, title: '   ' })).status, 422, 'blanks are no title');
});

t.test('a template of one’s own is offered where there was none, and can be taken away', async (t) => {
  const { api, db, app, desk } = await withIncident(t);
  await api('POST', '/incidents', { report: '550 blocked', provider: 'gmail', addresses: ['203.0.113.9'] });
  const own = '/letter-templates/gmail/first/fr';
  t.match((await api('GET', own)).body, { state: 'taken-away', version: 0, builtIn: null });
  t.match((await api('PUT', own, { ...TEXT, body: 'Bonjour,\n\n{{every addresses}}\n' })).body, {
    state: 'own',
  });
  const { body: letter } = await api('POST', '/incidents/2/letters', { language: 'fr' });
  t.match(letter, { template: 'gmail/first', language: 'fr', body: /^Bonjour/ });
  await api('POST', `${own}/built-in`, {});
  const admin = await signedIn({ api, db, app, desk }, 'admin');
  t.equal(
    (await admin.get(`/incidents/2/letters/${letter.id}`)).statusCode,
    200,
    'letters of it stay readable',
  );
  t.equal(
    (await api('POST', '/incidents/2/letters', { template: 'gmail/first', language: 'fr' })).status,
    422,
  );
  t.match((await admin.get('/settings/letters/gmail/first/fr')).body, 'Write it again');
});

t.test('what one process saves, the others draft from at once', async (t) => {
  const { api, db, desk } = await withIncident(t);
  const other = await buildApp({ ...desk, letters: openLibrary() });
  t.teardown(() => other.close());
  const drafted = async () => {
    const all = await openLibraryOf.current(db);
    return all.find((one) => one.key === KEY && one.language === 'en')?.title;
  };
  const openLibraryOf = other.desk.letters;
  t.equal(await drafted(), 'Outlook.com, first request');
  await api('PUT', API, TEXT);
  t.equal(await drafted(), TEXT.title);
  await api('POST', `${API}/built-in`, {});
  t.equal(await drafted(), 'Outlook.com, first request');
});

/** A version that is there already, whatever this release makes of it. */
const keep = (db: Db, version: Parameters<typeof addVersion>[3]) =>
  db.transaction().execute((trx) => addVersion(trx, SYSTEM, { key: KEY, language: 'en' }, version));

t.test('what a release changes beneath a changed text is shown, and can be brought into it', async (t) => {
  const { api, db, app, desk } = await withIncident(t);
  const { body: built } = await api('GET', API);
  const text = (body: string) => ({ title: built.title, when: built.when, subject: built.subject, body });
  // As the release before had it: with another greeting, and without the last part.
  const was = text(built.body.replace('Hello,', 'Dear Sir or Madam,'));
  const ours = text(`${was.body}\nWe are on the telephone from 7 to 18 UTC.\n`);
  await keep(db, { since: 0, text: { ...ours, claims: built.claims }, builtIn: was, note: '' });
  t.match((await api('GET', API)).body, { releaseChanged: true, body: ours.body }, 'the person’s text stays');
  const admin = await signedIn({ api, db, app, desk }, 'admin');
  t.match((await admin.get('/settings/letters?state=release')).body, 'release changed it too');
  const shown = await admin.get(PAGE);
  t.match(shown.body, 'A release changed what is built in');
  t.match(shown.body, /<li data-is="gone">.*Dear Sir or Madam/);
  t.match(shown.body, /<li data-is="new">.*Hello/);
  const merged = await admin.get(`${PAGE}/edit?from=release`);
  const [, typed = ''] = /<textarea[^>]* id="body"[^>]*>\n([\s\S]*?)<\/textarea>/.exec(merged.body) ?? [];
  t.match(typed, /^Hello,/);
  t.match(typed, 'We are on the telephone');
  await api('PUT', API, { ...ours, body: `${built.body}\nWe are on the telephone.\n` });
  t.match((await api('GET', API)).body, { releaseChanged: false }, 'whoever saves has seen it');
});

t.test('a text that a release can no longer read gives way to what is built in, and says why', async (t) => {
  const { api, db, app, desk } = await withIncident(t);
  await keep(db, {
    since: 0,
    text: { ...TEXT, body: 'Hi\n{{variableOfOld}}\n', claims: [] },
    builtIn: null,
    note: '',
  });
  t.match((await api('GET', API)).body, { state: 'unusable', problems: [{ line: 2, column: 3 }] });
  t.match((await api('POST', '/incidents/1/letters', { template: KEY })).body.body, /^Hello,/);
  const admin = await signedIn({ api, db, app, desk }, 'admin');
  t.match((await admin.get(PAGE)).body, /This release cannot use version 1.*Line 2, column 3/s);
});
