import t from 'tap';
import { BadDataFile } from '../../src/data-file.ts';
import { valuesOf } from '../../src/next-step/askable.ts';
import { fulfils, type StepAnswer } from '../../src/next-step/engine.ts';
import { statedHours } from '../../src/next-step/hours.ts';
import { atProvider } from '../../src/next-step/page.ts';
import { RULES, readRules } from '../../src/next-step/rules.ts';
import { ago, answered, asked, CATALOGUE, NOW, situation, stepFor } from './situations.fixture.ts';

t.test('conditions, and what is not known', async (t) => {
  t.ok(fulfils('a', 'a') && fulfils('a', ['b', 'a']) && fulfils(['x', 'a'], 'a'));
  t.ok(fulfils(5, { atLeast: 5 }) && !fulfils(5, { below: 5 }));
  t.notOk(fulfils(null, { below: 5 }), 'an unknown number is not small');
  t.notOk(fulfils(null, false), 'what is not known is not false');
  t.ok(fulfils(null, { not: ['a'] }) && !fulfils('a', { not: ['a'] }));
});

t.test('rules that do not hold to the schema are not taken', async (t) => {
  const [rule] = RULES;
  for (const bad of [
    [rule, rule],
    [{ ...rule, button: { label: 'Go', go: 'javascript' } }],
    [{ ...rule, when: [] }],
  ])
    t.throws(() => readRules(bad), BadDataFile);
});

t.test('a rule that could never hold, or names what there is not, is told with the way out', async (t) => {
  const [rule] = RULES;
  const told = (change: object) => {
    try {
      readRules([{ ...rule, id: 'new', ...change }]);
    } catch (error) {
      return (error as Error).message.replace(/^src\/next-step\/rules\.json: new: /, '');
    }
    return 'taken';
  };
  for (const [when, words] of [
    [{ verdct: 'denied' }, '/when: there is no fact verdct; did you mean verdict?'],
    [{ verdict: 'deneid' }, '/when: verdict is never "deneid"; did you mean denied?'],
    [{ state: { not: ['lost'] } }, /^\/when: state is never "lost"; it can be open, action-needed/],
    [{ 'claim:spf-fine': 'supported' }, /^\/when: there is no claim spf-fine/],
    [{ 'claim:spf-pass': 'fine' }, /claim:spf-pass is never "fine"; it can be supported, contradicted/],
    [{ ticket: 'yes' }, '/when: ticket is true or false, never "yes"'],
    [{ round: 'first' }, '/when: round is a number: ask for atLeast or below'],
    [{ provider: { below: 3 } }, '/when: provider is a name: a number is not to be asked for'],
    [{ provider: 'gmail', round: { atLeast: 2 }, lists: ['sbl'], ticket: false }, 'taken'],
  ] as const)
    t.match(told({ when: [when] }), words, JSON.stringify(when));
  t.match(told({ what: 'Call {Provder}.' }), /^\{provder\} stands for nothing; did you mean provider\?$/);
});

t.test('rules name providers, and rules of theirs, that there are', async (t) => {
  const named = RULES.flatMap(({ when }) =>
    when.flatMap(({ provider, rule }) =>
      [provider, rule].flatMap((one) => (one === undefined ? [] : (valuesOf(one) ?? []))),
    ),
  ).map(String);
  const known = CATALOGUE.providers.flatMap(({ key, rejections }) => [
    key,
    ...rejections.map(({ id }) => `${key}/${id}`),
  ]);
  t.ok(named.length > 10);
  t.strictSame(
    named.filter((name) => !known.includes(name)),
    [],
    'src/next-step/rules.json asks for providers, or rules of theirs, that are not in the catalogue',
  );
});

const answer = (given: Partial<StepAnswer> & { step: string; key: string }): StepAnswer => ({
  snoozedUntil: null,
  dismissedReason: null,
  by: 'Jo',
  at: NOW,
  ...given,
});

t.test('what was dismissed gives way to what comes next, and returns when something happens', async (t) => {
  const given = { row: answered('denied', 2) };
  const { key } = situation(given);
  const dismissed = [answer({ step: 'second-review', key, dismissedReason: 'a colleague telephones' })];
  const step = stepFor(given, dismissed);
  t.not(step.id, 'second-review');
  t.match(step.dismissed, [{ step: 'second-review', dismissedReason: 'a colleague telephones' }]);
  for (const [what, changed] of [
    ['a new answer', { row: answered('denied', 1) }],
    ['another refusal', { ...given, newestRejection: { id: 2, temporary: false } }],
  ] as const)
    t.equal(stepFor(changed, dismissed).id, 'second-review', what);
  const all = RULES.map((rule) => answer({ step: rule.id, key, dismissedReason: 'no' }));
  t.equal(stepFor(given, all).id, 'look', 'something always remains');
});

t.test('what was put off stays the step, due later', async (t) => {
  const given = { row: answered('denied', 2) };
  const { key } = situation(given);
  const until = ago(-30);
  t.match(stepFor(given, [answer({ step: 'second-review', key, snoozedUntil: until })]), {
    id: 'second-review',
    due: until,
    snoozed: { by: 'Jo' },
  });
  t.match(stepFor(given, [answer({ step: 'second-review', key, snoozedUntil: ago(1) })]), { snoozed: null });
});

t.test('times that answers state, and the provider’s clock', async (t) => {
  t.equal(statedHours('for the next 14 days'), 336);
  t.equal(statedHours('within 24-48 hours'), 48);
  t.equal(statedHours('innerhalb von 2 Tagen'), 48);
  t.equal(statedHours('soon'), null);
  const due = new Date('2026-11-27T13:00:00Z');
  t.equal(atProvider(due, 'America/New_York', 'Europe/Berlin'), '08:00 at the provider');
  t.equal(
    atProvider(due, 'Asia/Tokyo', 'Pacific/Auckland'),
    'Fri 22:00 at the provider',
    'another day there',
  );
  t.equal(atProvider(due, 'Europe/Paris', 'Europe/Berlin'), '', 'the same clock');
  t.equal(atProvider(due, null, 'Europe/Berlin'), '');
});

t.test('while a request is out, no second one is offered', async (t) => {
  const step = stepFor({ row: asked(6, { follow_up_due_at: ago(-42) }) });
  t.match(step, { id: 'wait', due: ago(-42), waits: true });
  t.notOk(step.alternatives.some(({ button }) => button.go === 'letter'));
});

t.test('a bounce of long ago makes no step due before it was logged', async (t) => {
  const row = { opened_at: ago(1), first_rejection_at: ago(9000), last_rejection_at: ago(9000) };
  t.match(stepFor({ row }), { id: 'fresh-line-first', due: ago(1) });
});
