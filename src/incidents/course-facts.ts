import { blockedSince, type Clocked, type durations } from './incidents.ts';

/** The course of a block as named facts, for those who read it on paper or behind a link. */

export const momentsOf = <Text>(
  row: Clocked,
  at: (moment: Date | null) => Text,
): [name: string, text: Text][] => [
  ['Blocked since', at(blockedSince(row))],
  ['First request', at(row.first_request_at)],
  ['First answer', at(row.first_answer_at)],
  ['Mitigated', at(row.mitigated_at)],
  ['Recovered', at(row.recovered_at)],
  ['Closed', at(row.closed_at)],
];

export const waitsOf = <Text>(
  spans: ReturnType<typeof durations>,
  lasted: (ms: number | null) => Text,
): [name: string, text: Text][] => [
  ['Until the first request', lasted(spans.toFirstRequest)],
  ['Until the first answer', lasted(spans.toFirstAnswer)],
  ['Until the mitigation', lasted(spans.toMitigation)],
];
