import { type Static, Type } from '../json-schema.ts';
import { closed, Slug, Source, Url, Verified, Words } from './fact-schema.ts';

/**
 * What a playbook knows besides how refusals are recognised: what has to be in place, how long things take, the usual
 * course, whom to turn to next and when to stop. All times are hours.
 */

/** `key` stays when the words change: what people changed about a line is kept by it. */
const line = { key: Slug, text: Words, url: Type.Optional(Url), source: Source, verified: Verified };

export const Fact = Type.Object(line, closed);
export type Fact = Static<typeof Fact>;

/** `claims` are keys of claims.json and `programme` one of programmes.json: what says how we stand. */
export const Prerequisite = Type.Object(
  {
    ...line,
    claims: Type.Optional(Type.Array(Slug, { minItems: 1, maxItems: 6 })),
    /** `any`: one of the claims is enough; absent: all of them. */
    need: Type.Optional(Type.Enum(['any'])),
    programme: Type.Optional(Slug),
  },
  closed,
);
export type Prerequisite = Static<typeof Prerequisite>;

const Hours = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 8784, description }));

export const Timing = Type.Object(
  {
    acknowledgedWithin: Hours('hours to a receipt, usually'),
    answeredWithin: Hours('hours to a first verdict, usually'),
    effectiveWithin: Hours('hours from mitigation until it holds everywhere'),
    followUpAfter: Hours('hours of silence before a follow-up; absent: never follow up'),
    replyWithin: Hours('hours within which a denial is best answered'),
    waitAfterDenial: Hours('hours to let pass after a denial before asking again'),
    workingDays: Type.Boolean({ description: 'true: the hours count on working days only (24 a day)' }),
    note: Type.Optional(Words),
    source: Source,
    verified: Verified,
  },
  closed,
);
export type Timing = Static<typeof Timing>;

export const CoolDown = Type.Object(
  {
    hours: Type.Number({ minimum: 0, description: 'least wait before asking again' }),
    rounds: Type.Optional(Type.Integer({ minimum: 1, description: 'when to stop and take another route' })),
    text: Words,
    source: Source,
    verified: Verified,
  },
  closed,
);
export type CoolDown = Static<typeof CoolDown>;

/** What happens at a step: we ask, they confirm receipt, and so on. */
export const STEP_KINDS = [
  'request',
  'confirmation',
  'receipt',
  'first-answer',
  'review',
  'escalation',
  'expiry',
  'effect',
] as const;

/** The usual course, in order; absent: worked out from routes and times. */
export const Course = Type.Array(
  Type.Object(
    {
      key: Slug,
      kind: Type.Enum([...STEP_KINDS]),
      who: Type.Enum(['we', 'robot', 'people', 'network-owner', 'recipient']),
      title: Type.String({ minLength: 3, maxLength: 40 }),
      text: Type.Optional(Words),
      within: Hours('hours after the step before it, usually'),
      rounds: Type.Optional(
        Type.Integer({ minimum: 2, maximum: 9, description: 'how often the step repeats' }),
      ),
      source: Source,
      verified: Verified,
    },
    closed,
  ),
  { minItems: 1, maxItems: 9 },
);
export type Course = Static<typeof Course>;

/** Whom to turn to when the desk does not help, in order. */
export const Escalation = Type.Array(
  Type.Object(
    {
      ...line,
      to: Type.Enum([
        'same-desk',
        'second-desk',
        'recipient',
        'network-owner',
        'list-operator',
        'certification',
      ]),
      /** Key of the route that it goes by. */
      route: Type.Optional(Slug),
      /** Rounds of letters before it. */
      afterRounds: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
      afterHours: Hours('hours of silence before it'),
    },
    closed,
  ),
  { minItems: 1, maxItems: 6 },
);
export type Escalation = Static<typeof Escalation>;

const Count = Type.Integer({ minimum: 1, maximum: 20 });

/** When to stop writing to the desk about one block. Nothing but `text`: no number is known. */
export const Stop = Type.Object(
  {
    rounds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 9,
        description: 'requests and answers to denials about one block, reminders aside; 0: never write',
      }),
    ),
    /** No more than so many requests in so many hours. */
    requests: Type.Optional(
      Type.Object({ count: Count, hours: Type.Number({ minimum: 1, maximum: 8784 }) }, closed),
    ),
    /** After so many new listings within `hours`, let `pause` hours pass and look for the cause. */
    relistings: Type.Optional(
      Type.Object(
        {
          count: Count,
          hours: Type.Number({ minimum: 1, maximum: 8784 }),
          pause: Type.Number({ minimum: 1, maximum: 8784 }),
        },
        closed,
      ),
    ),
    idle: Hours('hours without a new fact after which to stop'),
    again: Hours('hours until a new request is worth it, without a change'),
    text: Words,
    source: Source,
    verified: Verified,
  },
  closed,
);
export type Stop = Static<typeof Stop>;

/** What differs for refusals by these rules. */
export const Case = Type.Object(
  {
    key: Slug,
    name: Words,
    rules: Type.Array(Slug, { minItems: 1, maxItems: 60 }),
    timing: Type.Optional(Timing),
    coolDown: Type.Optional(CoolDown),
    course: Type.Optional(Course),
    escalation: Type.Optional(Escalation),
    stop: Type.Optional(Stop),
  },
  closed,
);
export type Case = Static<typeof Case>;
