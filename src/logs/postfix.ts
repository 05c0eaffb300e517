import { codesAt } from './codes.ts';
import type { Answered } from './delivery.ts';
import { isInside, mayBeInside } from './inside.ts';
import { readLine } from './read-line.ts';

/** Ids of the queue are no longer than this. */
const LONGEST_ID = 24;

const AT_SIGN = 64;
const COLON = 58;
const GREATER = 62;
const BRACKET = 91;
const COMMA = 44;

/** `host mx.example.org[203.0.113.3] said: …`, possibly after `delivery temporarily suspended: `. */
const TOLD_BY = /^(?:delivery temporarily suspended: )?host ([\w.-]{0,253})\[([\da-fA-F:.]{3,45})\](?= )/;

/** Takes what most lines tell, by its place in the text: no string is made for it. */
export type PostfixSink = {
  /** `domain` and `host` may be empty: their ends are where they begin. */
  sent: (places: Places, codes: number) => void;
  answered: (delivery: Answered) => void;
};

/** A line, and where its parts begin and end; one is used for all lines. */
export type Places = {
  text: string;
  octets: Uint8Array;
  from: number;
  to: number;
  recipient: number;
  domain: number;
  recipientEnd: number;
  host: number;
  hostEnd: number;
  /** 0: none. */
  hostIp: number;
};

export const openPlaces = (): Places => ({
  text: '',
  octets: new Uint8Array(),
  from: 0,
  to: 0,
  recipient: 0,
  domain: 0,
  recipientEnd: 0,
  host: 0,
  hostEnd: 0,
  hostIp: 0,
});

/** The next octet of a kind; `to` when there is none before. */
function next(octets: Uint8Array, kind: number, from: number, to: number): number {
  let at = from;
  while (at < to && octets[at] !== kind) at += 1;
  return at;
}

/** `to=<user@example.org>`: its end, and where the domain begins. False: no recipient. */
function readRecipient(places: Places, message: number): boolean {
  const { text, octets, to } = places;
  const colon = next(octets, COLON, message, Math.min(to, message + LONGEST_ID));
  if (!text.startsWith(': to=<', colon)) return false;
  places.recipient = colon + 6;
  let at = places.recipient;
  places.domain = 0;
  for (; at < to && octets[at] !== GREATER; at += 1) if (octets[at] === AT_SIGN) places.domain = at + 1;
  if (places.domain === 0) places.domain = at;
  places.recipientEnd = at;
  return at < to;
}

/**
 * A delivery by Postfix' smtp, or one that its error put off because of an earlier answer. Fields are looked
 * for from the left, each behind the one before, since the reply at the end is somebody else's text:
 * `B1: to=<a@example.org>, relay=mx.example.org[203.0.113.3]:25, …, status=sent (250 …)`
 */
export function readPostfix(places: Places, message: number, sink: PostfixSink): void {
  if (!readRecipient(places, message)) return;
  const { text, octets, to, recipientEnd } = places;
  let relay = recipientEnd + 9;
  if (!text.startsWith(', relay=', recipientEnd + 1)) {
    relay = text.slice(0, to).indexOf('>, relay=', recipientEnd) + 9;
    if (relay < 9) return;
  }
  places.host = relay;
  places.hostEnd = relay;
  while (places.hostEnd < to) {
    const octet = octets[places.hostEnd];
    if (octet === BRACKET || octet === COMMA) break;
    places.hostEnd += 1;
  }
  const isHost = octets[places.hostEnd] === BRACKET;
  places.hostIp = isHost ? places.hostEnd + 1 : 0;
  if (!isHost) places.hostEnd = relay;
  if (isHost && mayBeInside(octets[places.hostIp] ?? 0) && isInside(addressAt(text, places.hostIp))) return;
  const open = text.indexOf('(', relay);
  if (open > 0 && open < to && text.startsWith('status=sent ', open - 12))
    sink.sent(places, codesAt(text, open + 1));
  else readAnswer(places, sink);
}

function readAnswer(places: Places, sink: PostfixSink): void {
  const { text, from, to } = places;
  const line = text.slice(from, to);
  const status = line.indexOf(', status=', places.host - from) + 9;
  const reply = line.indexOf('(', status) + 1;
  if (status < 9 || reply < 1 || line.startsWith('deliverable', status)) return;
  const domain = text.slice(places.domain, places.recipientEnd);
  const { cut, host, hostIp } = tellerOf(places, line, reply);
  const head = line.slice(0, cut);
  sink.answered({
    domains: domain === '' ? [] : [domain],
    host,
    hostIp,
    source: null,
    transport: null,
    reply: line.slice(cut),
    read: (other) => readLine(head + other),
    putOff: line.startsWith('deferred', status),
    lines: line,
  });
}

type Teller = { host: string | null; hostIp: string | null; cut: number };

/** Who said the words behind `reply`, and where they begin: nearly always the relay, which was read before. */
function tellerOf(places: Places, line: string, reply: number): Teller {
  const { text } = places;
  const hostIp = places.hostIp === 0 ? null : addressAt(text, places.hostIp);
  const host = text.slice(places.host, places.hostEnd) || null;
  const relay = hostIp === null ? '' : text.slice(places.host, places.hostIp + hostIp.length + 1);
  const behind = reply + 5 + relay.length;
  if (
    relay !== '' &&
    line.startsWith('host ', reply) &&
    line.startsWith(relay, reply + 5) &&
    line[behind] === ' '
  )
    return { host, hostIp, cut: behind };
  const teller = TOLD_BY.exec(line.slice(reply));
  if (!teller) return { host, hostIp, cut: reply };
  return { host: teller[1] || host, hostIp: teller[2] ?? hostIp, cut: reply + teller[0].length };
}

/** The address that ends with a bracket. */
const addressAt = (text: string, from: number): string => text.slice(from, text.indexOf(']', from));
