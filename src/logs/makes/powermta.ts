import { readEvents } from '../../bounces/event-records.ts';
import type { Clock } from '../../bounces/stamps.ts';
import { csvFields, POWERMTA_COLUMNS } from '../../bounces/structured.ts';
import { codesAt } from '../codes.ts';
import { domainsOf, type Sink } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { decodedCopy, ownCopy } from '../octets.ts';

const HEADER = /^type,(?:[\w-]{1,60},){1,80}/i;
const ROW = /^(?:d|b|t|tq|rb|rs),/;
const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
const RECIPIENT = /^[^\s@]{1,128}@[\w.-]{1,253}$/;
/** Without a header line, as many columns as it takes to tell of an answer: up to the host that gave it. */
const LEAST_COLUMNS = POWERMTA_COLUMNS.indexOf('dsnMta') + 1;
/** `mx.example.org (203.0.113.3)`. */
const MTA = /^([\w.-]{1,253})(?:\s\(([\da-fA-F:.]{3,45})\))?/;

type Field = (name: string) => string;

/** A letter and a comma begin many a line: a record has the header's columns, a recipient, and a time where there is a column for it. */
const isRecord = (names: string[], values: string[], field: Field): boolean =>
  (names === POWERMTA_COLUMNS ? values.length >= LEAST_COLUMNS : values.length === names.length) &&
  RECIPIENT.test(field('rcpt')) &&
  (!names.includes('timeLogged') || STAMP.test(field('timeLogged')));

/** PowerMTA's accounting file; its header line says which columns there are. Null: none of its lines. */
export function powermtaReader(
  clock: () => Clock,
  stamped: (stamp: string) => void,
): (line: string, sink: Sink) => void {
  let names = POWERMTA_COLUMNS;
  let header = '';
  return (line, sink) => {
    if (HEADER.test(line)) {
      const columns = csvFields(ownCopy(line));
      if (!columns.includes('rcpt')) return;
      header = ownCopy(line);
      names = columns;
      return;
    }
    if (!ROW.test(line)) return;
    const values = csvFields(line);
    const field: Field = (name) => values[names.indexOf(name)] ?? '';
    if (!isRecord(names, values, field)) return;
    const mta = MTA.exec(field('dsnMta'));
    const hostIp = mta?.[2] ?? (field('dlvDestinationIp') || null);
    if (isInside(hostIp)) return;
    stamped(field('timeLogged'));
    const known = {
      domains: domainsOf(field('rcpt')),
      host: mta?.[1] ?? null,
      hostIp,
      source: field('dlvSourceIp') || null,
      transport: field('vmta') || 'powermta',
    };
    const reply = field('dsnDiag');
    if (line.startsWith('d,')) {
      sink.accepted({ ...known, codes: codesAt(reply.replace(/^smtp;\s?/, ''), 0) });
      return;
    }
    const place = names.indexOf('dsnDiag');
    sink.answered({
      ...known,
      reply,
      read: (other) => {
        const row = names.map((name, at) => [name, decodedCopy(at === place ? other : (values[at] ?? ''))]);
        return readEvents(Object.fromEntries(row), 1, clock())[0] ?? null;
      },
      putOff: line.startsWith('t'),
      lines: header === '' ? line : `${header}\n${line}`,
    });
  };
}
