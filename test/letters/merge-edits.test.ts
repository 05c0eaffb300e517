import t from 'tap';
import { mergeEdits } from '../../src/letters/merge-edits.ts';

const text = (...paragraphs: string[]) => `${paragraphs.join('\n\n')}\n`;
const base = text('Hello,', 'Mail is refused.', 'Checked: nothing.', 'Please review.', 'Kind regards');

t.test('without edits the fresh draft is taken; without news the edits are', async (t) => {
  const other = text('Hello,', 'Other.');
  t.strictSame(mergeEdits(base, base, other), { text: other, conflicts: 0 });
  t.strictSame(mergeEdits(base, other, base), { text: other, conflicts: 0 });
});

t.test('what the person did not touch follows the facts, what they wrote stays', async (t) => {
  const edited = text(
    'Dear team,',
    'Mail is refused.',
    'Checked: nothing.',
    'Please review.',
    'A word of mine.',
    'Kind regards',
  );
  const fresh = text('Hello,', 'Mail is refused.', 'Checked: SPF passes.', 'Please review.', 'Kind regards');
  t.strictSame(mergeEdits(base, edited, fresh), {
    text: text(
      'Dear team,',
      'Mail is refused.',
      'Checked: SPF passes.',
      'Please review.',
      'A word of mine.',
      'Kind regards',
    ),
    conflicts: 0,
  });
});

t.test('where both changed, the person’s words stay and it is counted', async (t) => {
  const edited = text(
    'Hello,',
    'Mail is refused.',
    'We looked at everything.',
    'Please review.',
    'Kind regards',
  );
  const fresh = text('Hello,', 'Mail is refused.', 'Checked: SPF passes.', 'Please review.', 'Kind regards');
  t.strictSame(mergeEdits(base, edited, fresh), { text: edited, conflicts: 1 });
});

t.test('the same change on both sides is no conflict', async (t) => {
  const both = text('Hello,', 'Mail is refused.', 'Checked: SPF passes.', 'Please review.', 'Kind regards');
  t.strictSame(
    mergeEdits(
      base,
      both,
      text('Hello,', 'Mail is refused.', 'Checked: SPF passes.', 'Please review.', 'Kind regards', 'P.S.'),
    ),
    {
      text: text(
        'Hello,',
        'Mail is refused.',
        'Checked: SPF passes.',
        'Please review.',
        'Kind regards',
        'P.S.',
      ),
      conflicts: 0,
    },
  );
});

t.test('what a person removed stays removed', async (t) => {
  const edited = text('Hello,', 'Mail is refused.', 'Please review.', 'Kind regards');
  const fresh = text(
    'Hello,',
    'Mail is still refused.',
    'Checked: nothing.',
    'Please review.',
    'Kind regards',
  );
  const merged = mergeEdits(base, edited, fresh);
  t.notMatch(merged.text, 'Checked: nothing.');
  const removedByFacts = mergeEdits(
    base,
    text('Dear team,', 'Mail is refused.', 'Checked: nothing.', 'Please review.', 'Kind regards'),
    text('Hello,', 'Mail is refused.', 'Please review.', 'Kind regards'),
  );
  t.strictSame(removedByFacts, {
    text: text('Dear team,', 'Mail is refused.', 'Please review.', 'Kind regards'),
    conflicts: 0,
  });
});

t.test('paragraphs that occur twice do not confuse it', async (t) => {
  const twice = text('a', 'x', 'b', 'x', 'c');
  t.strictSame(mergeEdits(twice, text('a', 'x', 'mine', 'x', 'c'), text('new', 'x', 'b', 'x', 'c')), {
    text: text('new', 'x', 'mine', 'x', 'c'),
    conflicts: 0,
  });
});

/** A small repeatable source of chance. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

t.test('no word of the person is ever lost, whatever is changed where', async (t) => {
  for (let seed = 1; seed <= 400; seed++) {
    const next = chance(seed);
    const was = Array.from({ length: 2 + Math.floor(next() * 8) }, (_, index) => `paragraph ${index}`);
    const change = (mark: string) =>
      was.flatMap((one, index) =>
        next() < 0.2
          ? []
          : next() < 0.3
            ? [`${mark} ${index}`]
            : next() < 0.2
              ? [one, `${mark} added ${index}`]
              : [one],
      );
    const [edited, fresh] = [change('mine'), change('fresh')];
    const merged = mergeEdits(text(...was), text(...edited), text(...fresh));
    const paragraphs = merged.text.trim().split('\n\n');
    for (const one of edited.filter((words) => words.startsWith('mine')))
      t.ok(paragraphs.includes(one), `seed ${seed}: ${one}`);
    for (const one of paragraphs)
      t.ok(
        one === '' || was.includes(one) || edited.includes(one) || fresh.includes(one),
        `seed ${seed}: nothing invented`,
      );
    if (merged.conflicts === 0)
      for (const one of fresh.filter((words) => words.startsWith('fresh')))
        t.ok(paragraphs.includes(one), `seed ${seed}: ${one}`);
  }
});

t.test('a long letter is merged, whatever of it changed on either side', { timeout: 300_000 }, async (t) => {
  const long = Array.from({ length: 1500 }, (_, index) => `paragraph ${index}`);
  const merged = mergeEdits(
    text(...long),
    text(...long.map((one, index) => (index % 3 ? one : `mine ${index}`))),
    text(...long.map((one, index) => (index % 7 ? one : `fresh ${index}`))),
  );
  for (const words of ['mine 3', 'mine 1497', 'paragraph 1'])
    t.ok(merged.text.split('\n').includes(words), words);
});
