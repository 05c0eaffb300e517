import t from 'tap';
import { stepOf } from '../../src/outcomes/steps.ts';
import { changesOf } from '../../src/outcomes/sums.ts';
import { signedIn, testDesk } from '../desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Letters of which so many were lifted, the others denied; every other one stated the claim. */
const letters = (provider: string, lifted: number, denied: number) =>
  changesOf(
    [],
    Array.from({ length: lifted + denied }, (_, index) => ({
      id: index,
      provider,
      template: `${provider}/first`,
      language: 'en',
      round: 'first',
      wording: 0,
      claims: index % 2 ? ['fcrdns-ok'] : [],
      sentAt: new Date(0),
      verdict: index < lifted ? ('mitigated' as const) : ('denied' as const),
      answerStep: stepOf(3 * HOUR),
      mitigationStep: index < lifted ? stepOf(2 * DAY) : null,
    })),
  ).map(({ answerSteps, mitigationSteps, ...sum }) => ({
    ...sum,
    answer_steps: answerSteps,
    mitigation_steps: mitigationSteps,
  }));

t.test('what worked, with counts, intervals and medians, and no share over few answers', async (t) => {
  const desk = await testDesk(t);
  const browser = await signedIn(desk, 'viewer');
  t.match(
    (await browser.get('/reports/what-worked')).body,
    'No letter that asks for something was sent yet.',
  );
  await desk.db
    .insertInto('outcome_sums')
    .values([...letters('outlook-com', 30, 10), ...letters('gmail', 2, 1)])
    .execute();
  const all = (await browser.get('/reports/what-worked')).body;
  t.match(all, /Outlook\.com<\/a>.*?75% <span class="quiet">60–86<\/span>/s);
  t.match(all, /Gmail<\/a>.*?too few answers/s);
  t.notMatch(all, '67% <span', 'two of three is no share');
  const one = (await browser.get('/reports/what-worked?provider=outlook-com')).body;
  t.match(one, /first request.*?>40<.*?>30<.*?>10</s);
  t.match(one, 'Forward and reverse DNS match');
  const csv = await browser.get('/reports/what-worked.csv?provider=outlook-com');
  const [head = '', row = ''] = csv.body.split('\r\n');
  t.match(head, /^provider,template,language,wording,round,sent,answered,lifted/);
  t.match(row, /^outlook-com,outlook-com\/first,en,0,first,40,40,30,10,0,/);
  t.match((await browser.get('/reports/what-worked?provider=nobody')).body, 'was sent to nobody yet');
});
