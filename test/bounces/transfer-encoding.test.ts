import t from 'tap';
import { decodeBody } from '../../src/bounces/transfer-encoding.ts';

t.test('what stands unescaped in a quoted-printable line stays as it is', async (t) => {
  const decoded = (text: string) => decodeBody([{ n: 1, text }], 'quoted-printable', 'utf-8')[0]?.text;
  t.equal(decoded('Gr=C3=BC=C3=9Fe \u{1f4ec} 5=3D5 =zz ='), 'Grüße \u{1f4ec} 5=5 =zz ');
});
