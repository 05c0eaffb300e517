import type { Need } from './facts.ts';

/**
 * What letter templates may name. This table is all that a template can read: the values are taken from the facts by
 * its names, and nothing else of the facts reaches the template.
 *
 * `always`: never empty. `guarded`: may be empty, so it stands inside an `if` on itself. `condition`: for `if` only.
 * A need: never empty in a letter whose front matter names it.
 */
export type Standing = 'always' | 'guarded' | 'condition' | Need;
export const VARIABLES: Record<string, Standing> = {
  providerName: 'always',
  addresses: 'addresses',
  address: 'addresses',
  'refusal.text': 'refusal',
  'refusal.at': 'guarded',
  'refusal.codes': 'guarded',
  blockCode: 'guarded',
  recipientDomains: 'guarded',
  ticketReference: 'ticket-reference',
  hostname: 'guarded',
  lastLetter: 'condition',
  'lastLetter.at': 'guarded',
  lastReply: 'condition',
  'lastReply.at': 'guarded',
  'lastReply.quote': 'guarded',
  lifted: 'condition',
  temporary: 'condition',
  refusedSince: 'condition',
  firstRejectionAt: 'guarded',
  lastRejectionAt: 'guarded',
  rejectionCount: 'guarded',
  affected: 'guarded',
  soon: 'always',
  volume: 'guarded',
  'profile.name': 'name',
  'profile.website': 'website',
  'profile.contactName': 'contact-name',
  'profile.contactEmail': 'contact-email',
  'profile.contactPhone': 'guarded',
  'profile.postalAddress': 'guarded',
  'profile.sendingDomains': 'sending-domains',
  'profile.mailKinds': 'guarded',
  'profile.optIn': 'guarded',
};

/** What is no plain text: a moment is written by `time` or `day`, a list by `list`, `every` or `each`. */
export const SHAPES: Record<string, 'moment' | 'list'> = {
  addresses: 'list',
  recipientDomains: 'list',
  'profile.sendingDomains': 'list',
  'refusal.at': 'moment',
  'lastLetter.at': 'moment',
  'lastReply.at': 'moment',
  firstRejectionAt: 'moment',
  lastRejectionAt: 'moment',
  soon: 'moment',
};

/**
 * Lists of rows, for `{{#each name}}`, each with its columns, which are texts. A column that may be empty is `guarded`
 * like a variable. The list itself is named in {@link VARIABLES} as `condition`.
 */
export const TABLES: Record<string, Record<string, 'always' | 'guarded'>> = {};

/** A refusal whose time is known has a text. */
export const IMPLIED: Record<string, string> = { 'refusal.text': 'refusal.at' };

export type Vocabulary = { variables: typeof VARIABLES; shapes: typeof SHAPES; tables: typeof TABLES };
export const VOCABULARY: Vocabulary = { variables: VARIABLES, shapes: SHAPES, tables: TABLES };

/** Own members only: `constructor` and its like are inherited, and no variables. */
export const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
