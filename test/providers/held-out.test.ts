import t from 'tap';
import { EXAMPLES, figures, type Judged, withoutItsProvider, withoutItsRule } from './holding-out.fixture.ts';

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

/** Services of one operator say the same; only the host tells them apart. */
const SIBLINGS = [
  ['outlook-com', 'microsoft-365'],
  ['yahoo', 'yahoo-japan'],
];
const isSibling = ({ sample, rest }: Judged): boolean =>
  SIBLINGS.some((keys) => keys.includes(sample.provider) && keys.includes(rest.provider ?? ''));

t.test('a wording that no rule knows names its provider or nobody, hardly ever another', (t) => {
  for (const judged of [withoutItsRule(EXAMPLES, false), withoutItsRule(EXAMPLES, true)]) {
    const others = judged.filter(
      (one) => one.rest.provider !== null && one.rest.provider !== one.sample.provider && !isSibling(one),
    );
    for (const { sample, rest } of others) t.comment(`${sample.provider} → ${rest.provider}: ${sample.text}`);
    t.ok(others.length / judged.length < 0.005, `${others.length} of ${judged.length} name another`);
    t.ok(judged.length > 500);
  }
  t.end();
});

t.test('said by its provider’s own MX, it names its provider', (t) => {
  const { provider, samples } = figures(withoutItsRule(EXAMPLES, true));
  t.ok(provider > 0.99, `${percent(provider)} of ${samples}`);
  t.end();
});

t.test('the codes are the same, whatever the catalogue knows', (t) => {
  const changed = withoutItsRule(EXAMPLES, true).filter(
    ({ whole, rest }) =>
      whole.blockCode !== null && rest.blockCode !== null && whole.blockCode !== rest.blockCode,
  );
  t.same(
    changed.map(({ sample }) => sample.text),
    [],
  );
  t.end();
});

t.test('generic words give the reason of most, and seldom take a block for an ordinary bounce', (t) => {
  for (const judged of [withoutItsRule(EXAMPLES, true), withoutItsProvider(EXAMPLES)]) {
    const { reason, reasonWrong, samples } = figures(judged);
    t.ok(reason > 0.58, `${percent(reason)} of ${samples} have the right reason`);
    t.ok(reasonWrong < 0.1, `${percent(reasonWrong)} are taken for a block, or for none, wrongly`);
  }
  t.end();
});
