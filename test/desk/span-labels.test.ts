import t from 'tap';
import { labelsOver, ROOM } from '../../src/desk/span-labels.ts';
import { chooser, seeded } from '../seeded.ts';

t.test('a label has the room up to the next one, and further left where it is too little', async (t) => {
  t.strictSame(
    labelsOver(
      [
        { from: 10, name: 'GMX, WEB.DE and mail.com' },
        { from: 30, name: 'Gmail' },
      ],
      ROOM.wide,
    ),
    [
      { text: 'GMX, WEB.DE and mail.com', x: 0, width: 28.8, atEnd: true },
      { text: 'Gmail', x: 30, width: 70, atEnd: false },
    ],
  );
});

t.test('spans without room between them share a label; a name comes once', async (t) => {
  const names = ['Gmail', 'Yahoo', 'Gmail'];
  const spans = names.map((name, index) => ({ from: 10 + index, name }));
  t.strictSame(labelsOver(spans, ROOM.wide), [{ text: 'Gmail, Yahoo', x: 10, width: 90, atEnd: false }]);
});

t.test('names that share the last label are read in full where there is room to their left', async (t) => {
  const late = [
    { from: 92, name: 'Proofpoint' },
    { from: 97, name: 'Gmail' },
  ];
  const [label] = labelsOver(late, ROOM.wide);
  t.match(label, { text: 'Proofpoint, Gmail', atEnd: true });
  t.ok((label?.width ?? 0) >= ROOM.wide.letter * 'Proofpoint, Gmail'.length - 0.01, JSON.stringify(label));
  const [yahoo, both] = labelsOver([{ from: 79, name: 'Yahoo' }, ...late], ROOM.wide);
  t.ok((both?.width ?? 0) > 100 - 79 - 9, 'Yahoo makes room');
  t.ok(yahoo && yahoo.width >= 9 && yahoo.x + yahoo.width > 78.9, 'and is read over its span still');
});

t.test('what was blocked a moment ago is labelled at the end', async (t) => {
  t.strictSame(labelsOver([{ from: 99.9, name: 'T-Online' }], ROOM.phone), [
    { text: 'T-Online', x: 70, width: 30, atEnd: true },
  ]);
});

t.test(
  'whatever the spans, no label runs into another or over the edge, and each provider is named',
  async (t) => {
    const choose = chooser(seeded(11));
    for (let round = 0; round < 500; round++) {
      const room = choose.one([ROOM.wide, ROOM.middle, ROOM.phone]);
      const spans = Array.from({ length: choose.between(1, 40) }, () => ({
        from: choose.upTo(10_000) / 100,
        name: choose.one(['Gmail', 'Outlook.com', 'GMX, WEB.DE and mail.com', 'T-Online']),
      }));
      const labels = labelsOver(spans, room);
      for (const [index, label] of labels.entries()) {
        const next = labels[index + 1]?.x ?? 100.001;
        if (label.x < 0 || label.x + label.width > next || label.width < room.least - room.gap)
          t.fail(JSON.stringify({ label, next, room }));
      }
      for (const { name } of spans)
        if (!labels.some((label) => label.text.includes(name))) t.fail(`${name} is not named`);
    }
    t.pass('none did');
  },
);

t.test('where a window is narrow, names that would be cut off share a label', async (t) => {
  const spans = [
    { from: 41, name: 'Gmail' },
    { from: 79, name: 'Barracuda' },
    { from: 98, name: 'Proofpoint' },
    { from: 99, name: 'Gmail' },
  ];
  const labels = labelsOver(spans, ROOM.middle);
  t.strictSame(
    labels.map(({ text }) => text),
    ['Gmail', 'Barracuda, Proofpoint, Gmail'],
  );
  for (const { text, width } of labels) t.ok(width >= text.length * ROOM.middle.tight, text);
});
