/** The rounds of a correspondence, and how each reads. */
export const ROUND_WORDS = {
  first: 'first request',
  'followup-silence': 'follow-up after silence',
  'second-review': 'second review',
  escalation: 'escalation',
  'answer-info': 'answers to their questions',
  'ask-cause': 'asking for the cause',
  'pre-emptive': 'room for a new address',
  range: 'request for a range',
  thanks: 'thanks',
  notice: 'notice to customers',
} as const;
export type Round = keyof typeof ROUND_WORDS;
export const ROUNDS = Object.keys(ROUND_WORDS) as Round[];
export const roundWords = (round: string) => ROUND_WORDS[round as Round] ?? round;

/** Rounds that answer in the ticket which is open already; a new one would only be thrown together with it. */
const IN_TICKET: Round[] = [
  'followup-silence',
  'second-review',
  'answer-info',
  'ask-cause',
  'pre-emptive',
  'thanks',
];
export const isInTicket = (round: string) => IN_TICKET.includes(round as Round);
