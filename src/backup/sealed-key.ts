import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { BadBackup, type SealedKey } from './format.ts';

/** Shorter ones are tried through in an afternoon. */
export const PASSPHRASE_MIN = 12;
/** 128 MB and about half a second for each try. */
const COST = { n: 2 ** 17, r: 8, p: 1 };
const MOST_COST = 2 ** 20;
const TAG_BYTES = 16;

const stretched = (passphrase: string, salt: Buffer, { n, r, p }: { n: number; r: number; p: number }) =>
  new Promise<Buffer>((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 2 * 128 * n * r };
    scrypt(passphrase.normalize('NFC'), salt, 32, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });

/** Seals keys with a passphrase: scrypt (RFC 7914), then AES-256-GCM over the keys as their file has them. */
export async function sealKeys(keys: Buffer[], passphrase: string): Promise<SealedKey> {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', await stretched(passphrase, salt, COST), nonce);
  const box = Buffer.concat([
    cipher.update(keys.map((key) => key.toString('base64')).join('\n'), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return {
    ...COST,
    salt: salt.toString('base64'),
    nonce: nonce.toString('base64'),
    box: box.toString('base64'),
  };
}

const damaged = () => new BadBackup('The sealed key in this backup is damaged.');

/** The keys as their file has them. Throws {@link BadBackup} with another passphrase, and for what no backup of ours says. */
export async function openKeys(sealed: SealedKey, passphrase: string): Promise<string> {
  const [salt, nonce, box] = [sealed.salt, sealed.nonce, sealed.box].map((text) =>
    Buffer.from(String(text), 'base64'),
  ) as [Buffer, Buffer, Buffer];
  const cost = sealed.n * sealed.r * sealed.p;
  if (!(cost > 0 && cost <= MOST_COST * 8) || nonce.length !== 12 || box.length <= TAG_BYTES) throw damaged();
  // Of costs there are that are none: `n` is a power of two (RFC 7914 § 2).
  const key = await stretched(passphrase, salt, sealed).catch(() => {
    throw damaged();
  });
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(box.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    throw new BadBackup('This passphrase does not open the key in the backup. Nothing was changed.');
  }
}
