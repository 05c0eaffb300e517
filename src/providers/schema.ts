import { type Static, Type } from '../json-schema.ts';
import { closed, Slug, Source, Url, Verified, Words } from './fact-schema.ts';
import { Case, CoolDown, Course, Escalation, Fact, Prerequisite, Stop, Timing } from './playbook-schema.ts';
import { Zone } from './zone-schema.ts';

/**
 * The one schema of the provider catalogue. Every file in `data/` is one provider and is checked against
 * it at start and by a test. Adding a provider needs a data file and no code.
 *
 * `verified: false` marks a fact that rests on one weak source; pages say so.
 */

/** The classes of a rejection's cause. `not-a-block` is for replies that refuse mail but block nobody. */
export const REASONS = [
  'ip-reputation',
  'domain-reputation',
  'authentication',
  'rate-limit',
  'missing-ptr',
  'policy',
  'content',
  'listed-on-third-party-list',
  'not-a-block',
] as const;
export const Reason = Type.Enum([...REASONS]);
export type Reason = (typeof REASONS)[number];

/** What a provider's reply amounts to. */
export const VERDICTS = [
  'acknowledged',
  'denied',
  'mitigated',
  'conditionally-mitigated',
  'not-blocked',
  'needs-information',
  'refused-to-explain',
  'closed',
  'other',
] as const;
export const Verdict = Type.Enum([...VERDICTS]);
export type Verdict = (typeof VERDICTS)[number];

/**
 * How a text is recognised. All given conditions must hold. Literals are compared without regard to case
 * and with white space folded; a `pattern` is a bounded regular expression without nested quantifiers
 * (flags `iu`), used only where literals cannot say it. A named group `code` in a pattern becomes the
 * block code.
 */
export const Match = Type.Object(
  {
    all: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 200 }), { minItems: 1, maxItems: 8 }),
    ),
    any: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 200 }), { minItems: 1, maxItems: 150 }),
    ),
    none: Type.Optional(
      Type.Array(Type.String({ minLength: 2, maxLength: 200 }), { minItems: 1, maxItems: 20 }),
    ),
    pattern: Type.Optional(Type.String({ minLength: 2, maxLength: 300 })),
    replyCodes: Type.Optional(Type.Array(Type.Integer({ minimum: 200, maximum: 599 }), { minItems: 1 })),
    enhancedCodes: Type.Optional(
      Type.Array(Type.String({ pattern: '^[245]\\.\\d{1,3}\\.\\d{1,3}$' }), { minItems: 1 }),
    ),
  },
  { ...closed, minProperties: 1 },
);
export type Match = Static<typeof Match>;

/** One rejection code or phrase of a provider. */
export const RejectionRule = Type.Object(
  {
    id: Slug,
    match: Match,
    /** True when the text alone names the provider; false when it counts only after host or domain did. */
    identifies: Type.Boolean(),
    onlyHere: Type.Optional(
      Type.Boolean({
        description: 'no other service of the same operator says it, whoever the recipient is',
      }),
    ),
    frame: Type.Optional(
      Type.Boolean({
        description: 'the words only frame a refusal: a cause seen beside them counts instead',
      }),
    ),
    blockCode: Type.Optional(
      Type.String({ maxLength: 60, description: "the provider's own code, when fixed" }),
    ),
    reason: Reason,
    temporary: Type.Optional(Type.Boolean({ description: 'overrides the first digit of the reply code' })),
    meaning: Words,
    firstStep: Type.Optional(Words),
    /** The third-party list that the reply cites, and the catalogue key of its operator. */
    listName: Type.Optional(Type.String({ maxLength: 80 })),
    listOwner: Type.Optional(Slug),
    /** As seen, with documentation addresses; every example is a test. */
    examples: Type.Array(Type.String({ minLength: 3, maxLength: 1500 }), { minItems: 1, maxItems: 6 }),
    source: Source,
    verified: Verified,
  },
  closed,
);
export type RejectionRule = Static<typeof RejectionRule>;

const CodePattern = Type.Object(
  {
    pattern: Type.String({ minLength: 4, maxLength: 200 }),
    examples: Type.Array(Type.String({ minLength: 2, maxLength: 300 }), { minItems: 1 }),
  },
  closed,
);

/** What holds for replies of providers that are not in the catalogue: the same rules and codes, without a provider. */
export const Generic = Type.Object(
  { codes: Type.Array(CodePattern), rules: Type.Array(RejectionRule) },
  { ...closed, $id: 'generic' },
);
export type Generic = Static<typeof Generic>;

/** Names of public DNS lists by the zone or word that replies cite; `owner` is a catalogue key where there is one. */
export const CitedLists = Type.Array(
  Type.Object(
    { cited: Type.String({ minLength: 3, maxLength: 100 }), name: Words, owner: Type.Optional(Slug) },
    closed,
  ),
  { $id: 'cited-lists' },
);
export type CitedLists = Static<typeof CitedLists>;

/** Where the value of a form field comes from; the letters know how to fill each. */
export const FIELD_VALUES = [
  'contact-name',
  'contact-email',
  'contact-phone',
  'organisation',
  'website',
  'postal-address',
  'time-zone',
  'sender-kind',
  'recipient-domains',
  'sending-domains',
  'addresses',
  'address',
  'hostname',
  'since',
  'error-text',
  'letter',
  'subject',
  'mail-kinds',
  'daily-volume',
  'opt-in',
  'block-code',
  'fixed',
  'asked',
] as const;

/** One field of a provider's form, in the form's order. */
export const FormField = Type.Object(
  {
    key: Slug,
    label: Words,
    /** `fixed`: the text is always the same. `asked`: only the person can answer it. */
    value: Type.Enum([...FIELD_VALUES]),
    fixed: Type.Optional(Words),
    options: Type.Optional(Type.Array(Words, { minItems: 1, maxItems: 30 })),
    maxLength: Type.Optional(Type.Integer({ minimum: 1, maximum: 100000, description: 'characters' })),
    /** How the form counts: as a browser does (the usual), with a line end as two, or in octets of UTF-8. */
    counts: Type.Optional(Type.Enum(['characters', 'line-ends-twice', 'octets'])),
    maxLines: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'lines of a pasted text' }),
    ),
    readLength: Type.Optional(
      Type.Integer({
        minimum: 100,
        maximum: 5000,
        description: 'characters that are read of it; beyond them a shorter version is offered',
      }),
    ),
    /** Between several addresses or domains. */
    separator: Type.Optional(Type.String({ minLength: 1, maxLength: 4 })),
    /** What an address field takes; absent: all of it. */
    takes: Type.Optional(
      Type.Array(Type.Enum(['ipv4', 'ipv6', 'range']), { minItems: 1, maxItems: 3, uniqueItems: true }),
    ),
    /** Single IPv6 addresses are given as the network of this length that they are in. */
    ipv6Prefix: Type.Optional(Type.Integer({ minimum: 32, maximum: 128 })),
    most: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'entries in one submission' }),
    ),
    /** Values that are not taken, in words. */
    refuses: Type.Optional(Type.Array(Words, { minItems: 1, maxItems: 6 })),
    required: Type.Boolean(),
    hint: Type.Optional(Words),
  },
  closed,
);
export type FormField = Static<typeof FormField>;

export const ROUTE_KINDS = [
  'form',
  'email',
  'portal',
  'self-service',
  'telephone',
  'recipient',
  'network-owner',
  'none',
] as const;

/** A way to ask. The first one listed is the usual one. */
export const Route = Type.Object(
  {
    key: Slug,
    kind: Type.Enum([...ROUTE_KINDS]),
    name: Words,
    url: Type.Optional(Url),
    /** A telephone number in the international form. */
    phone: Type.Optional(Type.String({ pattern: '^\\+[0-9][0-9 ()/-]{4,30}$' })),
    address: Type.Optional(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', maxLength: 254 })),
    /** Domain whose address in the refusal itself goes before `address`: some desks have one a kind of block. */
    addressesAt: Type.Optional(Type.String({ pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$', maxLength: 253 })),
    /** Rejection rules that this route is for; absent: all. */
    rules: Type.Optional(Type.Array(Slug, { minItems: 1 })),
    fields: Type.Array(FormField, { maxItems: 40 }),
    notes: Type.Array(Words, { maxItems: 20 }),
    source: Source,
    verified: Verified,
  },
  closed,
);
export type Route = Static<typeof Route>;

/** A phrase in a provider's answer and the verdict that it amounts to. */
export const ReplyRule = Type.Object(
  {
    id: Slug,
    verdict: Verdict,
    match: Match,
    meaning: Type.Optional(Words),
    examples: Type.Array(Type.String({ minLength: 3, maxLength: 1500 }), { minItems: 1, maxItems: 6 }),
    source: Source,
    verified: Verified,
  },
  closed,
);
export type ReplyRule = Static<typeof ReplyRule>;

/** Which letters the desk reads, by their rounds (`src/letters/rounds.ts`); none: nobody is there who reads. */
const DeskLetters = Type.Object(
  { rounds: Type.Array(Slug, { maxItems: 20 }), why: Words, source: Source, verified: Verified },
  closed,
);

export const Provider = Type.Object(
  {
    key: Slug,
    name: Words,
    operator: Type.Optional(Words),
    kind: Type.Enum(['mailbox-provider', 'filter-vendor', 'block-list']),
    /** Other names under which people look for it. */
    aliases: Type.Array(Words, { maxItems: 30 }),
    about: Words,
    languages: Type.Array(Type.Enum(['en', 'de', 'fr', 'it', 'es', 'nl', 'ru', 'zh', 'ja']), { minItems: 1 }),
    /** Recipient domains. `*` stands for one label or more: `hotmail.*`, `yahoo.*`. */
    domains: Type.Array(Type.String({ pattern: '^[a-z0-9*.-]+$', maxLength: 253 }), { maxItems: 400 }),
    /** Host names of their MX and of the hosts that reply; `*.` in front stands for any host below. */
    hosts: Type.Array(Type.String({ pattern: '^[a-z0-9*.-]+$', maxLength: 253 }), { maxItems: 100 }),
    /** For operators of DNS lists: the names by which replies cite their lists. */
    lists: Type.Array(
      Type.Object(
        {
          key: Slug,
          name: Words,
          cited: Type.Array(Type.String({ minLength: 3, maxLength: 100 }), { minItems: 1 }),
          lookup: Type.Optional(Url),
        },
        closed,
      ),
      { maxItems: 30 },
    ),
    /** The DNS zones of those lists. */
    zones: Type.Optional(Type.Array(Zone, { minItems: 1, maxItems: 30 })),
    /** Patterns of the provider's own block codes; the named group `code` is the code, as it is written. */
    codes: Type.Array(CodePattern, { maxItems: 12 }),
    rejections: Type.Array(RejectionRule, { maxItems: 200 }),
    checkFirst: Type.Array(Fact, { maxItems: 20 }),
    routes: Type.Array(Route, { maxItems: 12 }),
    prerequisites: Type.Array(Prerequisite, { maxItems: 20 }),
    timing: Timing,
    coolDown: Type.Optional(CoolDown),
    course: Type.Optional(Course),
    escalation: Type.Optional(Escalation),
    stop: Type.Optional(Stop),
    /** What differs for some of their refusals, or for one of their lists. */
    cases: Type.Optional(Type.Array(Case, { minItems: 1, maxItems: 12 })),
    /** Absent: every letter that one of the routes takes. */
    letters: Type.Optional(DeskLetters),
    worksWell: Type.Array(Fact, { maxItems: 20 }),
    neverWorks: Type.Array(Fact, { maxItems: 20 }),
    replies: Type.Array(ReplyRule, { maxItems: 100 }),
    /** Domains that their answers come from. */
    senders: Type.Array(Type.String({ pattern: '^[a-z0-9.-]+$', maxLength: 253 }), { maxItems: 30 }),
    tickets: Type.Array(
      Type.Object(
        {
          name: Words,
          /** The named group `reference` is the reference. */
          pattern: Type.String({ minLength: 4, maxLength: 200 }),
          /** Other desks of the same house that number their tickets so; theirs is a mail that names them. */
          sharedWith: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9-]+$' }), { minItems: 1 })),
          examples: Type.Array(Type.String({ minLength: 4, maxLength: 200 }), { minItems: 1 }),
          source: Source,
          verified: Verified,
        },
        closed,
      ),
      { maxItems: 10 },
    ),
    sources: Type.Array(
      Type.Object(
        {
          title: Words,
          url: Type.Optional(Url),
          seen: Type.Optional(Type.String({ pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' })),
        },
        closed,
      ),
      { minItems: 1, maxItems: 40 },
    ),
  },
  { ...closed, $id: 'provider' },
);
export type Provider = Static<typeof Provider>;

/** The lists of a playbook whose items are changed as a whole; of routes and cases single parts can be. */
export const LINES = [
  'checkFirst',
  'prerequisites',
  'worksWell',
  'neverWorks',
  'course',
  'escalation',
] as const;
export type LinePart = (typeof LINES)[number];
