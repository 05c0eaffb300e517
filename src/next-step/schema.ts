import { closed, type Static, Type } from '../json-schema.ts';
import { ROUNDS } from '../letters/rounds.ts';

/**
 * The rules that name the next step. `rules.json` is checked against this at start and by a test. Rules are tried from
 * the top: the first whose conditions hold is the step, what else holds is an alternative.
 */

const Slug = Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 60 });
const Words = Type.String({ minLength: 1, maxLength: 600 });
const Value = Type.Union([Type.Boolean(), Type.String({ minLength: 1, maxLength: 80 })]);

/** A fact that is not known fulfils no condition but `not`. Of a fact that is a list, one of its values is enough. */
export const Condition = Type.Union([
  Value,
  Type.Array(Type.String({ maxLength: 80 }), { minItems: 1, maxItems: 20 }),
  Type.Object({ not: Type.Array(Value, { minItems: 1, maxItems: 20 }) }, closed),
  Type.Object(
    { atLeast: Type.Optional(Type.Number()), below: Type.Optional(Type.Number()) },
    { ...closed, minProperties: 1 },
  ),
]);
export type Condition = Static<typeof Condition>;

/** All of them hold. Names are those of `Facts`, or `claim:` and a claim’s key. */
const Conditions = Type.Record(Type.String({ pattern: '^(claim:[a-z0-9-]+|[a-zA-Z]+)$' }), Condition, {
  minProperties: 1,
});

/** Where a button leads. */
export const GOES = [
  'letter',
  'reply',
  'recover',
  'close',
  'state',
  'mail',
  'note',
  'refused',
  'cause',
  'tickets',
  'check',
  'evidence',
  'places',
  'playbook',
  'profile',
  'link',
  'upstream',
  'earlier',
] as const;
export type Go = (typeof GOES)[number];

export const Button = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 40 }),
    go: Type.Enum([...GOES]),
    /** For `letter`: what is written. */
    round: Type.Optional(Type.Enum([...ROUNDS])),
    /** For `letter`: to somebody else than the provider, whose cool-down is none of theirs. */
    elsewhere: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type Button = Static<typeof Button>;

export const FROM = [
  'opened',
  'state',
  'request',
  'answer',
  'first-rejection',
  'rejection',
  'lifted',
  'recovered',
  'fix',
  'passed-on',
  'cool-down-end',
  'ask-anew',
  'follow-up',
  'effect-end',
  'stated-end',
] as const;
const Due = Type.Object(
  {
    /** The first of these moments that is known. */
    from: Type.Array(Type.Enum([...FROM]), { minItems: 1, maxItems: 3 }),
    /** `effect`: as long as a mitigation takes there. */
    hours: Type.Union([Type.Number({ minimum: 0, maximum: 24 * 400 }), Type.Enum(['effect'])]),
    /** `provider`: as the provider’s playbook counts. */
    workingDays: Type.Optional(Type.Enum(['always', 'provider'])),
  },
  closed,
);
export type DueRule = Static<typeof Due>;

export const Rule = Type.Object(
  {
    id: Slug,
    /** One of these sets holds. */
    when: Type.Array(Conditions, { minItems: 1, maxItems: 8 }),
    what: Words,
    why: Words,
    button: Button,
    also: Type.Array(Button, { maxItems: 3 }),
    due: Type.Optional(Due),
    /** Nothing is to be done but to wait: whatever writes to the provider is left out below. */
    waits: Type.Optional(Type.Boolean()),
    /** Answers in the provider’s thread, which a mailbox that nobody reads has not. */
    replies: Type.Optional(Type.Boolean()),
    /** False: something else tells when it is due. */
    reminds: Type.Optional(Type.Boolean()),
    /** False: it is what remains when all else was dismissed. */
    dismissible: Type.Optional(Type.Boolean()),
    source: Words,
    verified: Type.Boolean({ description: 'false: one weak source only, or a default of ours' }),
  },
  closed,
);
export type Rule = Static<typeof Rule>;

export const Rules = Type.Array(Rule, { minItems: 1, maxItems: 200, $id: 'next-step-rules' });

/** What is known of single desks beyond their playbooks. */
export const Desks = Type.Record(
  Slug,
  Type.Object(
    {
      timeZone: Type.Optional(Type.String({ maxLength: 60 })),
      /** Receipts come from a mailbox that nobody reads. */
      unattendedReceipt: Type.Optional(Type.Boolean()),
      source: Words,
      verified: Type.Boolean(),
    },
    closed,
  ),
  { $id: 'next-step-desks' },
);
export type DeskFacts = Static<typeof Desks>[string];
