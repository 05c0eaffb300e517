import { shownText } from '../web/shown-text.ts';
import { visible } from './visible-signs.ts';

/** Octets as text: UTF-8 where they are that, else each octet a character. They may end within one. */
export function sourceText(octets: Uint8Array): string {
  return visible(shownText(decoded(octets)));
}

function decoded(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets, { stream: true });
  } catch {
    return Buffer.from(octets).toString('latin1');
  }
}

/** The header section of a mail (RFC 5322 section 2.1), or as much of it as is there. */
export function headerSection(octets: Buffer): { octets: Buffer; isWhole: boolean } {
  const ends = ['\r\n\r\n', '\n\n'].map((end) => octets.indexOf(end)).filter((at) => at >= 0);
  return ends.length > 0
    ? { octets: octets.subarray(0, Math.min(...ends)), isWhole: true }
    : { octets, isWhole: false };
}
