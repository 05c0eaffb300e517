import { codesAt } from '../codes.ts';
import { domainsOf, type Reader } from '../delivery.ts';
import { isInside } from '../inside.ts';
import { readLine } from '../read-line.ts';

const ID = /^(?:\[\d{1,10}\] )?\w{6}-\w{6,11}-\w{2,4} (=>|->|>>|\*\*|==) /;
/** The address that was delivered to; one that it came from, or a name, stands beside it. */
const RECIPIENT = /^([^<>\s]{1,128}@[^<>\s:]{1,253})|^[^<>]{0,320}<([^<>\s]{1,128}@[^<>\s]{1,253})>/;
const HOST = / H=([\w.-]{1,253}) (?:\([^)]{0,253}\) )?\[([\da-fA-F:.]{3,45})\]/;
const OURS = / I=\[([\da-fA-F:.]{3,45})\]/;
const TRANSPORT = / T=([\w.-]{1,60})/;
const ANSWER = ': SMTP error from ';
const CONFIRMED = ' C="';

/** A line of Exim's main log. */
export const readExim: Reader = (line, at, sink) => {
  const start = ID.exec(line.slice(at, at + 64));
  if (!start) return;
  const from = at + start[0].length;
  const answer = line.indexOf(ANSWER, from);
  const fields = line.slice(from, answer < 0 ? line.length : answer + 1);
  const transport = TRANSPORT.exec(fields)?.[1] ?? null;
  const host = HOST.exec(fields);
  if (!host || isInside(host[2] ?? null) || transport?.includes('lmtp')) return;
  const recipient = RECIPIENT.exec(fields);
  const known = {
    domains: domainsOf(recipient?.[1] ?? recipient?.[2]),
    host: host[1] ?? null,
    hostIp: host[2] ?? null,
    source: OURS.exec(fields)?.[1] ?? null,
    transport,
  };
  const sign = start[1];
  if (sign !== '**' && sign !== '==') {
    const confirmed = fields.indexOf(CONFIRMED);
    sink.accepted({ ...known, codes: confirmed < 0 ? 0 : codesAt(fields, confirmed + CONFIRMED.length) });
    return;
  }
  const cut = answer < 0 ? from + host.index + host[0].length : answer;
  const head = line.slice(0, cut);
  sink.answered({
    ...known,
    reply: line.slice(cut),
    read: (other) => readLine(head + other),
    putOff: sign === '==',
    lines: line,
  });
};
