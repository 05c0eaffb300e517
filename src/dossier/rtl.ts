const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const LTR = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\d]/u;

/** Signs that only turn the direction: they could make a text read as another one. */
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const isRtl = (word: string): boolean => RTL.test(word) && !LTR.test(word);

/**
 * Words of scripts that run from right to left, in the order in which they stand on a line that is set from left to
 * right: a writer of PDF sets word by word, and turns only the letters within each.
 */
export function inVisualOrder(line: string): string {
  const plain = line.replace(TURNING, '');
  if (!RTL.test(plain)) return plain;
  const words = plain.split(' ');
  for (let from = 0; from < words.length; from += 1) {
    let to = from;
    while (to < words.length && isRtl(words[to] ?? '')) to += 1;
    if (to - from > 1) words.splice(from, to - from, ...words.slice(from, to).reverse());
    if (to > from) from = to;
  }
  return words.join(' ');
}
