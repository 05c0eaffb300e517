import { constants, gunzipSync } from 'node:zlib';

/** RFC 1952 § 2.3.1 */
export const isGzip = (octets: Uint8Array): boolean =>
  octets[0] === 0x1f && octets[1] === 0x8b && octets[2] === 8;

/** More than this is never unpacked. */
const MOST = 64 * 1024 * 1024;
/** DEFLATE makes at most 1032 octets of one. */
const SURELY_FITS = Math.floor(MOST / 1032);

const unpack = (octets: Uint8Array): Uint8Array =>
  gunzipSync(octets, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST });

/**
 * What a gzip file holds, such as a rotated log; other octets as they are. Of a file that is cut off, what is
 * there; of one that unpacks to more than 64 MiB, its beginning. A damaged one is left as it is.
 */
export function unzipped(octets: Uint8Array): { octets: Uint8Array; whole: boolean } {
  if (!isGzip(octets)) return { octets, whole: true };
  try {
    return { octets: unpack(octets), whole: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') return { octets, whole: true };
    return { octets: unpack(octets.subarray(0, SURELY_FITS)), whole: false };
  }
}
