import t from 'tap';
import {
  isPressing,
  judgeReminders,
  ofFeeds,
  ofMemberships,
  ofReadings,
  type Reminder,
} from '../../src/reminders/reminders.ts';

const NOW = new Date('2026-11-26T12:00:00Z');
const reminder = (key: string, on: string): Reminder => ({
  key,
  what: key,
  about: '',
  on,
  link: '/',
  noticeDays: 7,
});
const answer = (key: string, due_on: string, more: object) => ({
  key,
  due_on,
  snoozed_until: null,
  dismissed_reason: null,
  by_name: 'Mara',
  ...more,
});

t.test(
  'due today is due, a week ahead is soon, after that it is later; the first due stands first',
  async (t) => {
    const days = ['2026-12-04', '2026-12-03', '2026-11-26', '2026-11-01', '2026-11-27'];
    t.strictSame(
      judgeReminders(
        days.map((on) => reminder(on, on)),
        [],
        NOW,
      ).map(({ on, state }) => [on, state]),
      [
        ['2026-11-01', 'due'],
        ['2026-11-26', 'due'],
        ['2026-11-27', 'soon'],
        ['2026-12-03', 'soon'],
        ['2026-12-04', 'later'],
      ],
    );
  },
);

t.test(
  'what was put off waits until its day, what was dismissed for good, and a new date asks again',
  async (t) => {
    const state = (said: object, due_on = '2026-11-20') =>
      judgeReminders([reminder('a', '2026-11-20')], [answer('a', due_on, said)], NOW)[0];
    t.match(state({ snoozed_until: '2026-11-27' }), { state: 'snoozed', answer: { by_name: 'Mara' } });
    t.equal(state({ snoozed_until: '2026-11-26' })?.state, 'due', 'the day has come');
    t.equal(state({ dismissed_reason: 'we left' })?.state, 'dismissed');
    t.match(state({ dismissed_reason: 'we left' }, '2026-10-20'), { state: 'due', answer: null });
    const judged = judgeReminders([reminder('a', '2026-11-20')], [answer('b', '2026-11-20', {})], NOW);
    t.equal(judged.filter(isPressing).length, 1, 'an answer to something else changes nothing');
  },
);

t.test('a link ends after 30 days, an attestation after ten months', async (t) => {
  const feeds = [{ id: 3, kind: 'data', renewed_on: '2026-11-01', attested_on: '2026-04-30' }];
  t.match(ofFeeds(feeds, NOW), [
    { key: 'snds-link:3', on: '2026-12-01' },
    { key: 'snds-attestation:3', on: '2027-02-28' },
  ]);
  t.equal(ofFeeds([{ id: 3, kind: 'data', renewed_on: '2026-11-01', attested_on: null }], NOW).length, 1);
});

t.test(
  'a reading is due after the days of its place; of a place that is no more nobody is reminded',
  async (t) => {
    const readAt = new Date('2026-11-10T09:00:00Z');
    t.match(
      ofReadings([
        { kind: 'place-talos', subject: '203.0.113.7', readAt },
        { kind: 'place-gone', subject: '203.0.113.7', readAt },
      ]),
      [
        {
          key: 'place:talos:203.0.113.7',
          on: '2026-11-24',
          noticeDays: 1,
          link: '/evidence/203.0.113.7/places/talos',
        },
      ],
    );
  },
);

t.test('a membership reminds of its end, unless it has ended or has none', async (t) => {
  const of = (standing: string, expires_on: string | null) =>
    ofMemberships([{ programme: 'csa', name: 'CSA', standing, expires_on }]).length;
  t.strictSame(
    [
      of('member', '2026-12-01'),
      of('suspended', '2026-12-01'),
      of('ended', '2026-12-01'),
      of('member', null),
    ],
    [1, 1, 0, 0],
  );
});
