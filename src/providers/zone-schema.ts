import { type Static, Type } from '../json-schema.ts';
import { closed, Url } from './fact-schema.ts';

/**
 * The zones of DNS lists (RFC 5782): what a zone lists, what its answers mean and under which conditions it
 * may be asked. A new list, or a new answer of one, needs data and no code.
 */

/**
 * What an answer amounts to. `listing`: what the list is made for, mostly abuse that was seen. `policy`: speaks
 * against mail from there and accuses nobody, as for a dynamic range. `informational`: neither for nor against.
 * `allow`: a good word. `error`: the list did not answer the question, so it must never count as a listing.
 */
export const ANSWER_KINDS = ['listing', 'policy', 'informational', 'allow', 'error'] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

const Words = Type.String({ minLength: 1, maxLength: 500 });
const DomainName = Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$', maxLength: 253 });
const answer = {
  kind: Type.Enum([...ANSWER_KINDS]),
  meaning: Words,
  verified: Type.Boolean({ description: 'false: one weak source only; shown as unverified' }),
};

/** An address that a zone answers with. Each part is a number or a range: `127.0.0.2`, `127.0.2-15.3`. */
const ZoneCode = Type.Object(
  { code: Type.String({ pattern: '^\\d{1,3}(-\\d{1,3})?(\\.\\d{1,3}(-\\d{1,3})?){3}$' }), ...answer },
  closed,
);
export type ZoneCode = Static<typeof ZoneCode>;

/** A bit of the last part of the address, in zones whose answer is the sum of what applies. */
const ZoneBit = Type.Object({ bit: Type.Enum([1, 2, 4, 8, 16, 32, 64, 128]), ...answer }, closed);
export type ZoneBit = Static<typeof ZoneBit>;

export const Zone = Type.Object(
  {
    zone: DomainName,
    name: Words,
    lists: Type.Array(Type.Enum(['ipv4', 'ipv6', 'domains']), {
      minItems: 1,
      maxItems: 3,
      uniqueItems: true,
    }),
    about: Words,
    /** A list of domains that knows full host names; all others are asked for the domain that was registered. */
    names: Type.Optional(Type.Enum(['hosts'])),
    /** The zone that holds all entries of this one: while that one is asked, this one need not be. */
    partOf: Type.Optional(DomainName),
    /** What one entry covers, where that is more than what was asked about: the range around it, or all of its AS. */
    scope: Type.Optional(Type.Enum(['range', 'network'])),
    /** The last part of the answer is a score from 0 (worst) to 100: good from here on, poor up to there. The zone lists nobody. */
    score: Type.Optional(
      Type.Object(
        {
          good: Type.Integer({ minimum: 1, maximum: 100 }),
          poor: Type.Integer({ minimum: 0, maximum: 99 }),
        },
        closed,
      ),
    ),
    /** A code goes before the bits, so an error can be told from a sum. */
    codes: Type.Array(ZoneCode, { maxItems: 60 }),
    bits: Type.Optional(Type.Array(ZoneBit, { minItems: 1, maxItems: 8 })),
    /** What to ask to see that the zone works, where that is not as in RFC 5782 § 5. */
    test: Type.Optional(
      Type.Object({ listed: Words, notListed: Type.Optional(Words), verified: Type.Boolean() }, closed),
    ),
    weight: Type.Enum(['high', 'medium', 'low', 'informational']),
    use: Type.Object(
      {
        /** `key`: the operator's key is a label before the zone's name. `registered`: the resolver's address is known to the operator. */
        access: Type.Enum(['open', 'registered', 'key']),
        /** True where the operator refuses resolvers that serve the public. */
        noPublicResolvers: Type.Optional(Type.Boolean()),
        queriesPerDay: Type.Optional(Type.Integer({ minimum: 1 })),
        note: Type.Optional(Words),
        verified: Type.Boolean(),
      },
      closed,
    ),
    /** Where to look up and ask; `{address}` stands for what is listed. */
    removal: Type.Optional(Url),
    /** Hours after the last event until a listing ends by itself. */
    expires: Type.Optional(Type.Integer({ minimum: 1 })),
    source: Type.String({ minLength: 1, maxLength: 300, description: 'where the facts come from' }),
    verified: Type.Boolean({ description: 'of removal and expiry' }),
  },
  closed,
);
export type Zone = Static<typeof Zone>;

/** Zones that have ended. They are never asked: some of them list everything. */
export const DeadZones = Type.Array(
  Type.Object(
    {
      /** `*.name` stands for every zone below the name. */
      zone: Type.String({ pattern: '^(\\*\\.)?[a-z0-9-]+(\\.[a-z0-9-]+)+$', maxLength: 253 }),
      name: Words,
      ended: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' })),
      /** `everything`: all addresses appear listed. `nothing`: all appear clean. */
      answers: Type.Enum(['everything', 'nothing', 'unknown']),
      note: Type.Optional(Words),
      source: Type.String({ minLength: 1, maxLength: 300 }),
      verified: Type.Boolean(),
    },
    closed,
  ),
  { $id: 'dead-zones' },
);
export type DeadZones = Static<typeof DeadZones>;
