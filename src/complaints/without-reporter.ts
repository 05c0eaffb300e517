const GONE = '[recipient]';

/** Every place of some words, whatever their case. */
function replaced(text: string, words: string): string {
  const small = text.toLowerCase();
  let out = '';
  let from = 0;
  for (let at = small.indexOf(words); at !== -1; at = small.indexOf(words, from)) {
    out += text.slice(from, at) + GONE;
    from = at + words.length;
  }
  return out + text.slice(from);
}

/** A local part that is this short stands in too many other words. */
const SHORT = 5;

/**
 * A text without who complained: their address, the address as it stands in bounce addresses (`alice=example.com`),
 * and its local part. An address with another one in it is cut to its domain also where nobody is named.
 */
export function withoutReporter(text: string, reporter: string | null): string {
  const [local = '', domain = ''] = reporter?.toLowerCase().split('@') ?? [];
  const words = domain
    ? [`${local}@${domain}`, `${local}=${domain}`, ...(local.length >= SHORT ? [local] : [])]
    : [];
  const plain = words.reduce(replaced, text);
  const [left = '', right, more] = plain.split('@');
  return right && more === undefined && left.includes('=') && !plain.includes(' ') ? `…@${right}` : plain;
}
