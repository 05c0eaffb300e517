import t from 'tap';
import { Lines, LONGEST_LINE } from '../../src/agent/lines.ts';

t.test('wherever the stream is cut, the same lines come out', async (t) => {
  const text = Buffer.from(
    `one\n\ntwo ${'x'.repeat(300)}\n\0\u00ff binary \r\n${'y'.repeat(1000)}\nlast without end`,
  );
  for (let size = 1; size < 400; size++) {
    const lines = new Lines();
    const out: Buffer[] = [];
    for (let at = 0; at < text.length; at += size) {
      const whole = Buffer.concat(lines.push(text.subarray(at, at + size)));
      if (whole.length > 0 && whole.at(-1) !== 0x0a) t.fail(`size ${size}: not whole`);
      out.push(whole);
    }
    if (lines.pending !== 'last without end'.length) t.fail(`size ${size}: pending ${lines.pending}`);
    out.push(lines.finish());
    if (Buffer.concat(out).toString('latin1') !== `${text.toString('latin1')}\n`) t.fail(`size ${size}`);
  }
  t.pass('all sizes');
});

t.test('of a line that never ends only its start is held', async (t) => {
  const lines = new Lines();
  const piece = Buffer.alloc(64 * 1024, 'z');
  for (let mega = 0; mega < 160; mega++) t.strictSame(lines.push(piece), []);
  t.equal(lines.pending, 160 * piece.length);
  const whole = Buffer.concat(lines.push(Buffer.from('end\nnext\nun')));
  t.equal(whole.length, LONGEST_LINE + 1 + 'next\n'.length);
  t.equal(whole.subarray(LONGEST_LINE).toString(), '\nnext\n');
  t.equal(lines.finish().toString(), 'un\n');
  t.equal(lines.pending, 0);
});
