import { isAt } from './octets.ts';

const INSIDE =
  /^(?:127\.|10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd][\da-f]{2}:|fe[89ab][\da-f]:)/i;

/**
 * Whether a host is one of our own: a content filter, a mail store. What it answers says nothing of how others
 * see our address.
 */
export const isInside = (ip: string | null): boolean => ip !== null && INSIDE.test(ip);

const ONE = 0x31;
const COLON = 0x3a;
const LOWER_F = 0x66;
const TO_LOWER = 0x20;

const INSIDE_4 = ['10.', '127.', '169.254.', '172.', '192.168.'].map((start) => Buffer.from(start));

/** Whether the address that begins at a place may be one: worth a closer look. Tells it without making a string. */
export function mayBeInside(octets: Uint8Array, at: number): boolean {
  const first = octets[at] as number;
  if (first !== ONE) return first === COLON || (first | TO_LOWER) === LOWER_F;
  for (const start of INSIDE_4) if (isAt(octets, at, start)) return true;
  return false;
}
