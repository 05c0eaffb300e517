import t from 'tap';
import { type ComparedRow, compareSides, type Side } from '../../../src/incidents/compare/rows.ts';

const at = (hours: number) => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000);
const ROW: ComparedRow = {
  number: 41,
  title: 'Blocked',
  state: 'open',
  reason: 'ip-reputation',
  severity: 'normal',
  round: 0,
  block_codes: [],
  recipient_domains: [],
  rejection_count: 1,
  relapses: 0,
  opened_at: at(0),
  first_rejection_at: null,
  first_request_at: null,
  first_answer_at: null,
  mitigated_at: null,
  recovered_at: null,
  closed_at: null,
};
const side = (row: Partial<ComparedRow>, more: Partial<Side> = {}): Side => ({
  row: { ...ROW, ...row },
  provider: 'Outlook.com',
  addresses: ['203.0.113.7'],
  tags: [],
  cause: null,
  letters: [],
  answers: [],
  evidence: new Map(),
  worked: null,
  ...more,
});
const rowsOf = (one: Side, other: Side) =>
  new Map(compareSides(one, other, at(500)).flatMap(({ rows }) => rows.map((row) => [row.key, row])));

t.test('each difference is said in words', async (t) => {
  const rows = rowsOf(
    side(
      { mitigated_at: at(30), round: 2, block_codes: ['S3150'] },
      { answers: [{ at: at(1), verdict: 'denied' }], evidence: new Map([['Reverse DNS', 'bad: none']]) },
    ),
    side(
      { mitigated_at: at(6), round: 1, block_codes: ['S3150', 'S3140'] },
      {
        addresses: ['203.0.113.7', '203.0.113.8'],
        answers: [{ at: at(1), verdict: 'mitigated' }],
        evidence: new Map([['Reverse DNS', 'good: both ways']]),
        worked: { round: 'first', channel: 'form' },
      },
    ),
  );
  const words = (key: string) => rows.get(key)?.words;
  t.equal(words('provider'), 'the same');
  t.equal(words('addresses'), 'only there: 203.0.113.8');
  t.equal(words('codes'), 'only there: S3140');
  t.equal(words('rounds'), '1 more');
  t.equal(words('blocked'), '1 d longer');
  t.equal(words('verdicts'), 'differs');
  t.equal(words('evidence:Reverse DNS'), 'differs');
  t.match(rows.get('worked'), { other: 'first request, by form', words: 'only there', differs: true });
  t.notOk(rows.has('cause'), 'what neither has is no line');
});

t.test('an incident and its like differ in nothing', async (t) => {
  const one = side({ mitigated_at: at(30) }, { tags: ['a'], answers: [{ at: at(1), verdict: 'mitigated' }] });
  t.strictSame(
    [...rowsOf(one, { ...one }).values()].filter((row) => row.differs),
    [],
  );
});
