import { readEvents } from '../bounces/event-records.ts';
import type { Clock } from '../bounces/stamps.ts';
import { csvFields, POWERMTA_COLUMNS } from '../bounces/structured.ts';
import { codesAt } from './codes.ts';
import { domainsOf, type Sink } from './delivery.ts';
import { isInside } from './inside.ts';
import { decodedCopy, ownCopy } from './octets.ts';

const HEADER = /^type,(?:[\w-]{1,60},){1,80}/i;
const ROW = /^(?:d|b|t|tq|rb|rs),/;
/** `mx.example.org (203.0.113.3)`. */
const MTA = /^([\w.-]{1,253})(?:\s\(([\da-fA-F:.]{3,45})\))?/;

/** PowerMTA's accounting file; its header line says which columns there are. Null: none of its lines. */
export function powermtaReader(
  clock: () => Clock,
  stamped: (stamp: string) => void,
): (line: string, sink: Sink) => void {
  let names = POWERMTA_COLUMNS;
  let header = '';
  return (line, sink) => {
    if (HEADER.test(line)) {
      header = ownCopy(line);
      names = csvFields(header);
      return;
    }
    if (!ROW.test(line)) return;
    const values = csvFields(line);
    const field = (name: string): string => values[names.indexOf(name)] ?? '';
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
