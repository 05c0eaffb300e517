import t from 'tap';
import { MOST_PICTURE_BYTES, picturesFrom, pictureType } from '../../../src/evidence/pictures/picture.ts';
import { GIF, JPEG, PNG, WEBP } from './pictures.fixture.ts';

t.test('a picture is known by its first octets, whatever it is called', async (t) => {
  t.equal(pictureType(PNG), 'image/png');
  t.equal(pictureType(GIF), 'image/gif');
  t.equal(pictureType(JPEG), 'image/jpeg');
  t.equal(pictureType(WEBP), 'image/webp');
  const others = {
    nothing: '',
    half: PNG.subarray(0, 5),
    svg: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    html: '<!doctype html><script>alert(1)</script>',
    pdf: '%PDF-1.7',
    wave: 'RIFF\0\0\0\0WAVEfmt ',
    'GIF by another year': 'GIF88a',
    'a picture further on': Buffer.concat([Buffer.from(' '), PNG]),
  };
  for (const [what, bytes] of Object.entries(others))
    t.equal(pictureType(Buffer.from(bytes)), undefined, what);
});

t.test('what is no picture, too large or one too many is refused, by its name', async (t) => {
  const refused = (uploads: { name: string; bytes: Buffer }[], words: RegExp) =>
    t.throws(() => picturesFrom('pictures', uploads), { code: 'invalid', fields: { pictures: words } });
  refused([{ name: 'talos.png', bytes: Buffer.from('<svg/>') }], /“talos.png” is no PNG/);
  const large = Buffer.concat([PNG, Buffer.alloc(MOST_PICTURE_BYTES)]);
  refused([{ name: 'whole-desk.png', bytes: large }], /“whole-desk.png” is larger than 5 MB/);
  refused(
    Array.from({ length: 5 }, (_, index) => ({ name: `${index}.png`, bytes: PNG })),
    /At most 4/,
  );
  t.match(
    picturesFrom('pictures', [
      { name: 'a.svg', bytes: PNG.subarray(0, MOST_PICTURE_BYTES) },
      { name: `${'x'.repeat(400)}\0.png`, bytes: GIF },
    ]),
    [
      { name: 'a.svg', type: 'image/png' },
      { name: /^x{200}$/, type: 'image/gif' },
    ],
  );
});
