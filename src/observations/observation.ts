import { closed, orNull, type Static, Type } from '../json-schema.ts';
import { Reason } from '../providers/schema.ts';

/**
 * What became of a delivery at the receiver: accepted (2xx), deferred (4xx, tried again) or refused (5xx).
 * An ordinary bounce (an unknown mailbox, a full one) is none of the three: it says nothing of our address.
 */
const OUTCOMES = ['accepted', 'deferred', 'refused'] as const;

/** Most rows in one batch, samples in one row and domains in one row. */
export const MOST_ROWS = 2000;
export const MOST_SAMPLES = 3;
export const MOST_DOMAINS = 20;
export const LONGEST_SAMPLE = 4000;

/**
 * Deliveries of one minute with the same outcome: from one address of ours to one provider, with the same
 * codes. This is what a log comes down to; work grows with these and never with lines.
 */
export const Observation = Type.Object(
  {
    minute: Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ$',
      description: 'the minute, RFC 3339 in UTC without seconds',
    }),
    address: orNull(
      Type.String({ maxLength: 45, description: 'the sending address; null where the log does not say' }),
    ),
    via: Type.String({
      maxLength: 200,
      description: 'host and transport as the log names them; the profile may map them to an address',
    }),
    provider: orNull(Type.String({ maxLength: 60, description: 'catalogue key of the receiver' })),
    outcome: Type.Enum([...OUTCOMES]),
    reason: orNull(Reason),
    rule: orNull(Type.String({ maxLength: 130, description: 'catalogue rule, as provider-key/rule-id' })),
    replyCode: orNull(Type.String({ pattern: '^[245]\\d\\d$' })),
    enhancedCode: orNull(Type.String({ pattern: '^[245]\\.\\d{1,3}\\.\\d{1,3}$' })),
    blockCode: orNull(Type.String({ maxLength: 60 })),
    count: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
    domains: Type.Array(
      Type.Object(
        {
          domain: Type.String({ minLength: 1, maxLength: 255 }),
          count: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
        },
        closed,
      ),
      { maxItems: MOST_DOMAINS, description: 'recipients’ domains, the most frequent ones' },
    ),
    samples: Type.Array(Type.String({ minLength: 1, maxLength: LONGEST_SAMPLE }), {
      maxItems: MOST_SAMPLES,
      description: 'log lines as they were, of refusals and deferrals',
    }),
  },
  closed,
);
export type Observation = Static<typeof Observation>;

/** What the log agent sends. The `Idempotency-Key` header is the batch's key: a batch counts once, however often it comes. */
export const Batch = Type.Object(
  {
    source: Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'who read the log: a name that stays the same over restarts',
    }),
    observations: Type.Array(Observation, { minItems: 1, maxItems: MOST_ROWS }),
  },
  closed,
);
export type Batch = Static<typeof Batch>;
