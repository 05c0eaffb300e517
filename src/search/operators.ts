import type { IncidentState } from '../database/tables.ts';
import { STATES } from '../incidents/incidents.ts';
import { REASONS, VERDICTS } from '../providers/schema.ts';

/** What can be found, as the search index names it. */
export const KINDS = ['incident', 'message', 'letter', 'note', 'ticket', 'address', 'person'] as const;
export type Kind = (typeof KINDS)[number];

/** Whether something is so: the fact in the index, or a column of the incident. */
export const IS = ['open', 'closed', 'mine', 'draft', 'sent', 'in', 'out', 'unfiled'] as const;

type Shape = {
  about: string;
  /** Shown in the help. */
  example: string;
  /** All values that there are, where they are few. */
  values?: readonly string[];
};

/** The operators of a query: what stands before the colon. */
export const OPERATORS = {
  provider: { about: 'of incidents with a provider, by key or name', example: 'provider:gmail' },
  state: { about: 'of incidents in a state', example: 'state:open,action-needed', values: STATES },
  address: {
    about: 'of incidents of an address, or of all in a range',
    example: 'address:203.0.113.0/24',
  },
  before: { about: 'before a day, month or year', example: 'before:2025-01-01' },
  after: { about: 'on that day or later', example: 'after:2025-01' },
  on: { about: 'on a day, or within a month or year', example: 'on:2025' },
  verdict: { about: 'answers by what they amount to', example: 'verdict:denied', values: VERDICTS },
  code: { about: 'of incidents with a reply, enhanced or block code', example: 'code:S3150' },
  ticket: { about: 'what belongs to a ticket of the provider', example: 'ticket:SRX123*' },
  tag: { about: 'of incidents with a tag', example: 'tag:shop' },
  assignee: { about: 'of incidents by their owner: me, none or a name', example: 'assignee:me' },
  reason: { about: 'of incidents with a reason', example: 'reason:ip-reputation', values: REASONS },
  domain: { about: 'with a recipient’s or correspondent’s domain', example: 'domain:outlook.com' },
  kind: { about: 'only one kind of what is found', example: 'kind:letter', values: KINDS },
  is: { about: 'open (not closed), closed, mine, a draft, sent, …', example: 'is:open', values: IS },
} as const satisfies Record<string, Shape>;
export type Operator = keyof typeof OPERATORS;

export const isOperator = (name: string): name is Operator => Object.hasOwn(OPERATORS, name);
export const shapeOf = (name: Operator): Shape => OPERATORS[name];

export const UNFINISHED: IncidentState[] = STATES.filter((state) => state !== 'closed');
