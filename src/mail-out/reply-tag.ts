import { createHmac, timingSafeEqual } from 'node:crypto';

/** 16 characters of base32 are 80 bits: nobody guesses them by mail. */
const MAC_LENGTH = 16;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

function base32(octets: Buffer, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) {
    const bit = at * 5;
    const pair = ((octets[bit >> 3] ?? 0) << 8) | (octets[(bit >> 3) + 1] ?? 0);
    text += BASE32[(pair >> (11 - (bit & 7))) & 31];
  }
  return text;
}

const macOf = (secret: Buffer, incident: number): string =>
  base32(createHmac('sha256', secret).update(`reply tag ${incident}`).digest(), MAC_LENGTH);

/** `desk@example.com` and incident 41 → `desk+dd41-<mac>@example.com`: an address that says where its answers belong. */
export function makeReplyTag(secret: Buffer, address: string, incident: number): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}+dd${incident}-${macOf(secret, incident)}${address.slice(at)}`;
}

// In small and capital letters, as the servers on the way please.
const TAGGED = /\+dd([1-9]\d{0,9})-([a-z2-7]{16})@[^@]{1,255}$/i;

/** The incident that a tagged address was made for; undefined where there is no tag, or one that we did not make. */
export function readReplyTag(secret: Buffer, address: string): number | undefined {
  if (address.length > 600) return undefined;
  const [, number = '', mac = ''] = TAGGED.exec(address.trim()) ?? [];
  if (!number) return undefined;
  const incident = Number(number);
  const right = Buffer.from(macOf(secret, incident));
  return timingSafeEqual(right, Buffer.from(mac.toLowerCase())) ? incident : undefined;
}
