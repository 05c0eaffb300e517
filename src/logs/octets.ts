/** A piece of a large text without the text behind it: V8 keeps the whole alive for the sake of a part. */
export const ownCopy = (part: string): string => Buffer.from(part, 'latin1').toString('latin1');

const NOT_ASCII = /[\x80-\xff]/;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Octets that came as Latin-1, read as UTF-8 where they are valid UTF-8. */
export function decoded(octets: string): string {
  if (!NOT_ASCII.test(octets)) return octets;
  try {
    return utf8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    return octets;
  }
}

/** The reverse, for text that is read on as octets. */
export const asOctets = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
