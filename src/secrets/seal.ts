import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

export const KEY_BYTES = 32;
const FORMAT = 1;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;

/** A secret that no key at hand opens. The message says what to do. */
export class CannotOpenSecret extends Error {
  override name = 'CannotOpenSecret';
}

const idOf = (key: Buffer) =>
  createHash('sha256').update('key id').update(key).digest().subarray(0, ID_BYTES);

/** By which a key is told without being known, as it stands in what it sealed. */
export const keyId = (key: Buffer): string => idOf(key).toString('hex');
/** The id of the key that something was sealed with. */
export const sealedWith = (sealed: Buffer): string => sealed.subarray(1, 1 + ID_BYTES).toString('hex');

/**
 * Seals a text with AES-256-GCM: format octet, key id (4), nonce (12), ciphertext, tag (16). It opens for the same
 * `purpose` only, so that a sealed value put into another place opens nowhere.
 */
export function seal(key: Buffer, purpose: string, text: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.from([FORMAT]), idOf(key), nonce, sealed, cipher.getAuthTag()]);
}

/** Whether it was sealed with this key. */
export const isSealedWith = (key: Buffer, sealed: Buffer): boolean =>
  sealed[0] === FORMAT && sealed.subarray(1, 1 + ID_BYTES).equals(idOf(key));

/** Opens what {@link seal} made. Throws {@link CannotOpenSecret} without its key, or when it was changed. */
export function open(keys: Buffer[], purpose: string, sealed: Buffer): string {
  const key = keys.find((one) => isSealedWith(one, sealed));
  if (!key)
    throw new CannotOpenSecret(
      'The key that this secret was sealed with is not at hand. Bring back the key file, or enter the secret again.',
    );
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1 + ID_BYTES, HEAD_BYTES));
    decipher.setAAD(Buffer.from(purpose));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([
      decipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  } catch {
    throw new CannotOpenSecret('This secret was changed since it was sealed. Enter it again.');
  }
}
