/** Octets of a UTF-16 text without its mark: every other one is nothing, as long as letters are Latin. */
function wideOf(octets: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const [first, second] = octets;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && second !== 0) ? 'utf-16be' : null;
}

/** A report as text: UTF-16, UTF-8, or else Latin-1, in which every octet is a character. */
export function reportText(octets: Uint8Array): string {
  const wide = octets.length > 1 ? wideOf(octets) : null;
  if (wide) return new TextDecoder(wide).decode(octets);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder('latin1').decode(octets);
  }
}
