import t from 'tap';
import { type ComplaintFacts, complaintsFound } from '../../src/complaints/found.ts';

const NOW = new Date('2026-06-10T09:00:00Z');
const NOTHING: ComplaintFacts = { days: [], providers: [], lastOfAny: null, lastOfMicrosoft: null };
const found = (differs: Partial<ComplaintFacts>) =>
  complaintsFound('192.0.2.10', { ...NOTHING, ...differs }, NOW);
const day = (text: string, complaints: number) => ({ day: text, complaints, people: complaints });
const share = (complaints: number, accepted: number) => ({ name: 'Outlook.com', complaints, accepted });

t.test('silence is unknown where no loop reports, and a note where one does; it is never good', async (t) => {
  t.match(found({}), {
    outcome: 'unknown',
    summary: 'no feedback loop has reported anything yet',
    claims: [],
  });
  const old = new Date('2026-05-01T00:00:00Z');
  t.match(found({ lastOfAny: old }), { outcome: 'unknown', summary: /nothing|anything since 1 May 2026/ });
  t.match(found({ lastOfAny: NOW }), {
    outcome: 'note',
    summary: /^no complaint in 7 days; the newest report of any loop is of 10 June 2026/,
  });
});

t.test('complaints of seven days are counted, older ones are not', async (t) => {
  const answer = found({
    days: [day('2026-06-10', 2), day('2026-06-04', 1), day('2026-06-03', 9)],
    lastOfAny: NOW,
  });
  t.match(answer, { outcome: 'note', summary: '3 complaints in 7 days' });
  t.strictSame(
    answer.facts.map(({ key }) => key),
    ['2026-06-10', '2026-06-04'],
  );
});

t.test(
  'a rate is told from a thousand accepted mails and three complaints on, and 0.3% is bad',
  async (t) => {
    const outcome = (...[complaints, accepted]: [number, number]) =>
      found({
        providers: [share(complaints, accepted)],
        days: [day('2026-06-10', complaints)],
        lastOfAny: NOW,
      }).outcome;
    t.equal(outcome(3, 1000), 'bad');
    t.equal(outcome(3, 999), 'note');
    t.equal(outcome(2, 100), 'note');
    t.equal(outcome(3, 2000), 'note');
    t.equal(outcome(3, 100_000), 'note', 'a low rate is not good: not every user is in a loop');
  },
);

t.test('reports prove enrolment, and say of a rate what the numbers say', async (t) => {
  const results = (differs: Partial<ComplaintFacts>) =>
    found(differs).claims.map(({ claim, result }) => `${claim} ${result}`);
  t.strictSame(results({ lastOfMicrosoft: new Date('2026-03-20T00:00:00Z') }), ['jmrp-enrolled supports']);
  t.strictSame(results({ lastOfMicrosoft: new Date('2026-03-01T00:00:00Z') }), []);
  t.strictSame(results({ providers: [share(3, 3000)] }), ['complaint-rate-low contradicts']);
  t.strictSame(results({ providers: [share(3, 4000)] }), ['complaint-rate-low supports']);
  t.strictSame(results({ providers: [share(2, 400_000)] }), [], 'a loop that hardly reports proves nothing');
});
