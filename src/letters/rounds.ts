/** To whom letters go, in words. Only those to the desk go by the provider's route and into its ticket. */
export const AUDIENCES = {
  desk: 'the provider’s desk',
  'network-owner': 'the owner of the network',
  'recipient-admin': 'the recipient’s administrator',
  receiver: 'the receiver’s postmaster',
  customers: 'affected customers',
  'account-holder': 'the customer whose account sent it',
  management: 'management',
  public: 'everybody who reads the page',
} as const;
export type Audience = keyof typeof AUDIENCES;

type RoundFacts = {
  words: string;
  to: Audience;
  /** Words of running text, least and most, without evidence, tables and signature. */
  length: [number, number];
  /** Answers in the ticket which is open already; a new one would only be thrown together with it. */
  inTicket?: true;
  /** Asks for something to be lifted, and so moves the incident's state. */
  asks?: true;
  /** Only mailbox providers give room to a new address. */
  onlyMailboxes?: true;
  /** Begins a new round; a reminder belongs to the round that it reminds of. */
  begins?: true;
};

/** The rounds of a correspondence, and the letters to others than the desk: each is one row, and no code. */
const TABLE = {
  first: { words: 'first request', to: 'desk', length: [90, 150], asks: true, begins: true },
  'followup-silence': {
    words: 'follow-up after silence',
    to: 'desk',
    length: [40, 70],
    inTicket: true,
    asks: true,
  },
  'second-review': {
    words: 'second review',
    to: 'desk',
    length: [120, 180],
    inTicket: true,
    asks: true,
    begins: true,
  },
  escalation: { words: 'escalation', to: 'desk', length: [120, 200], asks: true, begins: true },
  'answer-info': {
    words: 'answers to their questions',
    to: 'desk',
    length: [20, 250],
    inTicket: true,
    asks: true,
  },
  'ask-cause': { words: 'asking for the cause', to: 'desk', length: [60, 100], inTicket: true },
  'pre-emptive': {
    words: 'room for a new address',
    to: 'desk',
    length: [100, 160],
    inTicket: true,
    asks: true,
    begins: true,
    onlyMailboxes: true,
  },
  range: { words: 'request for a range', to: 'desk', length: [120, 180], asks: true, begins: true },
  thanks: { words: 'thanks', to: 'desk', length: [20, 40], inTicket: true },
  'hand-over': { words: 'request to the owner of the network', to: 'network-owner', length: [100, 170] },
  note: { words: 'note for the recipient’s administrator', to: 'recipient-admin', length: [70, 150] },
  'dead-list': { words: 'letter about a dead list', to: 'receiver', length: [60, 130] },
  notice: { words: 'notice to customers', to: 'customers', length: [60, 150] },
  'account-notice': {
    words: 'notice to a customer whose account was misused',
    to: 'account-holder',
    length: [80, 180],
  },
  summary: { words: 'summary for management', to: 'management', length: [30, 350] },
  status: { words: 'text for the status page', to: 'public', length: [30, 90] },
  help: { words: 'text for the help pages', to: 'public', length: [100, 250] },
} as const satisfies Record<string, RoundFacts>;

export type Round = keyof typeof TABLE;
export const ROUNDS = Object.keys(TABLE) as Round[];
const row = (round: string): RoundFacts | undefined =>
  Object.hasOwn(TABLE, round) ? TABLE[round as Round] : undefined;

export const roundWords = (round: string) => row(round)?.words ?? round;
export const isInTicket = (round: string) => row(round)?.inTicket ?? false;
export const isRequest = (round: string) => row(round)?.asks ?? false;
export const beginsRound = (round: string) => row(round)?.begins ?? false;
/** Asks the same desk anew, not in the ticket: what an escalation does elsewhere. */
export const asksAnew = (round: string) => isRequest(round) && round !== 'escalation' && !isInTicket(round);
/** To whom a letter goes; one of a round that a later release no longer has went to the desk. */
export const audienceOf = (round: string): Audience => row(round)?.to ?? 'desk';
export const isToDesk = (round: string) => audienceOf(round) === 'desk';
/** Whether the general letter of a round is one for filter vendors and block lists as well. */
export const isForAllDesks = (round: string) => !row(round)?.onlyMailboxes;
/** How many words a language needs for what German says in one: articles, and “d’envoi” for “Versand-”. */
const WORDIER: Record<string, number> = { fr: 1.15, it: 1.15, es: 1.15 };
/** The most words of running text that a letter of that round should have in a language. */
export const mostWords = (round: Round, language: string): number =>
  Math.floor(TABLE[round].length[1] * (WORDIER[language] ?? 1));

export const lengthOf = (round: Round): [number, number] => [...TABLE[round].length];

/** The round in a template's name, and the rejection rule that it is for: `first`, `first-pbl`. */
export function roundOfName(name: string): { round: string; rules?: string[] } {
  const round = ROUNDS.find((one) => name.startsWith(`${one}-`));
  return row(name) || !round ? { round: name } : { round, rules: [name.slice(round.length + 1)] };
}
