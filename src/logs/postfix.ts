import { codesAt } from './codes.ts';
import { domainsOf, type Reader } from './delivery.ts';
import { isInside } from './inside.ts';
import { readLine } from './read-line.ts';

/** Ids of the queue are no longer than this. */
const LONGEST_ID = 24;

/** `host mx.example.org[203.0.113.3] said: …`, possibly after `delivery temporarily suspended: `. */
const TOLD_BY = /^(?:delivery temporarily suspended: )?host ([\w.-]{0,253})\[([\da-fA-F:.]{3,45})\](?= )/;

/** `B1: to=<a@example.org>, …`: where the recipient's address begins, or -1. */
function recipientAt(line: string, at: number): number {
  const colon = line.indexOf(':', at);
  return colon - at <= LONGEST_ID && line.startsWith(' to=<', colon + 1) ? colon + 6 : -1;
}

/**
 * A delivery by Postfix' smtp, or one that its error put off because of an earlier answer. Fields are
 * looked for from the left, each behind the one before, since the reply at the end is somebody else's text.
 */
export const readPostfix: Reader = (line, at, sink) => {
  const to = recipientAt(line, at);
  if (to < 0) return;
  const end = line.indexOf('>, ', to);
  if (end < 0) return;
  const relay = line.indexOf(', relay=', end) + 8;
  if (relay < 8) return;
  const status = line.indexOf(', status=', relay) + 9;
  if (status < 9) return;
  const ip = line.indexOf('[', relay);
  const comma = line.indexOf(',', relay);
  const host = ip > relay && ip < comma ? line.slice(relay, ip) : null;
  const hostIp = ip >= relay && ip < comma ? line.slice(ip + 1, line.indexOf(']', ip)) : null;
  if (isInside(hostIp)) return;
  const reply = line.indexOf('(', status) + 1;
  if (reply < 1) return;
  const domains = domainsOf(line.slice(to, end));
  if (line.startsWith('sent ', status)) {
    sink.accepted({ domains, host, hostIp, source: null, transport: null, codes: codesAt(line, reply) });
    return;
  }
  if (line.startsWith('deliverable', status)) return;
  const text = line.slice(reply);
  const teller = TOLD_BY.exec(text);
  const cut = teller?.[0].length ?? 0;
  const head = line.slice(0, reply + cut);
  sink.answered({
    domains,
    host: teller?.[1] || host,
    hostIp: teller?.[2] ?? hostIp,
    source: null,
    transport: null,
    reply: text.slice(cut),
    read: (other) => readLine(head + other),
    putOff: line.startsWith('deferred', status),
    lines: line,
  });
};
