import type { GateText } from './context.ts';

/** What a letter ends with, at the beginning of a line, in the languages of letters. */
const CLOSING =
  /^(?:Kind regards|Best regards|Regards|Yours (?:sincerely|faithfully)|Mit freundlichen Grüßen|Freundliche Grüße|Beste Grüße|Cordialement|Bien cordialement|Cordiali saluti|Distinti saluti|Saludos|Un saludo|Atentamente|Saludos cordiales|Met vriendelijke groet(?:en)?|Hoogachtend)\b/u;
/** `Company: …`: data with its name before it. */
const LABELLED = /^\p{Lu}[^.!?:\n]{1,40}: \S/u;
const BULLET = /^\s{0,8}[–—•*-]\s/;

/** Where the signature begins, in lines from the end; at the end of the text where none is seen. */
export function signatureAt(text: string): number {
  const lines = text.split('\n');
  let at = text.length;
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const line = lines[index] ?? '';
    at -= line.length + (index === lines.length - 1 ? 0 : 1);
    if (CLOSING.test(line)) return at;
  }
  return text.length;
}

/** Words of running text: without what is quoted, lists of facts, data with a label, and the signature. */
export function runningWords({ text, hidden }: GateText): number {
  let own = '';
  let from = 0;
  for (const span of hidden) {
    own += `${text.slice(from, span.start)}\n`;
    from = span.end;
  }
  own += text.slice(from);
  return own
    .slice(0, signatureAt(own))
    .split('\n')
    .filter((line) => !BULLET.test(line) && !LABELLED.test(line))
    .join(' ')
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}
