/** A reply with its codes (RFC 5321 § 4.2, RFC 3463) as said; the lines of a multi-line reply made one. */
export type ReplyCodes = { text: string; replyCode: string | null; enhancedCode: string | null };

/** `smtp;`, `X-Postfix;` and the like in front of a Diagnostic-Code (RFC 3464 § 2.3.6). */
const DIAGNOSTIC_TYPE = /^\s*(?:[\w-]{1,30};\s*){1,2}(?:reply:\s*)?/;

const LEADING = /^([2-5]\d\d)(?=[-\s]|$)[-\s]{0,3}(?:\1[-\s]{1,3})?(?:([245]\.\d{1,3}\.\d{1,3})(?![\d.]))?/;

/** An enhanced code further in: `(#5.7.1)`, `- 5.7.1 [BL23]`, and no section of a standard (`RFC 2821 4.1.3`). Subjects run from 0 to 7. */
const INNER_ENHANCED =
  /(?<![\w.]|\brfc ?\d{3,5},? (?:section |sec\. )?)#?([245]\.[0-7]\.\d{1,3})(?![\w]|\.\d)/i;

/** Only this far into a reply can an enhanced code stand. */
const ENHANCED_WITHIN = 300;

const escapeDots = (code: string): string => code.replaceAll('.', '\\.');

/** Most texts have single blanks alone already. */
const singleBlanks = (text: string): string => (/[^\S ]| {2}/.test(text) ? text.replace(/\s+/g, ' ') : text);

/** Each further line of a multi-line reply repeats the code, and often the enhanced code. */
function withoutRepeats(text: string, from: number, replyCode: string, enhancedCode: string | null): string {
  const multiLine = text.startsWith(`${replyCode}-`);
  const head = enhancedCode === null ? replyCode : `${replyCode} ${enhancedCode}`;
  let rest = text.slice(from);
  if (multiLine) {
    const enhanced = enhancedCode === null ? '' : `(?:\\s?${escapeDots(enhancedCode)}(?![\\d.]))?`;
    rest = singleBlanks(rest.replace(new RegExp(`(?:^|\\s)${replyCode}[- ]${enhanced}`, 'g'), ' '));
  }
  if (enhancedCode !== null && rest.includes(enhancedCode))
    rest = singleBlanks(rest.replace(new RegExp(`\\s${escapeDots(enhancedCode)}(?=\\s)`, 'g'), ' '));
  return `${head} ${rest.trim()}`.trim();
}

function innerEnhanced(text: string): string | null {
  return INNER_ENHANCED.exec(text.slice(0, ENHANCED_WITHIN))?.[1] ?? null;
}

/** Reads a reply that starts with its code, if it has one. */
export function readReply(raw: string): ReplyCodes {
  const text = singleBlanks(raw.replace(DIAGNOSTIC_TYPE, '')).trim();
  const leading = LEADING.exec(text);
  const replyCode = leading?.[1] ?? null;
  if (replyCode === null) return { text, replyCode, enhancedCode: innerEnhanced(text) };
  const enhancedCode = leading?.[2] ?? null;
  const clean = withoutRepeats(text, leading?.[0].length ?? 0, replyCode, enhancedCode);
  return {
    text: clean,
    replyCode,
    enhancedCode: enhancedCode ?? innerEnhanced(clean.slice(replyCode.length)),
  };
}

/** True for 4xx, false for 5xx, null without a code; the reply decides, not what a log calls it. */
export function isTemporary(replyCode: string | null, enhancedCode: string | null): boolean | null {
  const first = (replyCode ?? enhancedCode)?.[0];
  if (first === '4') return true;
  return first === '5' ? false : null;
}
