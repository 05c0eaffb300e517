import { closed, type Static, Type } from '../../json-schema.ts';
import { invalid } from '../../problem.ts';
import { MOST_PICTURES, type Picture, picturesFrom } from './picture.ts';

/** Screenshots in a JSON body. */
export const PicturesJson = Type.Array(
  Type.Object(
    { name: Type.Optional(Type.String({ maxLength: 200 })), base64: Type.String({ minLength: 1 }) },
    closed,
  ),
  { maxItems: MOST_PICTURES },
);

function bytesOf(base64: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw invalid('pictures', 'A screenshot is not in base64.');
  return Buffer.from(base64, 'base64');
}

/** Throws `invalid` for what is no base64 or no picture that may be kept. */
export const picturesInJson = (given: Static<typeof PicturesJson> = []): Picture[] =>
  picturesFrom(
    'pictures',
    given.map(({ name = '', base64 }) => ({ name, bytes: bytesOf(base64) })),
  );
