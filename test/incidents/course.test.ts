import t from 'tap';
import type { IncidentState } from '../../src/database/tables.ts';
import { courseOf } from '../../src/incidents/course.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 10, 27, hour));
const change = (hour: number, from: IncidentState, to: IncidentState) => ({ at: at(hour), from, to });

t.test('each state lasts until the next; the last one still holds', async (t) => {
  const changes = [
    change(3, 'open', 'awaiting-provider'),
    change(5, 'awaiting-provider', 'action-needed'),
    change(6, 'action-needed', 'awaiting-provider'),
  ];
  t.strictSame(courseOf(at(1), changes, 'awaiting-provider'), [
    { state: 'open', from: at(1), until: at(3) },
    { state: 'awaiting-provider', from: at(3), until: at(5) },
    { state: 'action-needed', from: at(5), until: at(6) },
    { state: 'awaiting-provider', from: at(6), until: null },
  ]);
  t.strictSame(courseOf(at(1), [], 'open'), [{ state: 'open', from: at(1), until: null }]);
});

t.test('a letter that is entered after its answer came is no turn of the course', async (t) => {
  const changes = [
    change(4, 'awaiting-provider', 'mitigated'),
    // Marked as sent at seven, answered at four: what holds is the answer.
    change(7, 'open', 'awaiting-provider'),
  ];
  t.match(courseOf(at(1), changes, 'mitigated').at(-1), { state: 'mitigated', from: at(4), until: null });
  const states = courseOf(at(1), [...changes, change(9, 'mitigated', 'recovered')], 'recovered');
  t.strictSame(
    states.map(({ state }) => state),
    ['awaiting-provider', 'mitigated', 'recovered'],
    'nor does it come between',
  );
});
