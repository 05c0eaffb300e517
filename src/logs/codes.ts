/**
 * Reply code and enhanced code as one number: such numbers are compared and looked up without making a string
 * of every reply, and are small enough for V8 to make no object of them. Zero: no code.
 */
const LOWEST = 199;
/** Reply codes are so far apart; between them there is room for each enhanced code. */
const APART = 1_000_001;

const DOT = 46;
const ZERO = 48;

const isDigit = (code: number): boolean => code >= ZERO && code < ZERO + 10;

/** Up to three digits from `at` on; -1 when there are none, or more. */
function upToThree(octets: Uint8Array, at: number): number {
  let value = -1;
  for (let next = at; next < at + 4; next += 1) {
    const code = octets[next] as number;
    if (!isDigit(code)) return value;
    if (next === at + 3) return -1;
    value = Math.max(value, 0) * 10 + code - ZERO;
  }
  return value;
}

const digitsIn = (value: number): number => (value > 99 ? 3 : value > 9 ? 2 : 1);

/** The codes of the reply that begins at `at`. */
export function codesIn(octets: Uint8Array, at: number): number {
  const reply = upToThree(octets, at);
  if (reply < 200 || reply > 599) return 0;
  const short = (reply - LOWEST) * APART;
  if (octets[at + 4] !== ZERO + 2 || octets[at + 5] !== DOT) return short;
  const subject = upToThree(octets, at + 6);
  const behind = at + 6 + digitsIn(subject);
  const detail = subject < 0 || octets[behind] !== DOT ? -1 : upToThree(octets, behind + 1);
  return short + (detail < 0 ? 0 : 1 + subject * 1000 + detail);
}

/** So long are both codes, and what ends them. */
const LONGEST_CODES = 14;

/** The codes of a reply in a text. */
export const codesAt = (text: string, at: number): number =>
  codesIn(Buffer.from(text.slice(at, at + LONGEST_CODES), 'latin1'), 0);

/** What {@link codesIn} found, in words. */
export function spellCodes(codes: number): { replyCode: string | null; enhancedCode: string | null } {
  const reply = LOWEST + Math.floor(codes / APART);
  const rest = (codes % APART) - 1;
  if (reply < 200 || reply > 299) return { replyCode: null, enhancedCode: null };
  const enhanced = rest < 0 ? null : `2.${Math.floor(rest / 1000)}.${rest % 1000}`;
  return { replyCode: String(reply), enhancedCode: enhanced };
}

/** The reply code alone. */
export const withoutDetail = (codes: number): number => codes - (codes % APART);
