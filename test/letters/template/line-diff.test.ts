import fc from 'fast-check';
import t from 'tap';
import { type DiffLine, lineDiff } from '../../../src/letters/template/line-diff.ts';

const shown = (lines: DiffLine[]) =>
  lines.map((line) =>
    line.is === 'skip'
      ? `… ${line.count}`
      : `${{ same: ' ', gone: '-', new: '+' }[line.is]}${line.line} ${line.pieces.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('')}`,
  );

t.test('lines and words that differ, with what stands around them', async (t) => {
  const before = ['a', 'b', 'c', 'd', 'Mail from us is refused.', 'e', 'f', 'g', 'h'].join('\n');
  const now = before.replace('is refused', 'was deferred').replace('\nh', '');
  t.strictSame(shown(lineDiff(before, now)), [
    '… 2',
    ' 3 c',
    ' 4 d',
    '-5 Mail from us [is] [refused].',
    '+5 Mail from us [was] [deferred].',
    ' 6 e',
    ' 7 f',
    ' 8 g',
    '-9 h',
  ]);
  t.strictSame(lineDiff('a\nb\n', 'a\nb'), [], 'the line end at the end is no difference');
});

t.test('both texts can be read off what differs', async (t) => {
  const text = fc.array(fc.constantFrom('', 'a', 'b', 'a b', 'Dear team, lift it.'), {
    minLength: 1,
    maxLength: 12,
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(text, text, (before, now) => {
        // Ends that are never the same line, so that nothing is left out for being far away.
        const lines = lineDiff([...before, '1'].join('\n'), [...now, '2'].join('\n'));
        const skipped = lines.some(({ is }) => is === 'skip');
        const of = (other: string) =>
          lines
            .flatMap((line) =>
              line.is === 'skip' || line.is === other ? [] : [line.pieces.map((one) => one.text).join('')],
            )
            .join('\n');
        return (
          skipped || (of('new') === [...before, '1'].join('\n') && of('gone') === [...now, '2'].join('\n'))
        );
      }),
    ),
  );
});
