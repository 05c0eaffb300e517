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
  usedByOthers: 'condition',
  receiver: 'always',
  addresses: 'addresses',
  address: 'addresses',
  'refusal.text': 'refusal',
  'refusal.at': 'guarded',
  'refusal.stamp': 'guarded',
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
  incidentNumber: 'always',
  openedAt: 'always',
  firstAnswerAt: 'guarded',
  mitigatedAt: 'guarded',
  recoveredAt: 'guarded',
  isInvestigating: 'condition',
  isIdentified: 'condition',
  isMonitoring: 'condition',
  isResolved: 'condition',
  recipientCount: 'guarded',
  today: 'always',
  nextUpdate: 'always',
  traffic: 'condition',
  'traffic.accepted': 'guarded',
  'traffic.refused': 'guarded',
  'traffic.share': 'guarded',
  usual: 'condition',
  'usual.count': 'guarded',
  'usual.median': 'guarded',
  'usual.most': 'guarded',
  listName: 'guarded',
  'deadList.name': 'dead-list',
  'deadList.ended': 'guarded',
  startDate: 'start-date',
  movedFrom: 'moved-from',
  volumeDoubted: 'condition',
  account: 'account',
  abuseEvidence: 'abuse-evidence',
  lock: 'lock',
  sampleHeaders: 'sample-headers',
  decision: 'decision',
  prevention: 'prevention',
  requests: 'condition',
  happened: 'condition',
  questions: 'condition',
  volumeWeeks: 'condition',
  plan: 'condition',
  addressRows: 'condition',
  earlier: 'condition',
  beganAt: 'guarded',
  firstRejectionAt: 'guarded',
  liftedBefore: 'guarded',
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
  beganAt: 'moment',
  firstRejectionAt: 'moment',
  liftedBefore: 'moment',
  lastRejectionAt: 'moment',
  soon: 'moment',
  openedAt: 'moment',
  firstAnswerAt: 'moment',
  mitigatedAt: 'moment',
  recoveredAt: 'moment',
  today: 'moment',
  nextUpdate: 'moment',
  // Columns of tables, whichever.
  'this.at': 'moment',
  'this.answeredAt': 'moment',
  'this.from': 'moment',
  'this.to': 'moment',
  'this.liftedAt': 'moment',
};

/**
 * Lists of rows, for `{{#each name}}`, each with its columns: texts, moments and conditions, with the standing of
 * variables. The list itself is named in {@link VARIABLES} as `condition`.
 */
export const TABLES: Record<string, Record<string, Standing>> = {
  requests: { at: 'always', reference: 'guarded', by: 'guarded', answeredAt: 'guarded', answer: 'guarded' },
  happened: {
    at: 'always',
    isFirstRefusal: 'condition',
    isOpened: 'condition',
    isRequest: 'condition',
    isLiftedBefore: 'condition',
    isRefusedAgain: 'condition',
    isLifted: 'condition',
    isRecovered: 'condition',
    reference: 'guarded',
    by: 'guarded',
    answeredAt: 'guarded',
    answer: 'guarded',
  },
  questions: { number: 'always', text: 'always', answer: 'answers' },
  volumeWeeks: { from: 'always', to: 'always', least: 'always', most: 'always' },
  plan: { week: 'always', daily: 'warm-up-plan' },
  addressRows: {
    address: 'always',
    hostname: 'guarded',
    use: 'guarded',
    isListed: 'condition',
    isClean: 'condition',
    perDay: 'guarded',
  },
  earlier: { number: 'always', at: 'always', liftedAt: 'guarded' },
};

/** What is there when something else is: a refusal whose time is known has a text. */
export const IMPLIED: Record<string, string> = {
  'refusal.text': 'refusal.at',
  'traffic.accepted': 'traffic',
  'traffic.refused': 'traffic',
  'traffic.share': 'traffic',
  'usual.count': 'usual',
  'usual.median': 'usual',
  'usual.most': 'usual',
};

export type Vocabulary = { variables: typeof VARIABLES; shapes: typeof SHAPES; tables: typeof TABLES };
export const VOCABULARY: Vocabulary = { variables: VARIABLES, shapes: SHAPES, tables: TABLES };

/** Own members only: `constructor` and its like are inherited, and no variables. */
export const own = <T>(table: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
