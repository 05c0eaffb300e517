import { scaleUtc } from 'd3-scale';
import { utcMonth } from 'd3-time';
import { hrefOf } from '../next-step/links.ts';
import type { NextStep } from '../next-step/next-step.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { day, month } from '../web/format.ts';
import type { AddressSpans } from './desk.ts';
import { durations, stateWords } from './incidents.ts';
import type { IncidentListed } from './list.ts';

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

const MAIL_TROUBLE: Record<string, string> = {
  'mail-failed': 'Mail not delivered',
  'mail-uncertain': 'Mail uncertain',
};

/** A row of the desk: state or due time, number, provider, address, what happened, what to do. */
export function deskRow(row: IncidentListed, step: NextStep, catalogue: Catalogue, now: Date) {
  const provider = catalogue.byKey.get(row.provider);
  const [first = '', ...more] = row.addresses;
  const since = row.state === 'action-needed' && !row.last_verdict ? row.last_request_at : row.last_answer_at;
  const happened =
    row.state === 'open'
      ? { words: 'Logged', at: row.opened_at }
      : MAIL_TROUBLE[step.id]
        ? { words: MAIL_TROUBLE[step.id] ?? '', at: row.state_since }
        : row.state === 'action-needed' &&
            (!row.last_answer_at || (row.last_request_at && row.last_answer_at < row.last_request_at))
          ? { words: 'No answer for', at: row.last_request_at ?? row.state_since, lasts: true }
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
    happened: { lasts: false, ...happened },
    code: row.block_codes[0] ?? '',
    round: row.round,
    blockedMs: durations(row, now).blocked,
    due: step.due,
    overdue: step.due !== null && step.due < now,
    isSnoozed: step.snoozed !== null,
    what: step.what,
    todo: step.button?.label ?? '',
    href: step.button
      ? hrefOf(step.button, {
          number: row.number,
          provider: row.provider,
          address: first,
          others: step.others,
        })
      : `/incidents/${row.number}`,
    assignee: row.assignee_name ?? '',
  };
}

/** What is due first comes first; what has no time keeps its order after it. */
export const byDue = (a: { due: Date | null }, b: { due: Date | null }) =>
  (a.due?.getTime() ?? Number.POSITIVE_INFINITY) - (b.due?.getTime() ?? Number.POSITIVE_INFINITY) || 0;

const HEIGHT = 34;
/** Room that a letter of a label takes, in per cent of the strip: on a wide screen and on a phone. */
const LETTER = { wide: 0.76, phone: 3 };
/** Spans closer than this share a label, in per cent. */
const TOUCHING = 1;
/** Labels in the last part of the strip stand before their span. */
const RIGHT = 75;

type Bar = { from: number; until: number };
type Cluster = Bar & { names: string[] };

/** Spans that touch are labelled together, so that no label lies on a bar. */
function clustersOf(spans: (Bar & { name: string })[]): Cluster[] {
  const clusters: Cluster[] = [];
  for (const { name, ...bar } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = clusters.at(-1);
    if (last && bar.from - last.until < TOUCHING) {
      last.until = Math.max(last.until, bar.until);
      if (!last.names.includes(name)) last.names.push(name);
    } else clusters.push({ ...bar, names: [name] });
  }
  return clusters;
}

const textOf = ({ names }: Cluster) => names.join(', ');
const room = (cluster: Cluster, letter: number): Bar => {
  const width = textOf(cluster).length * letter + TOUCHING;
  return cluster.from > RIGHT
    ? { from: cluster.from - width, until: cluster.from }
    : { from: cluster.until, until: cluster.until + width };
};
const meets = (a: Bar, b: Bar) => a.from < b.until && b.from < a.until;

/** The clusters whose labels fit beside the bars and each other, the newest first. */
function labelled(clusters: Cluster[], letter: number): Set<Cluster> {
  const taken: Bar[] = [];
  const fitting = new Set<Cluster>();
  for (const cluster of clusters.toReversed()) {
    const label = room(cluster, letter);
    const others = clusters.filter((one) => one !== cluster);
    if (label.from < 0 || label.until > 100 || [...others, ...taken].some((bar) => meets(label, bar)))
      continue;
    taken.push(label);
    fitting.add(cluster);
  }
  return fitting;
}

function labelsOf(spans: (Bar & { name: string })[]) {
  const clusters = clustersOf(spans);
  const [wide, phone] = [labelled(clusters, LETTER.wide), labelled(clusters, LETTER.phone)];
  return clusters
    .filter((cluster) => wide.has(cluster))
    .map((cluster) => {
      const right = cluster.from > RIGHT;
      return {
        text: textOf(cluster),
        x: right ? cluster.from : cluster.until,
        dx: right ? -6 : 6,
        anchor: right ? 'end' : 'start',
        wideOnly: !phone.has(cluster),
      };
    });
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
  const months = utcMonth.range(since, now).map((from) => ({ x: at(from), label: month(from) }));
  return {
    months,
    first: day(since, zone).replace(/ \d{4}$/, ''),
    rows: addresses.map((address) => {
      const spans = address.spans.map((span) => {
        const from = at(span.from);
        const until = at(span.until ?? now);
        const name = catalogue.byKey.get(span.provider)?.name ?? span.provider;
        const width = Math.max(0.35, Math.round((until - from) * 100) / 100);
        return {
          number: span.number,
          name,
          from,
          x: from,
          width,
          until: span.lifted ? 100 : from + width,
          liftedX: until,
          liftedWidth: span.lifted ? Math.max(0.3, Math.round((100 - until) * 100) / 100) : 0,
          dots: span.letters.filter((letter) => letter >= since).map(at),
          words: `${name} from ${day(span.from, zone)}${span.until ? ` to ${day(span.until, zone)}` : ', still refused'}, ${span.letters.length} ${span.letters.length === 1 ? 'letter' : 'letters'}`,
        };
      });
      return {
        network: address.network,
        label: address.label,
        height: HEIGHT,
        spans,
        labels: labelsOf(spans),
        words: `${address.network}: ${spans.map((span) => span.words).join('; ')}.`,
      };
    }),
  };
}
