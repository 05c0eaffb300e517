import t from 'tap';
import { FORMS, furnished, urlOf } from './forms.fixture.ts';

const NASTY = `<script>alert(1)</script>{{constructor.constructor}}{{{x}}}{{> x}}'; drop table users; --"><img src=x onerror=alert(1)>`;
/** Fields beside those that a form's sample fills. */
const MORE: Record<string, string[]> = {
  '/log': ['title', 'note', 'reason', 'to'],
  '/incidents/:number/edit': ['affected', 'nextAction', 'nextActionDueAt', 'assigneeId'],
  '/incidents/:number/messages': ['from', 'to', 'subject', 'reference', 'at'],
  '/incidents/:number/tickets': ['address'],
  '/incidents/:number/evidence': ['address', 'at'],
  '/incidents/:number/letters/:id/sending': ['at', 'to'],
  '/addresses': ['hostname', 'purpose', 'notes', 'inUseSince', 'jmrpSince', 'sndsSince'],
  '/addresses/*': ['hostname', 'purpose', 'notes', 'inUseSince', 'jmrpSince', 'sndsSince'],
  '/settings/profile': [
    'website',
    'contactName',
    'contactEmail',
    'contactPhone',
    'postalAddress',
    'replyAddress',
    'abuseAddress',
    'sendingDomains',
    'mailKinds',
    'dailyVolume',
    'optIn',
    'jmrpSince',
    'sndsSince',
    'programmes',
  ],
  '/settings/tokens': ['days'],
  '/incidents/:number/recovery': ['at'],
};
const escapes = (body: string) => !/<script>alert|<img src=x/i.test(body);

t.test('script, template and SQL in every field of every form stay text, on every page', async (t) => {
  const furnishing = await furnished(t);
  const { desk, admin } = furnishing;
  let tried = 0;
  let taken = 0;
  for (const [route, form] of Object.entries(FORMS)) {
    if (route.startsWith('/settings/password')) continue;
    const sample = await form.fields(desk);
    for (const field of [...Object.keys(sample), ...(MORE[route] ?? [])]) {
      // Versions move on with each change, so the sample is made anew.
      const fields = { ...(await form.fields(desk)), [field]: NASTY, _once: crypto.randomUUID() };
      const answer = await admin.post(urlOf(form, furnishing), fields);
      tried++;
      if (answer.statusCode === 303) taken++;
      if (answer.statusCode >= 500) t.fail(`${route} ${field}: ${answer.statusCode}`);
      if (!escapes(answer.body)) t.fail(`${route} ${field}: its answer does not escape`);
    }
  }
  t.ok(tried > 80, `${tried} fields`);
  t.ok(taken > 30, `${taken} of them took the text`);
  const id = { '/incidents': '1', '/letters': String(desk.letter), '/messages': '1', '/reports': '1' };
  const pages = desk.app.declaredRoutes
    .filter(({ methods, url }) => methods.includes('GET') && !/^\/(assets|set-up)/.test(url))
    .map(({ url }) =>
      url
        .replace(
          /(\/incidents|\/letters|\/messages|\/reports)\/:(?:number|id)/g,
          (_, at: keyof typeof id) => `${at}/${id[at]}`,
        )
        .replace(/:(?:number|id|position)/g, '1')
        .replace(':key', 'outlook-com')
        .replace('*', '203.0.113.7'),
    );
  for (const url of [
    ...pages,
    `/incidents?q=${encodeURIComponent(NASTY)}`,
    `/addresses?q=${encodeURIComponent(NASTY)}`,
  ]) {
    const page = await admin.get(url);
    if (page.statusCode >= 500) t.fail(`${url}: ${page.statusCode}`);
    if (/html/.test(String(page.headers['content-type'])) && !escapes(page.body))
      t.fail(`${url} does not escape`);
  }
  const timeline = (await admin.get('/incidents/1')).body;
  t.match(
    timeline,
    '&lt;script&gt;alert(1)&lt;/script&gt;{{constructor.constructor}}',
    'it is shown as it was written',
  );
  t.ok((await desk.db.selectFrom('users').selectAll().execute()).length > 1, 'no table was dropped');
});
