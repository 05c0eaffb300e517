import { checkData } from '../data-file.ts';
import type { Standing } from '../database/tables.ts';
import { closed, type Static, Type } from '../json-schema.ts';
import data from './programmes.json' with { type: 'json' };

/** Certification programmes: what each brings, asks and costs, as neutral facts with their sources. */

const Words = Type.String({ minLength: 1, maxLength: 300 });
const Fact = Type.Object(
  {
    about: Type.Enum(['brings', 'costs', 'asks', 'limits']),
    text: Words,
    source: Words,
    verified: Type.Boolean(),
  },
  closed,
);
const Programme = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60 }),
    name: Words,
    /** What people call it, in small letters and without signs. */
    names: Type.Array(Type.String({ pattern: '^[a-z0-9]+( [a-z0-9]+)*$' }), { minItems: 1 }),
    whose: Words,
    url: Type.Optional(Type.String({ pattern: '^https://[^\\s]+$' })),
    facts: Type.Array(Fact, { minItems: 1 }),
  },
  closed,
);
export type Programme = Static<typeof Programme>;

export const PROGRAMMES: readonly Programme[] = checkData(
  Type.Array(Programme, { minItems: 1 }),
  data,
  'src/profile/programmes.json',
);
const BY_KEY = new Map(PROGRAMMES.map((programme) => [programme.key, programme]));
export const programmeOf = (key: string): Programme | undefined => BY_KEY.get(key);

export const STANDINGS = ['member', 'applied', 'suspended', 'ended'] as const satisfies Standing[];

/** How we stand in a programme. */
export type Membership = { programme: string; standing: Standing; expires_on: string | null };

/** A member, and not past its last day. */
export const isInForce = ({ standing, expires_on: until }: Membership, today: string): boolean =>
  standing === 'member' && (until === null || until >= today);

const plain = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
const names = (line: string, { programme }: Membership) =>
  programmeOf(programme)?.names.some((name) => plain(line).includes(` ${name} `)) ?? false;

/** Of programmes that people wrote down, those of which there is no record: where there is one, it alone counts. */
export const otherProgrammes = (lines: string[], memberships: Membership[]): string[] =>
  lines.filter((line) => !memberships.some((membership) => names(line, membership)));

/** What letters and the API know as our programmes: those in force by record, then what else was written down. */
export const programmesOf = (lines: string[], memberships: Membership[], today: string): string[] => [
  ...memberships
    .filter((membership) => isInForce(membership, today))
    .map(({ programme }) => programmeOf(programme)?.name ?? programme),
  ...otherProgrammes(lines, memberships),
];
