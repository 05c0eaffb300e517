import type { AnswerKind, Zone, ZoneCode } from './zone-schema.ts';

export type ZoneMeaning = {
  answer: string;
  kind: AnswerKind | 'unknown';
  meaning: string;
  verified: boolean;
};

/**
 * `listed`: abuse was seen, or a policy speaks against mail from there; the meanings say which.
 * `not-listed`: nothing speaks against it; a meaning may still inform, or be a good word.
 * `refused`: the list did not answer the question. `unknown`: no answer, or one that makes no sense.
 */
export type ZoneResult = {
  outcome: 'listed' | 'not-listed' | 'refused' | 'unknown';
  meanings: ZoneMeaning[];
};

/** What no list means as a listing, whatever it lists. */
const NEVER_A_LISTING: ZoneCode[] = [
  {
    code: '127.255.255.0-255',
    kind: 'error',
    meaning: 'The list refuses to answer this resolver.',
    verified: true,
  },
  {
    code: '127.0.0.1',
    kind: 'error',
    meaning: 'The address of the local host: in use for refusals, never for listings.',
    verified: true,
  },
];

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The four numbers of an IPv4 address; null for anything else. */
function octetsOf(address: string): number[] | null {
  const octets = IPV4.exec(address)?.slice(1).map(Number);
  return octets?.every((octet) => octet <= 255) ? octets : null;
}

export type OctetRange = [from: number, to: number];

/** The four ranges of a code such as `127.0.2-15.3`. */
export const rangesOf = (code: string): OctetRange[] =>
  code.split('.').map((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return [from, to];
  });

const fits = (code: string, octets: number[]): boolean =>
  rangesOf(code).every(([from, to], index) => from <= (octets[index] ?? -1) && (octets[index] ?? 256) <= to);

/** Bits are set in the last part of 127.0.0.x; nothing where one of them has no meaning. */
function bitsOf(zone: Zone, [, second, third, last = 0]: number[]): NonNullable<Zone['bits']> {
  if (second !== 0 || third !== 0) return [];
  const known = (zone.bits ?? []).filter(({ bit }) => (last & bit) !== 0);
  return known.reduce((sum, { bit }) => sum + bit, 0) === last ? known : [];
}

/** A code that the data lacks is a listing (RFC 5782 § 2.1), unless the zone also has good words to give. */
const unnamed = (zone: Zone, answer: string): ZoneMeaning => ({
  answer,
  kind: zone.codes.some(({ kind }) => kind === 'allow') ? 'unknown' : 'listing',
  meaning: 'The catalogue does not know this answer.',
  verified: false,
});

function meaningsOf(zone: Zone, answer: string, octets: number[]): ZoneMeaning[] {
  const code = zone.codes.find((known) => fits(known.code, octets));
  const named = code ? [code] : bitsOf(zone, octets);
  const found = named.length > 0 ? named : NEVER_A_LISTING.filter((known) => fits(known.code, octets));
  if (found.length === 0) return [unnamed(zone, answer)];
  return found.map(({ kind, meaning, verified }) => ({ answer, kind, meaning, verified }));
}

/** No list answers outside 127.0.0.0/8 (RFC 5782 § 2.1). */
const nonsense = (answer: string): ZoneMeaning => ({
  answer,
  kind: 'unknown',
  meaning: 'No answer of a list: a parked domain, or a resolver that rewrites answers.',
  verified: true,
});

/** The first that holds decides: a refusal is no listing, whatever stands beside it. */
const OUTCOMES: [ZoneResult['outcome'], ZoneMeaning['kind'][]][] = [
  ['refused', ['error']],
  ['listed', ['listing', 'policy']],
  ['unknown', ['unknown']],
];

/**
 * What a zone's A records say (RFC 5782 § 2). `answers` is empty where the name does not exist, and null where
 * there was no answer at all: SERVFAIL, REFUSED or none in time.
 */
export function readZoneAnswer(zone: Zone, answers: string[] | null): ZoneResult {
  if (answers === null) return { outcome: 'unknown', meanings: [] };
  const meanings: ZoneMeaning[] = [];
  for (const answer of answers) {
    const octets = octetsOf(answer);
    if (octets?.[0] !== 127) return { outcome: 'unknown', meanings: [nonsense(answer)] };
    meanings.push(...meaningsOf(zone, answer, octets));
  }
  const decided = OUTCOMES.find(([, kinds]) => meanings.some(({ kind }) => kinds.includes(kind)));
  return { outcome: decided?.[0] ?? 'not-listed', meanings };
}
