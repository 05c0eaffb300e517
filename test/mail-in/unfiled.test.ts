import t from 'tap';
import { listUnfiled, type Place, putAway } from '../../src/mail-in/filing/unfiled-store.ts';
import { SYSTEM } from '../../src/web/access.ts';
import { signedIn, testDesk } from '../desk.ts';
import {
  askedIncident,
  DENIED,
  DESK,
  kindsOf,
  MITIGATED,
  mail,
  messagesOf,
  stateOf,
  take,
} from './mails.fixture.ts';

const SIGNED = 'css.one.microsoft.com';
const BOTH = 'About 203.0.113.7 and 203.0.113.9:\n';

t.test('an unfiled mail is filed with a suggestion, taken back, put away and brought back', async (t) => {
  const desk = await testDesk(t);
  const one = await askedIncident(desk);
  await askedIncident(desk, { address: '203.0.113.9' });
  const message = await take(desk, await mail({ text: `${BOTH}${DENIED}`, signedBy: SIGNED, from: DESK }));
  const browser = await signedIn(desk);
  const list = await browser.get('/unfiled');
  t.equal(list.statusCode, 200);
  t.match(list.body, /Really from Outlook.com[^<]*: DMARC passed for css\.one\.microsoft\.com/);
  t.match(list.body, /Unfiled<span class="n">/);
  t.match((await browser.get(`/unfiled/${message.id}`)).body, /Where it belongs/);
  await browser.post(`/unfiled/${message.id}/filing`, { incident: String(one) });
  t.equal(await stateOf(desk, one), 'action-needed');
  t.match((await kindsOf(desk, one)).slice(-3), ['message-received', 'state-changed', 'message-filed']);
  const done = await browser.get(`/unfiled?done=${message.id}`);
  t.match(done.body, `Filed with <a href="/incidents/${one}/messages/${message.id}">#${one}</a>`);
  t.equal(
    (await browser.get(`/unfiled/${message.id}`)).headers.location,
    `/incidents/${one}/messages/${message.id}`,
  );
  await browser.post(`/unfiled/${message.id}/filing`, { unfile: '1' });
  t.equal(await stateOf(desk, one), 'awaiting-provider', 'what it changed is taken back');
  t.equal((await kindsOf(desk, one)).includes('message-moved-away'), true);
  t.equal(
    (await browser.get(`/incidents/${one}/messages/${message.id}`)).headers.location,
    `/unfiled/${message.id}`,
    'the timeline’s link leads on',
  );
  await browser.post(`/unfiled/${message.id}/putting-away`);
  t.match((await browser.get('/unfiled')).body, /Nothing waits here/);
  t.match((await browser.get('/unfiled?which=put-away')).body, /Put away by The operator/);
  await browser.post(`/unfiled/${message.id}/bringing-back`);
  t.notMatch((await browser.get('/unfiled')).body, /Nothing waits here/);
});

t.test('of two who file the same mail the second is told where it is, and moves nothing', async (t) => {
  const desk = await testDesk(t);
  const one = await askedIncident(desk);
  const two = await askedIncident(desk, { address: '203.0.113.9' });
  const message = await take(desk, await mail({ text: `${BOTH}${DENIED}`, signedBy: SIGNED, from: DESK }));
  const browser = await signedIn(desk);
  const file = (incident: number) =>
    browser.post(`/unfiled/${message.id}/filing`, { incident: String(incident), _once: crypto.randomUUID() });
  await browser.get(`/unfiled/${message.id}`);
  t.equal((await file(one)).statusCode, 303);
  t.match(await file(two), {
    statusCode: 409,
    body: new RegExp(`filed this message with incident #${one} meanwhile`),
  });
  t.equal(await stateOf(desk, one), 'action-needed');
  t.equal(await stateOf(desk, two), 'awaiting-provider');
});

t.test('mails that were put away in the same millisecond are each on one page', async (t) => {
  const desk = await testDesk(t);
  const ids: number[] = [];
  for (let n = 0; n < 3; n += 1) ids.push((await take(desk, await mail({ text: `${n}. Hello.` }))).id);
  await desk.db.transaction().execute(async (trx) => {
    for (const id of ids) await putAway(trx, SYSTEM, id);
  });
  const seen: number[] = [];
  for (let after: Place | undefined; seen.length < 5; ) {
    const page = await listUnfiled(desk.db, { limit: 1, which: 'put-away', after });
    seen.push(...page.items.map(({ id }) => id));
    if (!page.next) break;
    after = page.next;
  }
  t.strictSame(seen.toSorted(), ids.toSorted());
});

t.test('a wrong number is said beside its field', async (t) => {
  const desk = await testDesk(t);
  const message = await take(desk, await mail({ text: 'Hello.' }));
  const browser = await signedIn(desk);
  await browser.get(`/unfiled/${message.id}`);
  for (const incident of ['77', 'nonsense']) {
    const answer = await browser.post(`/unfiled/${message.id}/filing`, { incident });
    t.equal(answer.statusCode, 422);
    t.match(answer.body, /id="error-incident"/);
    t.match(answer.body, `value="${incident}"`);
  }
  await askedIncident(desk);
  const gone = await browser.post(`/unfiled/${message.id + 50}/filing`, { incident: '1' });
  t.match(gone, { statusCode: 404, body: /There is no such message/ }, 'what is not there is named');
});

t.test('a message becomes an incident of its own', async (t) => {
  const desk = await testDesk(t);
  const message = await take(desk, await mail({ text: 'Your 203.0.113.44 is blocked here.', from: DESK }));
  const browser = await signedIn(desk);
  const page = await browser.get(`/unfiled/${message.id}`);
  t.match(page.body, /name="addresses"[^>]*value="203\.0\.113\.44"/);
  const bad = await browser.post(`/unfiled/${message.id}/incident`, { provider: 'nobody', addresses: 'x' });
  t.equal(bad.statusCode, 422);
  const answer = await browser.post(`/unfiled/${message.id}/incident`, {
    provider: 'Outlook.com',
    addresses: '203.0.113.44',
  });
  t.equal(answer.statusCode, 303);
  const [kept] = await messagesOf(desk);
  t.equal(answer.headers.location, `/incidents/${kept?.incident_number}`);
  t.ok(kept?.incident_number);
});

t.test('a filed message moves with what follows from it, and leaves a trace in both', async (t) => {
  const desk = await testDesk(t);
  const one = await askedIncident(desk);
  const other = await askedIncident(desk, { address: '203.0.113.9' });
  const first = await take(desk, await mail({ text: `203.0.113.7\n${DENIED}`, signedBy: SIGNED }));
  const second = await take(desk, await mail({ text: MITIGATED, signedBy: SIGNED }));
  t.equal(await stateOf(desk, one), 'mitigated');
  const browser = await signedIn(desk);
  const page = await browser.get(`/incidents/${one}/messages/${second.id}/filing`);
  t.equal(page.statusCode, 200);
  const moved = await browser.post(`/incidents/${one}/messages/${second.id}/filing`, {
    incident: `#${other}`,
  });
  t.equal(moved.headers.location, `/incidents/${other}/messages/${second.id}`);
  t.equal(await stateOf(desk, one), 'action-needed', 'the answer before it holds again');
  t.equal(await stateOf(desk, other), 'mitigated');
  t.ok((await kindsOf(desk, one)).includes('message-moved-away'));
  t.ok((await kindsOf(desk, other)).includes('message-filed'));
  const row = await desk.db
    .selectFrom('incidents')
    .selectAll()
    .where('number', '=', one)
    .executeTakeFirstOrThrow();
  t.match(row, { last_verdict: 'denied', mitigated_at: null });
  await browser.get(`/incidents/${one}/messages/${first.id}/filing`);
  const split = await browser.post(`/incidents/${one}/messages/${first.id}/incident`, {
    provider: 'Outlook.com',
    addresses: '203.0.113.50',
  });
  t.match(split.headers.location, /^\/incidents\/\d+$/);
  t.match((await browser.get(`${split.headers.location}`)).body, /from a mail that came in/);
  t.equal(await stateOf(desk, one), 'awaiting-provider');
  const late = await browser.post(`/incidents/${one}/messages/${first.id}/filing`, {
    incident: String(other),
  });
  t.ok(late.statusCode === 404 || late.statusCode === 409, 'who comes second is told');
});

t.test('the API files, takes back, accepts and lists', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const message = await take(desk, await mail({ text: MITIGATED.replace('203.0.113.7', 'address') }));
  const listed = await desk.api('GET', '/messages?unfiled=true');
  t.match(listed.body, { items: [{ id: message.id, incident: null, applied: false }], next: null });
  t.equal((await desk.api('POST', `/messages/${message.id}/acceptance`)).status, 422);
  t.match(await desk.api('POST', `/messages/${message.id}/filing`, { incident: number }), {
    status: 200,
    body: { incident: number, applied: false, verdict: 'mitigated' },
  });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
  t.match((await desk.api('POST', `/messages/${message.id}/acceptance`)).body, { applied: true });
  t.equal(await stateOf(desk, number), 'mitigated');
  t.equal((await desk.api('POST', `/messages/${message.id}/putting-away`)).status, 409);
  t.match((await desk.api('POST', `/messages/${message.id}/filing`, { incident: null })).body, {
    incident: null,
  });
  t.match((await desk.api('POST', `/messages/${message.id}/putting-away`)).status, 200);
  t.match((await desk.api('GET', '/messages?unfiled=false')).body, { items: [{ id: message.id }] });
  t.equal((await desk.api('POST', `/messages/${message.id}/filing`, { incident: 9999 })).status, 404);
  t.equal(await stateOf(desk, number), 'awaiting-provider');
});

t.test('what is not proven waits on the page of Unfiled', async (t) => {
  const desk = await testDesk(t);
  const number = await askedIncident(desk);
  const message = await take(desk, await mail({ text: MITIGATED }));
  const browser = await signedIn(desk);
  const list = await browser.get('/unfiled');
  t.match(list.body, /Filed, but not proven/);
  await browser.post(`/incidents/${number}/messages/${message.id}/verdict`, { verdict: 'other' });
  t.equal(await stateOf(desk, number), 'awaiting-provider');
  t.notMatch((await browser.get('/unfiled')).body, /Filed, but not proven/);
});
