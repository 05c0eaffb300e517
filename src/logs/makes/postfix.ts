import { codesIn } from '../codes.ts';
import type { Answered } from '../delivery.ts';
import { isInside, mayBeInside } from '../inside.ts';
import { isAt, nextOf, sameAt, textAt, viewOf } from '../octets.ts';
import type { Placed } from '../placed.ts';
import { readLine } from '../read-line.ts';

/** Ids of the queue are no longer than this. */
const LONGEST_ID = 24;

const AT_SIGN = 64;
const BLANK = 32;
const COLON = 58;
const GREATER = 62;
const OPENING = 40;
const BRACKET = 91;
const CLOSING_BRACKET = 93;
const COMMA = 44;

const TO = Buffer.from(': to=<');
const RELAY = Buffer.from(', relay=');
const RELAY_BEHIND = Buffer.from('>, relay=');
const STATUS = Buffer.from(', status=');
const SENT = Buffer.from('status=sent ');
const DEFERRED = Buffer.from('deferred');
const DELIVERABLE = Buffer.from('deliverable');
const TELLER = Buffer.from('host ');

/** `host mx.example.org[203.0.113.3] said: …`, possibly after `delivery temporarily suspended: `. */
const TOLD_BY = /^(?:delivery temporarily suspended: )?host ([\w.-]{0,253})\[([\da-fA-F:.]{3,45})\](?= )/;

/** Takes what lines tell by its place among octets: no string is made for it. */
export type PostfixSink = {
  sent: (places: Places, codes: number) => void;
  refused: (places: Places) => void;
};

/** A line, and where its parts begin and end; one is used for all lines. */
export type Places = Placed & {
  from: number;
  /** Whether the log calls it put off rather than given up. */
  putOff: boolean;
};

export const openPlaces = (): Places => ({
  octets: Buffer.alloc(0),
  view: viewOf(new Uint8Array()),
  from: 0,
  to: 0,
  domain: 0,
  domainEnd: 0,
  host: 0,
  hostEnd: 0,
  hostIp: 0,
  hostIpEnd: 0,
  reply: 0,
  putOff: false,
});

const isLetter = (octet: number): boolean => octet >= 97 && octet < 123;

/** The next octet of a kind; `to` when there is none before. */
function next(octets: Uint8Array, kind: number, from: number, to: number): number {
  let at = from;
  while (at < to && octets[at] !== kind) at += 1;
  return at;
}

/** `to=<user@example.org>`: its end, and where the domain begins. False: no recipient. */
function readRecipient(places: Places, message: number): boolean {
  const { octets, view, to } = places;
  const colon = next(octets, COLON, message, Math.min(to, message + LONGEST_ID));
  if (!isAt(octets, colon, TO)) return false;
  let at = nextOf(view, AT_SIGN, GREATER, colon + TO.length, to);
  let domain = -1;
  while (at < to && octets[at] === AT_SIGN) {
    domain = at + 1;
    at = nextOf(view, AT_SIGN, GREATER, domain, to);
  }
  places.domain = domain < 0 ? at : domain;
  places.domainEnd = at;
  return at < to;
}

/** `relay=mx.example.org[203.0.113.3]:25`. False: there is no such field. */
function readRelay(places: Places): boolean {
  const { octets, view, to, domainEnd } = places;
  let relay = domainEnd + 1 + RELAY.length;
  if (!isAt(octets, domainEnd + 1, RELAY)) {
    const behind = octets.subarray(0, to).indexOf(RELAY_BEHIND, domainEnd);
    if (behind < 0) return false;
    relay = behind + RELAY_BEHIND.length;
  }
  const end = nextOf(view, BRACKET, COMMA, relay, to);
  const isHost = octets[end] === BRACKET && end < to;
  places.host = relay;
  places.hostEnd = isHost ? end : relay;
  places.hostIp = isHost ? end + 1 : relay;
  places.hostIpEnd = places.hostIp;
  return true;
}

/** Few need to know where the address ends. */
function readHostIp(places: Places): void {
  const { octets, host, hostIp, to } = places;
  if (hostIp > host) places.hostIpEnd = next(octets, CLOSING_BRACKET, hostIp, to);
}

function isOurOwn(places: Places): boolean {
  const { octets, hostIp } = places;
  if (!mayBeInside(octets, hostIp)) return false;
  readHostIp(places);
  return places.hostIpEnd > hostIp && isInside(textAt(octets, hostIp, places.hostIpEnd));
}

/**
 * A delivery by Postfix' smtp, or one that its error put off because of an earlier answer. Fields are looked
 * for from the left, each behind the one before, since the reply at the end is somebody else's text:
 * `B1: to=<a@example.org>, relay=mx.example.org[203.0.113.3]:25, …, status=sent (250 …)`
 */
export function readPostfix(places: Places, message: number, sink: PostfixSink): void {
  if (!readRecipient(places, message) || !readRelay(places) || isOurOwn(places)) return;
  const { octets, view, to } = places;
  const open = nextOf(view, OPENING, OPENING, places.hostEnd, to);
  if (open < to && isAt(octets, open - SENT.length, SENT)) sink.sent(places, codesIn(octets, open + 1));
  else if (readAnswer(places, open)) sink.refused(places);
}

/** The word behind `status=`: nearly always the one before the first bracket. */
function statusOf({ octets, host, to }: Places, open: number): number {
  let word = open - 1;
  while (word > host && isLetter(octets[word - 1] as number)) word -= 1;
  if (word - STATUS.length > host && isAt(octets, word - STATUS.length, STATUS)) return word;
  let comma = next(octets, COMMA, host, to);
  while (comma < to && !isAt(octets, comma, STATUS)) comma = next(octets, COMMA, comma + 1, to);
  return comma + STATUS.length;
}

function readAnswer(places: Places, open: number): boolean {
  const { octets, to } = places;
  const status = statusOf(places, open);
  const reply = next(octets, OPENING, status, to) + 1;
  if (reply > to || isAt(octets, status, DELIVERABLE)) return false;
  places.putOff = isAt(octets, status, DEFERRED);
  readHostIp(places);
  readTeller(places, reply);
  return true;
}

/** Who said the words behind `reply`, and where they begin: nearly always the relay, which was read before. */
function readTeller(places: Places, reply: number): void {
  const { octets, host, hostIp, hostIpEnd, to } = places;
  const length = hostIpEnd + 1 - host;
  const behind = reply + TELLER.length + length;
  const isRelay =
    hostIpEnd > hostIp &&
    behind < to &&
    octets[behind] === BLANK &&
    isAt(octets, reply, TELLER) &&
    sameAt(octets, host, reply + TELLER.length, length);
  if (isRelay) places.reply = behind;
  else readOtherTeller(places, reply);
}

function readOtherTeller(places: Places, reply: number): void {
  const [all = '', host = '', hostIp = ''] = TOLD_BY.exec(textAt(places.octets, reply, places.to)) ?? [];
  places.reply = reply + all.length;
  if (all === '') return;
  places.hostIpEnd = places.reply - 1;
  places.hostIp = places.hostIpEnd - hostIp.length;
  if (host === '') return;
  places.hostEnd = places.hostIp - 1;
  places.host = places.hostEnd - host.length;
}

const textOrNull = (octets: Buffer, from: number, to: number): string | null =>
  to > from ? textAt(octets, from, to) : null;

/** The delivery in words, for the few lines that are read in full. */
export function answeredBy(places: Places): Answered {
  const { octets, from, to, reply, host, hostEnd, hostIp, hostIpEnd, domain, domainEnd } = places;
  const recipient = textOrNull(octets, domain, domainEnd);
  const head = textAt(octets, from, reply);
  return {
    domains: recipient === null ? [] : [recipient],
    host: textOrNull(octets, host, hostEnd),
    hostIp: textOrNull(octets, hostIp, hostIpEnd),
    source: null,
    transport: null,
    reply: textAt(octets, reply, to),
    read: (other) => readLine(head + other),
    putOff: places.putOff,
    lines: textAt(octets, from, to),
  };
}
