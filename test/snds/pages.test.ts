import t from 'tap';
import { openFeed } from '../../src/snds/feeds.ts';
import { signedIn, testDesk } from '../desk.ts';
import { daysAgo, report } from './reports.fixture.ts';

const KEY = '11111111-2222-3333-4444-555566667777';
const LINK = `https://sendersupport.olc.protection.outlook.com/snds/data.aspx?key=${KEY}`;
const FEED = {
  kind: 'data',
  link: LINK,
  token: 'a-bearer-token-1',
  renewedOn: daysAgo(29),
  attestedOn: '2024-01-31',
};

t.test('a link is kept and never shown again; what is due stands beside it', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/snds');
  t.equal((await admin.post('/settings/snds/feeds', FEED)).statusCode, 303);
  const page = (await admin.get('/settings/snds')).body;
  t.match(page, 'sendersupport.olc.protection.outlook.com/snds/data.aspx?key&#x3D;…7777');
  t.notMatch(page, KEY);
  t.notMatch(page, 'a-bearer-token-1');
  t.match(page, /data-is="warn">.*renew the link by/s);
  t.match(page, /data-is="bad">.*attest the network again: since 30 November 2024/s);
  t.match(page, /not fetched yet/);
  const twice = await admin.post('/settings/snds/feeds', FEED);
  t.match(twice, { statusCode: 422, body: /This link is fetched already/ });
  t.notMatch(twice.body, KEY, 'nor in the form that comes back');
});

t.test('a link is renewed in place, and an empty field keeps the one that is there', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.post('/settings/snds/feeds', FEED);
  const read = async () => {
    const row = await desk.db.selectFrom('snds_feeds').selectAll().executeTakeFirstOrThrow();
    t.match(row, { link: null, token: '' }, 'nothing lies in clear');
    return { ...row, ...openFeed(desk.desk.secrets, row) };
  };
  const change = { renewedOn: daysAgo(0), attestedOn: '' };
  t.equal((await admin.post('/settings/snds/feeds/1', { ...change, version: '1' })).statusCode, 303);
  t.match(await read(), { link: LINK, token: 'a-bearer-token-1', renewed_on: daysAgo(0), attested_on: null });
  const link = `${LINK}8`;
  t.equal((await admin.post('/settings/snds/feeds/1', { ...change, link, version: '2' })).statusCode, 303);
  t.match(await read(), { link, token: 'a-bearer-token-1', version: 3 });
  const late = await admin.post('/settings/snds/feeds/1', { ...change, link: LINK, version: '1' });
  t.match(late, { statusCode: 409, body: /Somebody changed this feed/ });
  t.notMatch(late.body, KEY);
  t.equal((await admin.post('/settings/snds/feeds/1/removal')).statusCode, 303);
  t.match((await admin.get('/settings/snds')).body, /None\. A link for automated access/);
});

t.test('a link that may not be fetched is refused beside its field, and is not shown again', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/snds');
  const answer = await admin.post('/settings/snds/feeds', {
    ...FEED,
    link: `https://127.0.0.1/?key=${KEY}`,
    renewedOn: daysAgo(3),
  });
  t.equal(answer.statusCode, 422);
  t.match(answer.body, /class="field-error" id="le-new">127\.0\.0\.1 is none of the hosts/);
  t.match(answer.body, `name="renewedOn" type="date" required value="${daysAgo(3)}"`);
  t.notMatch(answer.body, KEY);
  const allowed = await testDesk(t, { SNDS_HOSTS: 'reports.example.com' });
  const other = await signedIn(allowed, 'admin');
  await other.get('/settings/snds');
  t.equal(
    (await other.post('/settings/snds/feeds', { ...FEED, link: 'https://reports.example.com/x' })).statusCode,
    303,
  );
});

t.test('a form for a link that was sent after the session ended is kept without its secrets', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/snds');
  await desk.db.deleteFrom('sessions').execute();
  const asked = await admin.post('/settings/snds/feeds', FEED);
  t.equal(asked.statusCode, 401);
  t.match(asked.body, daysAgo(29), 'what is no secret is kept');
  t.notMatch(asked.body, KEY);
  t.notMatch(asked.body, 'a-bearer-token-1');
});

t.test('who may not write sees the reports and no form, and an operator no link', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/snds/imports', { text: report({ day: daysAgo(1) }) });
  const viewer = (await (await signedIn(desk, 'viewer')).get('/settings/snds')).body;
  t.match(viewer, /<a href="\/settings\/snds\/imports\/1\/source" download>/);
  t.notMatch(viewer.slice(viewer.indexOf('<main')), /<form/);
  const operator = (await (await signedIn(desk, 'operator')).get('/settings/snds')).body;
  t.match(operator, /action="\/settings\/snds\/imports"/);
  t.notMatch(operator, /action="\/settings\/snds\/feeds/);
});

t.test('where nothing came for days, the page says so first', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'viewer');
  await desk.api('POST', '/snds/imports', { text: report({ day: daysAgo(9) }) });
  t.match((await admin.get('/settings/snds')).body, /<b>No data since .* 20\d\d\.<\/b>/);
  t.match((await admin.get('/addresses/192.0.2.10')).body, /unknown<\/span> no data since /);
  await desk.api('POST', '/snds/imports', { text: report({ day: daysAgo(1) }) });
  t.notMatch((await admin.get('/settings/snds')).body, /No data since/);
});
