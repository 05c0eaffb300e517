import { scaleUtc } from 'd3-scale';
import { utcMonth } from 'd3-time';
import type { Catalogue } from '../providers/catalogue.ts';
import { day } from '../web/format.ts';
import type { AddressSpans } from './desk.ts';
import { durations, stateWords } from './incidents.ts';
import type { IncidentListed } from './list.ts';
import { nextStep } from './next-step.ts';

const HAPPENED: Record<string, string> = {
  denied: 'Denied',
  'needs-information': 'Asked for more',
  'not-blocked': 'Says it sees no block',
  closed: 'Case closed by them',
  acknowledged: 'Acknowledged',
  mitigated: 'Lifted',
  'conditionally-mitigated': 'Lifted with conditions',
  'refused-to-explain': 'Gives no reasons',
  other: 'Answered',
};

/** A row of the desk: state or due time, number, provider, address, what happened, what to do. */
export function deskRow(row: IncidentListed, catalogue: Catalogue, now: Date) {
  const provider = catalogue.byKey.get(row.provider);
  const step = nextStep(row, provider);
  const [first = '', ...more] = row.addresses;
  const since = row.state === 'action-needed' && !row.last_verdict ? row.last_request_at : row.last_answer_at;
  const happened =
    row.state === 'open'
      ? { words: 'Logged', at: row.opened_at }
      : row.state === 'action-needed' &&
          (!row.last_answer_at || (row.last_request_at && row.last_answer_at < row.last_request_at))
        ? { words: 'No answer since', at: row.last_request_at ?? row.state_since }
        : row.state === 'awaiting-provider'
          ? { words: 'Request sent', at: row.last_request_at ?? row.state_since }
          : {
              words: HAPPENED[row.last_verdict ?? ''] ?? stateWords(row.state),
              at: since ?? row.state_since,
            };
  return {
    number: row.number,
    state: row.state,
    stateWords: stateWords(row.state),
    provider: provider?.name ?? row.provider,
    address: first,
    more: more.length,
    happened,
    codes: row.block_codes.slice(0, 2).join(' '),
    round: row.round,
    blockedMs: durations(row, now).blocked,
    due: step.due,
    overdue: step.due !== null && step.due < now,
    todo: step.primary?.label ?? '',
    href: step.primary?.go === 'letter' ? `/incidents/${row.number}/letters/new` : `/incidents/${row.number}`,
    assignee: row.assignee_name ?? '',
  };
}

const HEIGHT = 34;
/** Room that a label takes, in per cent of the strip. */
const LABEL_ROOM = 13;

/** Labels the newest spans first and leaves out those that would run into a labelled one. */
function withLabels<Span extends { labelX: number; anchor: string }>(
  spans: Span[],
): (Span & { label: boolean })[] {
  const taken: [number, number][] = [];
  const labelled = spans.toReversed().map((span) => {
    const [from, to] =
      span.anchor === 'end'
        ? [span.labelX - LABEL_ROOM, span.labelX]
        : [span.labelX, span.labelX + LABEL_ROOM];
    const free = taken.every(([a, b]) => to <= a || from >= b);
    if (free) taken.push([from, to]);
    return { ...span, label: free };
  });
  return labelled.toReversed();
}

/** The strip of blocked spans, one row for each address: positions in per cent, so that text never scales. */
export function spansView(
  addresses: AddressSpans[],
  catalogue: Catalogue,
  since: Date,
  now: Date,
  zone: string,
) {
  const x = scaleUtc([since, now], [0, 100]).clamp(true);
  const at = (date: Date) => Math.round(x(date) * 100) / 100;
  const months = utcMonth.range(since, now).map((month) => ({
    x: at(month),
    label: new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' }).format(month),
  }));
  return {
    months,
    first: day(since, zone).replace(/ \d{4}$/, ''),
    rows: addresses.map((address) => {
      const spans = address.spans.map((span) => {
        const from = at(span.from);
        const until = at(span.until ?? now);
        const name = catalogue.byKey.get(span.provider)?.name ?? span.provider;
        const right = from > 75;
        return {
          number: span.number,
          name,
          x: from,
          width: Math.max(0.35, Math.round((until - from) * 100) / 100),
          liftedX: until,
          liftedWidth: span.lifted ? Math.max(0.3, Math.round((100 - until) * 100) / 100) : 0,
          labelX: right ? from : Math.min(until, 99),
          anchor: right ? 'end' : 'start',
          dx: right ? -6 : 6,
          dots: span.letters.filter((letter) => letter >= since).map(at),
          words: `${name} from ${day(span.from, zone)}${span.until ? ` to ${day(span.until, zone)}` : ', still refused'}, ${span.letters.length} ${span.letters.length === 1 ? 'letter' : 'letters'}`,
        };
      });
      return {
        network: address.network,
        label: address.label,
        height: HEIGHT,
        spans: withLabels(spans),
        words: `${address.network}: ${spans.map((span) => span.words).join('; ')}.`,
      };
    }),
  };
}
