import fc from 'fast-check';
import t from 'tap';
import { type DueDate, icalendar } from '../../../src/notifications/calendar/icalendar.ts';
import { property, readCalendar, readMoment, readText } from './reader.fixture.ts';

const DATE: DueDate = {
  uid: 'incident-41-next-step@delist-desk',
  summary: '#41 Outlook.com blocks 203.0.113.7: Write the second request',
  description: 'They said no; the usual next step, then: evidence.\nSecond line \\ end',
  url: 'https://desk.example.com/incidents/41',
  due: new Date('2026-03-10T09:12:07Z'),
  revisedAt: new Date('2026-03-09T08:00:00Z'),
  sequence: 3,
};
const written = (dates: DueDate[], hasAlarms = false) =>
  Buffer.from(icalendar(dates, { name: 'Delist Desk', hasAlarms }));

t.test('a date is an event with all that is known of it', async (t) => {
  const day = { ...DATE, uid: 'reminder-snds:1@delist-desk', due: '2026-12-01', url: '', description: '' };
  const calendar = readCalendar(written([DATE, day], true));
  const [moment, allDay] = calendar.components;
  const textOf = (name: string) => readText(property(moment, name)?.value ?? '');
  t.equal(textOf('UID'), DATE.uid);
  t.equal(textOf('SUMMARY'), DATE.summary);
  t.equal(textOf('DESCRIPTION'), DATE.description);
  t.equal(property(moment, 'URL')?.value, DATE.url);
  t.equal(property(moment, 'SEQUENCE')?.value, '3');
  t.equal(property(moment, 'DTSTAMP')?.value, '20260309T080000Z');
  t.equal(property(moment, 'DTSTART')?.value, '20260310T091207Z');
  t.strictSame(property(allDay, 'DTSTART'), {
    name: 'DTSTART',
    parameters: { VALUE: 'DATE' },
    value: '20261201',
  });
  t.equal(property(allDay, 'DURATION'), undefined);
  t.equal(property(moment?.components[0], 'TRIGGER')?.value, 'PT0S');
  t.equal(property(allDay?.components[0], 'TRIGGER')?.value, 'PT8H');
  t.strictSame(readCalendar(written([DATE])).components[0]?.components, [], 'alarms are asked for');
});

t.test('a calendar without dates is one all the same', async (t) => {
  t.strictSame(
    readCalendar(written([])).components.map(({ name }) => name),
    ['VTIMEZONE'],
  );
});

t.test('whatever the words, they are read back as they were, but for control characters', async () => {
  const words = fc.string({ unit: 'binary', maxLength: 300 });
  const shown = (text: string) =>
    text
      .toWellFormed()
      .replace(/\r\n?/g, '\n')
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
  fc.assert(
    fc.property(
      words,
      words,
      fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
      (a, b, due) => {
        const date = { ...DATE, uid: `u${a}`, summary: a, description: `x${b}`, due };
        const [event] = readCalendar(written([date], true)).components;
        return (
          readText(property(event, 'SUMMARY')?.value ?? '') === shown(a) &&
          readText(property(event, 'DESCRIPTION')?.value ?? '') === shown(`x${b}`) &&
          readMoment(property(event, 'DTSTART') ?? { name: '', parameters: {}, value: '' }) ===
            `${due.toISOString().slice(0, 19)}Z`
        );
      },
    ),
    { numRuns: 2000 },
  );
});

t.test('the reader of this test refuses what is no calendar', async (t) => {
  const good = written([DATE], true).toString();
  t.ok(readCalendar(Buffer.from(good)));
  const bad: [string, string][] = [
    ['bare LF', good.replace('\r\n', '\n')],
    ['no end', good.slice(0, -2)],
    ['a long line', good.replace('CALSCALE:GREGORIAN', `CALSCALE:${'G'.repeat(80)}`)],
    ['no stamp', good.replace(/DTSTAMP.*\r\n/, '')],
    ['a bare comma', good.replace('\\,', ',')],
    ['a day that is none', good.replace('20260310T', '20260230T')],
    ['local time', good.replace('T091207Z', 'T091207')],
    ['an event that does not end', good.replace('END:VEVENT\r\n', '')],
    ['nothing in it', good.replace(/BEGIN:VEVENT[\s\S]*END:VEVENT\r\n/, '')],
  ];
  for (const [words, text] of bad) {
    t.not(text, good, words);
    t.throws(() => readCalendar(Buffer.from(text)), words);
  }
});
