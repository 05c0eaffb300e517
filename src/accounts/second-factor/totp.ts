import { createHmac, randomBytes } from 'node:crypto';

/** Pure: codes of an app by time (RFC 6238, with what every app can do: HMAC-SHA-1, 30 seconds, 6 digits). */

const STEP_SECONDS = 30;
const DIGITS = 6;
/** Clocks of telephones are a little off: a code counts one step before and after its own. */
const STEPS_OFF = 1;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 § 6, without padding, as apps take it. */
export function toBase32(octets: Buffer): string {
  let bits = '';
  for (const octet of octets) bits += octet.toString(2).padStart(8, '0');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)));
}

/** 160 random bits, as RFC 4226 § 4 asks, in Base32. */
export const newTotpSecret = (): string => toBase32(randomBytes(20));

export const stepAt = (at: Date): number => Math.floor(at.getTime() / 1000 / STEP_SECONDS);

/** The code of a step (RFC 4226 § 5.3). */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 0xf;
  const number = hash.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** Blanks within are how apps show it. */
export const asTotpCode = (typed: string): string | undefined => {
  const digits = typed.replace(/[\s-]/g, '');
  return /^\d{6}$/.test(digits) ? digits : undefined;
};

/** The step after `after` whose code it is, within the window; undefined: of none. */
export function stepOfCode(secret: string, code: string, now: Date, after: number): number | undefined {
  const here = stepAt(now);
  for (let step = here - STEPS_OFF; step <= here + STEPS_OFF; step++)
    if (step > after && totpCode(secret, step) === code) return step;
  return undefined;
}

/** What a QR code says to an app (the key URI format that all of them read). */
export function otpauthUri(secret: string, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_SECONDS}`;
}

/** Four letters at a time, to be typed. */
export const inFours = (text: string): string => (text.match(/.{1,4}/g) ?? []).join(' ');
