import t from 'tap';
import { type Browser, signedIn, testDesk } from '../desk.ts';
import { accepted, minute, refused, send } from './batches.fixture.ts';

/** On the hour, so that a minute after another never is in the next. */
const START = new Date((Math.floor(Date.now() / 3_600_000) - 6) * 3_600_000);
const at = (n: number) => minute(START, n);

t.test('the incident and the address show what was delivered, as a picture and as a table', async (t) => {
  const desk = await testDesk(t);
  await send(desk, [
    accepted(at(0), 140),
    refused(at(60), 33),
    refused(at(61), 4, { outcome: 'deferred', replyCode: '451' }),
  ]);
  const browser = await signedIn(desk);
  const page = (await browser.get('/incidents/1')).body;
  t.match(page, /Deliveries <span>per hour, to Outlook\.com/);
  t.match(page, /aria-label="140 accepted and 37 refused from /);
  t.match(page, /Most per hour: 140\./);
  const table = (await browser.get('/incidents/1/deliveries')).body;
  t.match(table, 'By hour of UTC, ', 'hours of a summer are not those of today’s offset');
  t.match(table, /data-label="Accepted" class="num">140</);
  t.match(
    table,
    /data-label="Deferred" class="num">4<\/td><td role="cell" data-label="Refused" class="num">33</,
  );
  const address = (await browser.get('/addresses/203.0.113.7')).body;
  t.match(address, /140 accepted, 4 deferred, 33 refused/);
});

t.test('where no log is watched, the page says so', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: refused(at(0), 1).samples[0] });
  const browser = await signedIn(desk);
  t.match((await browser.get('/incidents/1')).body, /No log shows mail from here to Outlook\.com/);
  t.match((await browser.get('/incidents/1/deliveries')).body, /No log shows mail from here/);
  t.notMatch((await browser.get('/addresses/203.0.113.7')).body, /h-del/);
  t.equal((await browser.get('/incidents/99/deliveries')).statusCode, 404);
});

t.test('a way out without an address is asked for, and counts from then on', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk);
  t.match((await browser.get('/settings/watching')).body, /None\. They appear here/);
  t.match(
    (await browser.get('/settings/profile')).body,
    /None is known yet.*href="\/settings\/watching#transports"/,
  );
  const nameless = (n: number) =>
    refused(at(n), 30, { address: null, via: 'mx-out2 postfix-b/smtp', samples: [] });
  t.match(
    (await send(desk, [nameless(0), accepted(at(0), 7, { address: '10.0.0.9', via: 'mx-out3 exim' })])).body,
    {
      counted: 37,
      opened: [],
    },
  );
  t.match((await browser.get('/settings/profile')).body, /2 ways out are known .* of 2 nobody has said/);
  const page = (await browser.get('/settings/watching')).body;
  t.match(page, /<code>mx-out2 postfix-b\/smtp<\/code>/);
  t.match(page, /<code>mx-out3 exim<\/code>/, 'a private address is no sending address to the outside');
  t.match(page, /data-label="Not placed" class="num">30</);
  const bad = await browser.post('/settings/watching/transports', {
    via: 'mx-out2 postfix-b/smtp',
    address: '999.1.1.1',
  });
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /value="999\.1\.1\.1"/, 'what was typed is still there');
  t.match(bad.body, /class="field-error" id="te-/);
  const range = await browser.post('/settings/watching/transports', {
    via: 'mx-out2 postfix-b/smtp',
    address: '203.0.113.0/29',
  });
  t.match(range.body, /is a range; a transport sends from one address/);
  const set = await browser.post('/settings/watching/transports', {
    via: 'mx-out2 postfix-b/smtp',
    address: '203.0.113.20',
  });
  t.equal(set.statusCode, 303);
  t.strictSame((await send(desk, [nameless(1)])).body.opened, [1]);
  t.match((await desk.api('GET', '/incidents/1')).body, { addresses: ['203.0.113.20'] });
  await browser.post('/settings/watching/transports', { via: 'mx-out2 postfix-b/smtp', address: '' });
  t.match((await send(desk, [nameless(2)])).body, { counted: 30 });
  const unplaced = await desk.db
    .selectFrom('transports')
    .select('unplaced')
    .where('via', 'like', '%postfix-b%')
    .executeTakeFirstOrThrow();
  t.equal(unplaced.unplaced, 30);
  t.equal(
    (await browser.post('/settings/watching/transports', { via: 'nobody', address: '203.0.113.9' }))
      .statusCode,
    404,
  );
});

const RULE = {
  opens: 'yes',
  refusals: '3',
  windowMinutes: '10',
  sharePercent: '0',
  accepted: '5',
  quietMinutes: '30',
  version: '0',
};

t.test('rules are set for all providers or for one, by an admin', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  t.match(
    (await admin.get('/settings/watching')).body,
    /name="refusals" inputmode="numeric" required value="10"/,
  );
  t.equal((await admin.post('/settings/watching', { ...RULE, provider: '' })).statusCode, 303);
  t.strictSame((await send(desk, [refused(at(0), 3), accepted(at(0), 900)])).body.opened, [1]);
  t.equal(
    (await admin.post('/settings/watching', { ...RULE, provider: 'Google Mail', adds: 'yes', opens: 'no' }))
      .statusCode,
    303,
  );
  const gmail = refused(at(0), 300, { provider: 'gmail', samples: [] });
  t.strictSame((await send(desk, [gmail])).body.opened, [], 'Gmail is only counted');
  await admin.post('/settings/watching/removal', { provider: 'gmail' });
  t.strictSame((await send(desk, [{ ...gmail, minute: at(5) }])).body.opened, [2]);
});

t.test('a rule that cannot be says where, and keeps what was typed', async (t) => {
  const desk = await testDesk(t);
  const admin = await signedIn(desk, 'admin');
  await admin.get('/settings/watching');
  const bad = await admin.post('/settings/watching', {
    ...RULE,
    provider: 'gmail',
    adds: 'yes',
    sharePercent: '120',
    quietMinutes: 'soon',
  });
  t.equal(bad.statusCode, 422);
  t.match(bad.body, /Must be per cent, 0 to 100/);
  t.match(bad.body, /value="soon"/);
  t.match(bad.body, /name="provider" value="gmail"/);
  for (const provider of ['', 'Gmial']) {
    const nobody = await admin.post('/settings/watching', { ...RULE, provider, adds: 'yes' });
    t.equal(nobody.statusCode, 422);
    t.match(nobody.body, /is no provider of the catalogue/);
  }
  t.strictSame(await desk.db.selectFrom('watch_rules').selectAll().execute(), []);
});

t.test('of two who change a rule at a time, the second is told', async (t) => {
  const desk = await testDesk(t);
  const [one, other] = [await signedIn(desk, 'admin'), await signedIn(desk, 'admin')];
  await one.get('/settings/watching');
  await other.get('/settings/watching');
  t.equal((await one.post('/settings/watching', { ...RULE, provider: '' })).statusCode, 303);
  const late = await other.post('/settings/watching', { ...RULE, provider: '', refusals: '77' });
  t.equal(late.statusCode, 409);
  t.match(late.body, /Somebody changed this rule/);
  t.match(late.body, /value="77"/);
});

t.test('who may only look sees the rules and no form', async (t) => {
  const desk = await testDesk(t);
  const viewer: Browser = await signedIn(desk, 'viewer');
  const page = (await viewer.get('/settings/watching')).body;
  t.match(page, /from 10 refusals within 60 min, at least 20% of deliveries/);
  t.notMatch(page, /action="\/settings\/watching/);
});
