import t from 'tap';
import { REFUSAL, signedIn, testDesk } from '../desk.ts';

const PBL = '550 5.7.1 Mail from 203.0.113.7 refused, see https://www.spamhaus.org/pbl/query/PBL000001';
/** The title of the letter that is marked as the one that fits. */
const fits = (page: string) => /<b>([^<]+)<\/b> <span class="badge">fits now<\/span>/.exec(page)?.[1];

t.test(
  'a letter for one rejection rule is suggested, also where the next step names its round',
  async (t) => {
    const desk = await testDesk(t);
    await desk.api('POST', '/incidents', { report: PBL, provider: 'spamhaus' });
    const operator = await signedIn(desk);
    for (const query of ['', '?round=first'])
      t.match(fits((await operator.get(`/incidents/1/letters/new${query}`)).body), /^Spamhaus PBL/, query);
    const { body } = await desk.api('POST', '/incidents/1/letters', {});
    t.equal(body.template, 'spamhaus/first-pbl', 'the API suggests the same');
  },
);

t.test('an old bounce that is pasted afterwards changes neither letter nor way', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: PBL, provider: 'spamhaus' });
  const old =
    'Mar  1 09:12:00 mx postfix/smtp[1]: 1: to=<a@example.com>, relay=mx.example.com[192.0.2.1]:25, dsn=5.7.1, status=bounced (host mx.example.com[192.0.2.1] said: 554 5.7.1 Client host [203.0.113.7] blocked using zen.spamhaus.org (in reply to RCPT TO command))';
  const later = await desk.api('POST', '/incidents', { report: old, provider: 'spamhaus' });
  t.match(later, { status: 200, body: { appendedTo: 1 } }, JSON.stringify(later.body));
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  t.equal(body.template, 'spamhaus/first-pbl');
});

t.test('a draft that was begun is offered again', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', { report: REFUSAL });
  const operator = await signedIn(desk);
  t.notMatch((await operator.get('/incidents/1/letters/new')).body, /Begun already/);
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  const page = (await operator.get('/incidents/1/letters/new')).body;
  t.match(page, /Begun already/);
  t.match(page, `href="/incidents/1/letters/${body.id}"`);
});

t.test('where the next step goes to another desk, so does the letter that nobody names', async (t) => {
  const desk = await testDesk(t);
  await desk.api('POST', '/incidents', {
    report: '550 permanent failure for one or more recipients',
    provider: 'barracuda',
    addresses: ['203.0.113.7'],
  });
  await desk.api('POST', '/incidents/1/messages', {
    direction: 'out',
    subject: 'x',
    body: 'Please look at it.',
  });
  await desk.api('PATCH', '/incidents/1', { state: 'action-needed', reason: 'No answer.' });
  t.match((await desk.api('GET', '/incidents/1')).body.nextAction, { step: 'second-desk' });
  const { body } = await desk.api('POST', '/incidents/1/letters', {});
  t.match(body.template, /[/]escalation$/);
  const operator = await signedIn(desk);
  t.match(fits((await operator.get('/incidents/1/letters/new')).body), /scalat/);
});

t.test('for a range writes only an incident that has several addresses of it', async (t) => {
  const desk = await testDesk(t);
  const log = (...addresses: string[]) =>
    desk.api('POST', '/incidents', {
      report: REFUSAL.replaceAll('203.0.113.7', addresses[0] ?? ''),
      addresses,
    });
  for (const last of [1, 2, 3, 4]) await log(`203.0.113.${last}`);
  await log('203.0.113.20', '203.0.113.21');
  const stepOf = async (number: number) =>
    (await desk.api('GET', `/incidents/${number}`)).body.nextAction as {
      step: string;
      button: { url: string };
    };
  const templateOf = async (number: number) =>
    (await desk.api('POST', `/incidents/${number}/letters`, {})).body.template;
  t.match(await stepOf(4), { step: 'merge-cases', button: { url: '/incidents/4#h-before' } });
  t.equal(await templateOf(4), 'outlook-com/first');
  t.match(await stepOf(5), {
    step: 'ask-for-range',
    button: { url: '/incidents/5/letters/new?round=range' },
  });
  t.equal(await templateOf(5), 'outlook-com/range');

  const operator = await signedIn(desk);
  const [, merge = ''] =
    /href="([^"]+)">Merge<span class="vh"> #3<\/span> into this one/.exec(
      (await operator.get('/incidents/4')).body,
    ) ?? [];
  t.equal(merge, '/incidents/3/merge?into=4', 'the others are brought to it from there');
  t.match((await operator.get(merge)).body, /name="other"[^>]* value="4"/);
});
