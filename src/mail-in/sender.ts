import { readHeader, unfolded } from './header-fields.ts';

/** Local part, `@` and domain have no more octets (RFC 5321, 4.5.3.1). */
const LONGEST = 320;
const ADDRESS = /[^\s<>,;:"()]{1,64}@[^\s<>,;:"()@]{1,255}/g;

/**
 * Who a mail is from, for counting: the last address in From, else the envelope sender, in small letters; empty where
 * there is neither. Nothing proves it.
 */
export function senderOf(octets: Buffer, envelopeSender?: string | null): string {
  const [from] = readHeader(octets, ['from']).fields;
  const [address] = from ? (unfolded(from.value.subarray(-2 * LONGEST)).match(ADDRESS) ?? []).slice(-1) : [];
  return (address ?? envelopeSender ?? '')
    .replaceAll('\0', '')
    .toLowerCase()
    .slice(0, LONGEST)
    .toWellFormed();
}
