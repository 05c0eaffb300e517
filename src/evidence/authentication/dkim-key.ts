import { createPublicKey, type KeyObject } from 'node:crypto';
import { shown } from '../wording.ts';
import { parts, readTags } from './tag-list.ts';

/** What a key record says (RFC 6376 § 3.6.1). `weak`: valid, and less than is advised. */
export type DkimKey = { state: 'valid' | 'weak' | 'bad'; words: string };

const MIN_BITS = 1024;
const ADVISED_BITS = 2048;
const ED25519_OCTETS = 32;
/** RFC 8410: the fixed octets before an Ed25519 key in a SubjectPublicKeyInfo. */
const ED25519_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const bad = (words: string): DkimKey => ({ state: 'bad', words });

export function readKey(record: string): DkimKey {
  const { tags, order, errors } = readTags(record);
  const key = tags.get('p')?.replace(/\s+/g, '');
  const version = tags.get('v');
  if (version !== undefined && version !== 'DKIM1')
    return bad(`wrong version: v=${shown(version, 30)}, not DKIM1`);
  if (version !== undefined && order[0] !== 'v') return bad('v=DKIM1 has to be the first tag');
  if (key === undefined) return bad('holds no key: p= is missing');
  if (key === '') return bad('revoked: p= is empty');
  if (errors[0]) return bad(shown(errors[0]));
  return usage(tags) ?? withFlags(keyOf(tags.get('k')?.toLowerCase() ?? 'rsa', key), tags);
}

/** A key that is not for mail, or for no hash that is still in use (RFC 8301). */
function usage(tags: Map<string, string>): DkimKey | null {
  const services = parts(tags.get('s') ?? '*');
  if (!services.some((service) => service === '*' || service === 'email'))
    return bad(`not for mail: s=${shown(services.join(':'), 50)}`);
  const hashes = tags.get('h');
  if (hashes !== undefined && !parts(hashes).includes('sha256'))
    return bad(`allows no SHA-256: h=${shown(hashes, 50)}`);
  return null;
}

function keyOf(type: string, text: string): DkimKey {
  if (!BASE64.test(text) || text.length % 4 === 1) return bad('p= is not base64');
  const octets = Buffer.from(text, 'base64');
  if (type === 'ed25519') return ed25519(octets);
  return type === 'rsa' ? rsa(octets) : bad(`unknown kind of key: k=${shown(type, 30)}`);
}

function ed25519(octets: Buffer): DkimKey {
  if (octets.length !== ED25519_OCTETS)
    return bad(`an Ed25519 key has ${ED25519_OCTETS} octets, and this one ${octets.length} (RFC 8463)`);
  return publicKey(Buffer.concat([ED25519_HEAD, octets]), 'spki')
    ? {
        state: 'weak',
        words: 'Ed25519; not every receiver knows it: sign with an RSA key as well (RFC 8463)',
      }
    : bad('p= is no key');
}

function rsa(octets: Buffer): DkimKey {
  const key = publicKey(octets, 'spki') ?? publicKey(octets, 'pkcs1');
  if (key?.asymmetricKeyType !== 'rsa') return bad('p= is no RSA key');
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_BITS) return bad(`RSA, ${bits} bits; receivers refuse less than ${MIN_BITS} (RFC 8301)`);
  return bits < ADVISED_BITS
    ? { state: 'weak', words: `RSA, ${bits} bits; ${ADVISED_BITS} are advised (RFC 8301)` }
    : { state: 'valid', words: `RSA, ${bits} bits` };
}

function publicKey(key: Buffer, type: 'spki' | 'pkcs1'): KeyObject | null {
  try {
    return createPublicKey({ key, format: 'der', type });
  } catch {
    return null;
  }
}

/** A key in test mode counts as none: receivers are to treat its mail as unsigned (RFC 6376 § 3.6.1). */
function withFlags(key: DkimKey, tags: Map<string, string>): DkimKey {
  if (key.state === 'bad' || !parts(tags.get('t') ?? '').includes('y')) return key;
  return bad(`${key.words}; in test mode (t=y), so that receivers take its mail for unsigned`);
}
