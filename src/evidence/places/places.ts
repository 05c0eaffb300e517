import { checkData } from '../../data-file.ts';
import { closed, type Static, Type } from '../../json-schema.ts';
import { notFound } from '../../problem.ts';
import data from './places.json' with { type: 'json' };

/** Places that show what they think of us to people only: what to read there, as data. */

const Key = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60 });
const Words = Type.String({ minLength: 1, maxLength: 300 });

/** What a value means: for or against us, and what it says of the place's claim (nothing, where it is left out). */
const MEANS = {
  outcome: Type.Enum(['good', 'bad', 'note', 'unknown']),
  says: Type.Optional(Type.Enum(['supports', 'contradicts'])),
};
const Choice = Type.Object({ words: Type.String({ minLength: 1, maxLength: 60 }), ...MEANS }, closed);
/** Bands in ascending order; the last one has no end. */
const Band = Type.Object({ below: Type.Optional(Type.Number()), ...MEANS }, closed);

const Place = Type.Object(
  {
    key: Key,
    name: Words,
    /** Key in the provider catalogue. */
    provider: Key,
    of: Type.Enum(['address', 'domain']),
    /** `{subject}` stands for the address or domain. */
    url: Type.String({ pattern: '^https://[^\\s]+$', maxLength: 300 }),
    what: Words,
    look: Words,
    value: Type.Object(
      {
        choices: Type.Optional(Type.Array(Choice, { minItems: 2, maxItems: 12 })),
        number: Type.Optional(
          Type.Object(
            {
              /** Stands right after the number. */
              unit: Type.String({ maxLength: 20 }),
              most: Type.Number(),
              decimals: Type.Integer({ minimum: 0, maximum: 4 }),
              bands: Type.Array(Band, { minItems: 1, maxItems: 6 }),
            },
            closed,
          ),
        ),
      },
      { ...closed, minProperties: 1, maxProperties: 1 },
    ),
    /** The claim of letters that it speaks of. */
    claim: Type.Optional(Key),
    /** How a letter says it, with `{value}` in it; else the value alone. */
    inLetters: Type.Optional(Type.String({ pattern: '\\{value\\}', maxLength: 200 })),
    /** The phrase of letters for a value that supports the claim, and what it says beside the value. */
    phrase: Type.Optional(
      Type.Object(
        {
          key: Key,
          /** What the value is called in the phrase. */
          value: Type.Enum(['score', 'percent']),
          values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
        },
        closed,
      ),
    ),
    /** After so many days the value is too old. */
    currentDays: Type.Integer({ minimum: 1, maximum: 365 }),
    source: Words,
    verified: Type.Boolean(),
  },
  closed,
);
export type Place = Static<typeof Place>;
export type PlaceMeaning = Pick<Static<typeof Choice>, 'outcome' | 'says'>;

export const PLACES: readonly Place[] = checkData(
  Type.Array(Place, { minItems: 1 }),
  data,
  'src/evidence/places/places.json',
);
const BY_KEY = new Map(PLACES.map((place) => [place.key, place]));

export const placeOf = (key: string): Place | undefined => BY_KEY.get(key);

export function getPlace(key: string): Place {
  const place = placeOf(key);
  if (!place) throw notFound('such place');
  return place;
}

/** The kind of evidence under which what was read there stands. */
const PREFIX = 'place-';
export const kindOfPlace = ({ key }: Place): string => `${PREFIX}${key}`;
export const placeOfKind = (kind: string): Place | undefined =>
  kind.startsWith(PREFIX) ? placeOf(kind.slice(PREFIX.length)) : undefined;

export const linkOfPlace = ({ url }: Place, subject: string): string =>
  url.replace('{subject}', encodeURIComponent(subject));

const DAY_MS = 86_400_000;
export const isTooOld = ({ currentDays }: Place, readAt: Date, now: Date): boolean =>
  now.getTime() - readAt.getTime() > currentDays * DAY_MS;
