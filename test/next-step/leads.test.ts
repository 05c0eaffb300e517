import t from 'tap';
import { PROFILE, signedIn, testDesk } from '../desk.ts';

/** Which letter fits, on the page to which the step’s button leads. */
const FITS = /<b>([^<]*)<\/b> <span class="badge">fits now/;

const CASES: [string, string, RegExp][] = [
  [
    'to=<a@t-online.de>, relay=mx00.t-online.de[192.0.2.9]:25, dsn=5.7.1, status=bounced (host mx00.t-online.de[192.0.2.9] said: 554 5.7.1 Client host [203.0.113.7] blocked using dnsbl.sorbs.net (in reply to RCPT TO command))',
    'dead-list',
    /dead|ended|no longer/i,
  ],
  [
    '554 5.7.1 Client host [203.0.113.8] blocked using sbl.spamhaus.org; https://www.spamhaus.org/sbl/query/SBL000001',
    'sbl',
    /owner|hoster|network/i,
  ],
  [
    '550 Administrative prohibition - envelope blocked [203.0.113.9] - https://community.mimecast.com/docs/DOC-1369#550 [abc]',
    'recipient-acts',
    /administrator|note/i,
  ],
];

t.test('the button of a step leads to the letter for those whom the step names', async (t) => {
  const desk = await testDesk(t);
  await desk.api('PUT', '/profile', PROFILE);
  const browser = await signedIn(desk);
  for (const [report, step, title] of CASES) {
    const { body } = await desk.api('POST', '/incidents', { report });
    t.equal(body.nextAction?.step, step, report.slice(-80));
    const page = await browser.get(body.nextAction.button.url);
    const [, fits = ''] = page.body.match(FITS) ?? [];
    t.match(fits, title, `${step}: ${fits}`);
    t.notMatch(fits, /customer/i);
  }
});
