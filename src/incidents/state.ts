import type { IncidentState } from '../database/tables.ts';
import type { Verdict } from '../providers/schema.ts';

/** What can move an incident. A person may set any state by hand, with a reason; that needs no rule. */
export type StateEvent =
  | { kind: 'request-sent' }
  | { kind: 'verdict'; verdict: Verdict }
  | { kind: 'no-answer' }
  | { kind: 'mail-undelivered' }
  | { kind: 'deliveries-proven' }
  | { kind: 'rejected-again' };

type Move = { from: IncidentState[]; to: IncidentState };

const ASKED: IncidentState[] = ['open', 'awaiting-provider', 'action-needed'];
const LIFTED: IncidentState[] = ['mitigated', 'recovered', 'closed'];

const VERDICT_MOVES: Record<Verdict, Move[]> = {
  acknowledged: [{ from: ['open', 'action-needed'], to: 'awaiting-provider' }],
  // A mitigation that is taken back is a denial: what was lifted is blocked again.
  denied: [{ from: ['open', 'awaiting-provider', 'mitigated'], to: 'action-needed' }],
  mitigated: [{ from: ASKED, to: 'mitigated' }],
  'conditionally-mitigated': [{ from: ASKED, to: 'mitigated' }],
  // They see nothing to lift. Whether mail flows is for us to find out.
  'not-blocked': [{ from: ['open', 'awaiting-provider'], to: 'action-needed' }],
  'needs-information': [{ from: ['open', 'awaiting-provider'], to: 'action-needed' }],
  // After a mitigation this closes only the question about the cause.
  'refused-to-explain': [{ from: ['open', 'awaiting-provider'], to: 'action-needed' }],
  closed: [{ from: ['open', 'awaiting-provider'], to: 'action-needed' }],
  other: [],
};

const MOVES: Record<Exclude<StateEvent['kind'], 'verdict'>, Move[]> = {
  'request-sent': [{ from: [...ASKED, 'mitigated', 'recovered'], to: 'awaiting-provider' }],
  'no-answer': [{ from: ['awaiting-provider'], to: 'action-needed' }],
  // They cannot answer what they have not got, or may not have got.
  'mail-undelivered': [{ from: ['awaiting-provider'], to: 'action-needed' }],
  'deliveries-proven': [{ from: [...ASKED, 'mitigated'], to: 'recovered' }],
  'rejected-again': [{ from: LIFTED, to: 'open' }],
};

/** The state after an event; the same one when the event moves nothing. */
export function nextState(state: IncidentState, event: StateEvent): IncidentState {
  const moves = event.kind === 'verdict' ? VERDICT_MOVES[event.verdict] : MOVES[event.kind];
  const move = moves.find(({ from }) => from.includes(state));
  return move && move.to !== state ? move.to : state;
}

export const isLifted = (state: IncidentState) => LIFTED.includes(state);

/** Letters that ask for something to be lifted; the others (thanks, a question about the cause, a notice) move no state. */
export const REQUEST_ROUNDS = [
  'first',
  'followup-silence',
  'second-review',
  'escalation',
  'answer-info',
  'pre-emptive',
  'range',
];
export const isRequest = (round: string) => REQUEST_ROUNDS.includes(round);

/** Letters that begin a new round; a reminder belongs to the round that it reminds of. */
const COUNTED_ROUNDS = ['first', 'second-review', 'escalation', 'pre-emptive', 'range'];
export const beginsRound = (round: string) => COUNTED_ROUNDS.includes(round);
