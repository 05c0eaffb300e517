import t from 'tap';
import { type StateEntry, stateAt, stateByMilestones } from '../../src/history/then.ts';
import { covered } from '../../src/history/years.ts';

const at = (day: number) => new Date(Date.UTC(2025, 2, day));
const change = (from: StateEntry['from'], to: StateEntry['to'], day: number, recorded = day): StateEntry => ({
  from,
  to,
  occurredAt: at(day),
  recordedAt: at(recorded),
});

t.test('what was recorded late was so, but not known', async (t) => {
  const entries = [change('awaiting-provider', 'mitigated', 3, 8), change('open', 'awaiting-provider', 1)];
  const { was, known } = stateAt(entries, at(5));
  t.match(was, { state: 'mitigated', liftedAt: at(3) });
  t.match(known, { state: 'awaiting-provider', liftedAt: null });
  t.equal(stateAt(entries, at(8)).known.state, 'mitigated');
});

t.test('before its first change an incident was open, and a block that came back is a block', async (t) => {
  const entries = [
    change('open', 'mitigated', 2),
    change('mitigated', 'recovered', 3),
    change('recovered', 'open', 6),
    change('open', 'mitigated', 9),
  ];
  t.match(stateAt(entries, at(1)).was, { state: 'open', stateSince: null });
  t.match(stateAt(entries, at(4)).was, { state: 'recovered', liftedAt: at(2) });
  t.match(stateAt(entries, at(7)).was, { state: 'open', liftedAt: null });
  t.match(stateAt(entries, at(9)).was, { state: 'mitigated', liftedAt: at(9) });
});

t.test('where no change is told, the milestones tell', async (t) => {
  const row = { mitigatedAt: at(2), recoveredAt: null, closedAt: at(6) };
  t.equal(stateByMilestones(row, at(1)).state, 'open');
  t.match(stateByMilestones(row, at(4)), { state: 'mitigated', liftedAt: at(2) });
  t.match(stateByMilestones(row, at(7)), { state: 'closed', liftedAt: at(2) });
});

t.test('time that two providers blocked at once counts once', async (t) => {
  t.equal(
    covered([
      { from: 5, to: 9 },
      { from: 0, to: 6 },
      { from: 2, to: 3 },
      { from: 20, to: 21 },
    ]),
    10,
  );
  t.equal(covered([]), 0);
});
