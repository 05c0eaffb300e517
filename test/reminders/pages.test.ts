import t from 'tap';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

const IP = '203.0.113.7';
const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const day = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);

async function desk(t: Parameters<typeof testDesk>[0]) {
  const given = await testDesk(t);
  await given.api('POST', '/incidents', { report: REFUSAL });
  await given.api('PUT', '/profile', PROFILE);
  await given.db
    .insertInto('snds_feeds')
    .values({
      kind: 'data',
      link: 'https://sendersupport.olc.protection.outlook.com/snds/data.aspx?key=11111111-2222-3333-4444-555566667777',
      renewed_on: day(-28),
      attested_on: null,
      last_fetched_at: null,
      last_tried_at: null,
      fetched_until: null,
    })
    .execute();
  const read = (place: string, value: string, days: number, subject = IP) =>
    given.api('POST', `/evidence/${subject}/places/${place}/readings`, { value, readAt: ago(days) });
  await read('talos', 'Good', 20);
  await read('proofpoint', 'blocked', 6);
  await read('symantec', 'no negative reputation', 0);
  await read('postmaster-tools-spam-rate', '0.05', 30, 'harbour.example.com');
  await given.api('PUT', '/programmes/csa', { standing: 'member', expiresOn: day(90) });
  const reminders = async () =>
    (await given.api('GET', '/reminders')).body.items.map(
      ({ key, state }: { key: string; state: string }) => [key, state],
    );
  return { ...given, read, reminders };
}

const ALL = [
  ['place:postmaster-tools-spam-rate:harbour.example.com', 'due'],
  [`place:talos:${IP}`, 'due'],
  [`place:proofpoint:${IP}`, 'soon'],
  ['snds-link:1', 'soon'],
  ['membership:csa', 'later'],
];

t.test('one list of what is due, from all that ends or grows old', async (t) => {
  const given = await desk(t);
  t.strictSame(await given.reminders(), ALL);
  await given.read('talos', 'Good', 0);
  t.notOk((await given.reminders()).flat().includes(`place:talos:${IP}`), 'a new look is the answer');
  await given.api('PUT', '/profile', { ...PROFILE, sendingDomains: ['other.example.com'] });
  t.notOk(
    (await given.reminders()).flat().join().includes('harbour'),
    'a domain that sends no more is no matter',
  );
  const pages: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await given.api('GET', `/reminders?limit=1${cursor && `&cursor=${cursor}`}`);
    pages.push(...body.items.map(({ key }: { key: string }) => key));
    cursor = body.next;
  }
  t.strictSame(pages, [`place:proofpoint:${IP}`, 'snds-link:1', 'membership:csa']);
});

t.test('it stands on the desk and with its address, until it is put off or dismissed', async (t) => {
  const given = await desk(t);
  const browser = await signedIn(given);
  const strip = async (path: string) =>
    /<section class="due-strip".*?<\/section>/s.exec((await browser.get(path)).body)?.[0] ?? '';
  t.match(await strip('/'), /Look again: Cisco Talos.*since.*SNDS, data: renew the link.*by/s);
  t.match(await strip(`/addresses/${IP}`), 'Cisco Talos');
  t.notMatch(await strip(`/addresses/${IP}`), 'SNDS');
  for (const [key = '', state = ''] of ALL.filter(([, one]) => one !== 'later')) {
    const { body } = await given.api('GET', '/reminders');
    const { dueOn } = body.items.find((one: { key: string }) => one.key === key);
    const said: Record<string, string> = state === 'due' ? { until: day(5) } : { reason: 'no longer ours' };
    t.equal((await browser.post('/reminders/answers', { key, dueOn, ...said })).statusCode, 303, key);
  }
  t.strictSame([await strip('/'), await strip(`/addresses/${IP}`)], ['', ''], 'nothing is pressing');
  t.match((await given.api('GET', '/reminders')).body.items, [
    { state: 'snoozed', snoozedUntil: day(5), answeredBy: 'The operator' },
    { state: 'snoozed' },
    { state: 'dismissed', dismissedReason: 'no longer ours' },
    { state: 'dismissed' },
    { state: 'later' },
  ]);
  await browser.post('/reminders/withdrawals', { key: `place:talos:${IP}` });
  t.match(await strip('/'), 'Cisco Talos', 'it reminds again');
  t.match((await browser.get('/reminders')).body, /Put off or dismissed.*no longer ours/s);
});

t.test('an answer needs a day to come or a reason, for something that is due on that day', async (t) => {
  const given = await desk(t);
  const key = `place:talos:${IP}`;
  const answer = (body: object) => given.api('POST', '/reminders/answers', { key, dueOn: day(-6), ...body });
  t.equal((await answer({})).status, 422);
  t.equal((await answer({ snoozedUntil: day(2), dismissedReason: 'x' })).status, 422);
  t.equal((await answer({ snoozedUntil: day(0) })).status, 422, 'today is no later day');
  t.equal((await answer({ key: 'place:talos:198.51.100.9', dismissedReason: 'x' })).status, 409);
  t.equal((await answer({ dueOn: day(-5), dismissedReason: 'x' })).status, 409, 'it was done meanwhile');
  t.strictSame(await given.reminders(), ALL);
  const browser = await signedIn(given);
  const again = await browser.post('/reminders/answers', { key, dueOn: day(-6), until: '' });
  t.equal(again.statusCode, 422);
  t.match(again.body, /<details class="more" open>.*Choose a day, or say why/s);
  t.equal((await answer({ snoozedUntil: day(2) })).status, 204);
  const viewer = await signedIn(given, 'viewer');
  t.notMatch((await viewer.get('/reminders')).body, 'Not now');
});
