import { scaleUtc } from 'd3-scale';
import { utcMonth } from 'd3-time';
import type { Catalogue } from '../providers/catalogue.ts';
import { day, month } from '../web/format.ts';
import { labelsOver, ROOM } from './span-labels.ts';
import type { AddressSpans, BlockedSpan } from './span-store.ts';

const HEIGHT = 38;
/** The least that is still seen of a span, in per cent. */
const LEAST = 0.35;

const inWords = (name: string, span: BlockedSpan, zone: string) =>
  `${name} from ${day(span.from, zone)}${span.until ? ` to ${day(span.until, zone)}` : ', still refused'}, ${span.letters.length} ${span.letters.length === 1 ? 'letter' : 'letters'}`;

const WIDTHS = ['wide', 'middle', 'phone'] as const;

/** The strip of blocked spans, one row for each address: positions in per cent, so that text never scales. */
export function stripView(
  addresses: AddressSpans[],
  catalogue: Catalogue,
  since: Date,
  now: Date,
  zone: string,
) {
  const x = scaleUtc([since, now], [0, 100]).clamp(true);
  const at = (date: Date) => Math.round(x(date) * 100) / 100;
  const spanView = (span: BlockedSpan) => {
    const from = at(span.from);
    const until = at(span.until ?? now);
    const name = catalogue.byKey.get(span.provider)?.name ?? span.provider;
    return {
      number: span.number,
      name,
      from,
      width: Math.max(LEAST, Math.round((until - from) * 100) / 100),
      liftedX: until,
      liftedWidth: span.lifted ? Math.max(0.3, Math.round((100 - until) * 100) / 100) : 0,
      dots: span.letters.filter((letter) => letter >= since).map(at),
      words: inWords(name, span, zone),
    };
  };
  return {
    height: HEIGHT,
    months: utcMonth.range(since, now).map((from) => ({ x: at(from), label: month(from) })),
    rows: addresses.map(({ network, label, ...address }) => {
      const spans = address.spans.map(spanView);
      return {
        network,
        label,
        spans,
        labels: WIDTHS.map((width) => ({ width, of: labelsOver(spans, ROOM[width]) })),
        words: `${network}: ${spans.map((span) => span.words).join('; ')}.`,
      };
    }),
  };
}
