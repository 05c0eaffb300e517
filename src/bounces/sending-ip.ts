import ipaddr from 'ipaddr.js';

/** A range (`/8` to `/31`) is no address. */
const V4 = /(?<![\w.-]|\/\d)(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\w|\/(?:[89]|[12]\d|3[01])(?!\d))/g;
/** Any run of hexadecimal digits, colons and dots; the parser decides. */
const V6 = /(?<![\w:.])(?=[\da-f]{0,4}:)[\da-f:.]{3,45}(?![\w])/gi;

/** Yahoo's marks of its own error pages look like addresses: `- 4.16.55.1`. */
const YAHOO_MARK = /(?<![\d.])4\.16\.\d{2}\.\d{1,2}(?![\d.])/g;

/** BT's numbers of its rules look like addresses too: `policy reasons (3.2.2.1)`. */
const BT_MARK = /\b(?:messages|policy|reasons)\s\(\d(?:\.\d){3}\)/gi;

/** Sections of standards look like addresses too: `See RFC2821 4.1.1.1`. */
const RFC_SECTION =
  /\brfc[ -]?\d{3,4}[,:]?\s{1,3}(?:(?:§|sec(?:tion|t)?\.?)\s{0,3})?\d{1,2}(?:\.\d{1,2}){3}(?![\d.])/gi;

/** Lists that refuse a query name whom they refused: the receiver's own resolver. */
const RESOLVER = /(?:\/returnc\/[a-z]{1,8}\/|\byour\s{1,3}dns\s{1,3}ip:?\s{1,3})[\da-f:.]{3,45}/gi;

/** Who checks a sender's domain by asking its mail server tells which server that was (Exim's callouts). */
const CALLED = /\bcalled:\s{1,8}[\da-f:.]{3,45}/gi;

/** What looks like a sender's address and is none. */
const NO_SENDER = [YAHOO_MARK, BT_MARK, RFC_SECTION, RESOLVER, CALLED];

/** Ranges that cannot be a sender on the Internet. Documentation addresses count: operators write with them. */
const NOT_SENDERS = new Set([
  'private',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'unspecified',
  'multicast',
  'broadcast',
  'carrierGradeNat',
]);

/** More candidates than this are no reply's. */
const MOST_CANDIDATES = 24;

/** Eight groups, or fewer around one gap; a time of day is the usual other thing. */
const mayBeV6 = (text: string): boolean => text.includes('::') || text.split(':').length >= 7;

/** Four numbers up to 255 without leading zeros: nearly all that is read. */
const FOUR_PARTS = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}(?<!\.)$/;

/** Mapped IPv4 as IPv4; null when it is no address. */
function readIp(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (FOUR_PARTS.test(text)) return new ipaddr.IPv4(text.split('.').map(Number));
  const bare = text
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/^IPv6:/i, '');
  if (bare.length > 45 || !/^[\da-f:.]+$/i.test(bare)) return null;
  if (!bare.includes(':')) return FOUR_PARTS.test(bare) ? readIp(bare) : null;
  return mayBeV6(bare) && ipaddr.isValid(bare) ? ipaddr.process(bare) : null;
}

/** The canonical form (RFC 5952; mapped IPv4 as IPv4), or null when it is no address. */
export const canonicalIp = (text: string): string | null => readIp(text)?.toString() ?? null;

/** The canonical form of a public sending address, or null. */
export function publicIp(text: string): string | null {
  const ip = readIp(text);
  return ip === null || NOT_SENDERS.has(ip.range()) ? null : ip.toString();
}

/** Most texts hold no address: what every one needs is looked for first. */
const MAY_HOLD_V4 = /\d\.\d{1,3}\.\d{1,3}\.\d/;
const MAY_HOLD_V6 = /::|(?::[\da-f]{1,4}){6}/i;

/** Without the point or colon of the sentence behind it. */
const withoutEnd = (word: string): string =>
  word.endsWith('.') || (word.endsWith(':') && !word.endsWith('::')) ? word.slice(0, -1) : word;

/** All public addresses in a text, in their order. */
export function publicIps(text: string): string[] {
  const patterns = [...(MAY_HOLD_V4.test(text) ? [V4] : []), ...(MAY_HOLD_V6.test(text) ? [V6] : [])];
  if (patterns.length === 0) return [];
  const found: { at: number; ip: string }[] = [];
  const clean = NO_SENDER.reduce((rest, mark) => rest.replace(mark, ' '), text);
  for (const pattern of patterns) {
    let left = MOST_CANDIDATES;
    for (const match of clean.matchAll(pattern)) {
      const ip = publicIp(withoutEnd(match[0]));
      if (ip !== null) found.push({ at: match.index, ip });
      left -= 1;
      if (left === 0) break;
    }
  }
  return found.sort((a, b) => a.at - b.at).map(({ ip }) => ip);
}

/** An address as lists are asked for it (RFC 5782): its numbers, or its nibbles, backwards before the zone. */
const QUERY =
  /(?<![\w.-])((?:\d{1,3}\.){4}|(?:[\da-f]\.){32})((?:[a-z\d_](?:[a-z\d-]{0,62})\.){1,8}[a-z]{2,24})(?![\w-])/gi;

function forwards(numbers: string): string | null {
  const parts = numbers.split('.').slice(0, -1).reverse();
  const text = parts.length === 4 ? parts.join('.') : (parts.join('').match(/.{4}/g) ?? []).join(':');
  return publicIp(text);
}

/** The addresses in names that were asked of a list. */
function queriedIps(text: string, isListZone: (name: string) => boolean): string[] {
  return [...text.matchAll(QUERY)]
    .filter((match) => isListZone(match[2] ?? ''))
    .map((match) => forwards(match[1] ?? ''))
    .filter((ip) => ip !== null);
}

/** Words in front of an address that make it the sender's own in free text, unless they speak of the other side. */
const OUR_IP =
  /(?<!\b(?:remote|recipient|recipient's|receiving|destination|their|peer)\s)\b(?:ip|ipv[46]|address(?:es)?|adresse|server|sender)\b[\s:=]{1,3}[[(]?([\da-f:.]{3,45})/gi;

/**
 * The sending address that a reply names, plainly or as it asked a list for it; else the one of the record's own
 * field, else one that the words around call an address. The receiver's own address never counts.
 */
export function sendingIp(
  said: { text: string; around: string; mxIp: string | null; sourceIp: string | null },
  isListZone: (name: string) => boolean,
): string | null {
  const named = [...publicIps(said.text), ...queriedIps(said.text, isListZone)].find(
    (ip) => ip !== said.mxIp,
  );
  if (named !== undefined) return named;
  const field = said.sourceIp === null ? null : publicIp(said.sourceIp);
  if (field !== null) return field;
  if (said.around === '') return null;
  for (const match of said.around.replace(RESOLVER, ' ').matchAll(OUR_IP)) {
    const ip = publicIp((match[1] ?? '').replace(/\.$/, ''));
    if (ip !== null && ip !== said.mxIp) return ip;
  }
  return null;
}
