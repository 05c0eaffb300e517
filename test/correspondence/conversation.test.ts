import t from 'tap';
import { MESSAGES_PER_PAGE } from '../../src/correspondence/conversation-store.ts';
import { PROFILE, REFUSAL, signedIn, testDesk } from '../desk.ts';

const DENIED =
  'We have looked at your case. Your address does not qualify for mitigation.\n\nRegards\n-- \nThe desk\n\nOn 2 Nov 2026 Omar wrote:\n> please lift it';

const say = (direction: 'in' | 'out', body: string, minute: number) => ({
  direction,
  body,
  from: direction === 'in' ? 'Outlook Support <support@example.com>' : 'postmaster@harbour.example.com',
  to: 'desk@example.com',
  subject: 'SRX1234567890ID',
  sentAt: new Date(Date.UTC(2026, 2, 10, 9, minute)).toISOString(),
});

t.test('the conversation: oldest first, the newest open, the deciding words marked', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const browser = await signedIn(desk);
  const empty = await browser.get('/incidents/1/conversation');
  t.match(empty.body, 'Nothing has been written yet');
  t.notMatch((await browser.get('/incidents/1')).body, '/incidents/1/conversation');

  await desk.api('POST', '/incidents/1/messages', say('out', 'Please look at 203.0.113.7.', 1));
  await desk.api('POST', '/incidents/1/messages', say('in', DENIED, 2));
  const { body } = await browser.get('/incidents/1/conversation');
  t.ok(body.indexOf('Please look') < body.indexOf('We have looked'));
  t.match(body, /<details class="mail" id="m1"[^>]*data-direction="out"[^>]*>/);
  t.notMatch(body, /<details class="mail" id="m1"[^>]* open>/);
  t.match(body, /<details class="mail" id="m2"[^>]*data-direction="in"[^>]* open>/);
  t.match(body, /<mark>[^<]*does not qualify for mitigation[^<]*<\/mark>/);
  t.match(body, /<details class="fold"><summary>Earlier messages, quoted, 2 lines<\/summary>/);
  t.match(body, /<summary>Signature, 2 lines<\/summary>/);
  t.match(body, /<code>SRX1234567890ID<\/code>/);
  const incident = await browser.get('/incidents/1');
  t.match(incident.body, 'href="/incidents/1/conversation"');

  const message = await browser.get('/incidents/1/messages/2');
  t.match(message.body, 'href="/incidents/1/conversation?until=2#m2"');
  t.match(message.body, /<mark>[^<]*does not qualify/);

  const viewer = await signedIn(desk, 'viewer');
  t.notMatch((await viewer.get('/incidents/1/conversation')).body, '>Answer<');
  t.equal((await viewer.get('/incidents/2/conversation')).statusCode, 404);
  t.equal((await viewer.get('/incidents/1/conversation?until=99')).statusCode, 404);
});

t.test('Answer opens the composer with the letter that suits, and quotes nothing', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  await desk.api('POST', '/incidents/1/messages', say('out', 'Please look at 203.0.113.7.', 1));
  await desk.api('POST', '/incidents/1/messages', say('in', DENIED, 2));
  const browser = await signedIn(desk);
  const { body } = await browser.get('/incidents/1/conversation');
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(body)?.[1] ?? '';
  const begun = await browser.post('/incidents/1/letters', {
    template: value('template'),
    language: value('language'),
    _once: value('_once'),
  });
  t.equal(begun.statusCode, 303);
  const letter = await desk.api('GET', `/letters/${/\d+$/.exec(String(begun.headers.location))?.[0]}`);
  t.equal(letter.body.round, 'second-review');
  t.notMatch(letter.body.body, 'We have looked at your case');
  t.notMatch(letter.body.body, /^>/m);
  t.match(
    (await browser.get('/incidents/1/conversation')).body,
    /href="\/incidents\/1\/letters\/1">Answer: read the draft/,
    'once begun it is found again',
  );
  t.equal((await desk.api('PATCH', '/incidents/1', { state: 'closed', reason: 'over' })).status, 200);
  t.notMatch((await browser.get('/incidents/1/conversation')).body, '>Answer');
});

t.test('a long conversation is read in pages, from its end; each message is on one page', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const n = MESSAGES_PER_PAGE + 3;
  for (let at = 1; at <= n; at += 1)
    await desk.api('POST', '/incidents/1/messages', say('out', `Message number ${at}.`, at));
  const browser = await signedIn(desk, 'viewer');
  const seen: string[] = [];
  let url = '/incidents/1/conversation';
  while (url) {
    const { body } = await browser.get(url);
    seen.unshift(...[...body.matchAll(/<details class="mail" id="m(\d+)"/g)].map(([, id]) => id ?? ''));
    const earlier = /href="([^"]+until=\d+)">Earlier messages/.exec(body)?.[1];
    t.equal(body.includes('To the newest message'), url.includes('until'));
    url = earlier ?? '';
  }
  t.strictSame(
    seen,
    Array.from({ length: n }, (_, at) => String(at + 1)),
  );
});
