/** A record cut at the start of the reply in it. */
export type Cut = { before: string; reply: string; marked: boolean };

/** Counted things: `450 seconds` is no reply. */
const NOT_COUNTED =
  '(?!(?:ms|s|secs?|seconds?|min|minutes?|hours?|days?|bytes|[kmg]i?b|messages|mails|recipients|users|customers|people|requests|e-?mails|accounts|hits|points|times|eur(?:os?)?|usd|of)\\b)(?!(?<=-)\\d{3,6}(?![\\d.]))';

const FIELD = '(?:reply|response|stat|led|diag|dsndiag|text|reason|error|msg|message)=["\']?';

/** A code where replies stand: at the start, after a colon, bracket, quote or field name. */
const PLACED = new RegExp(
  `(?:^|[:;('"\`>]\\s?|\\.[a-z]{2,24} #|\\{|${FIELD})(?=([45]\\d\\d)[-\\s]${NOT_COUNTED}\\S)`,
  'i',
);
/** Code and enhanced code together are a reply anywhere. */
const WITH_ENHANCED = /(?:^|[\s([<"':;=,>#])(?=[45]\d\d[-\s]{1,3}#?[245]\.\d{1,3}\.\d{1,3})/;
/** As languages print a tuple: `(554, b'5.7.1 …')`. */
const TUPLE = /\(([45]\d\d), ?b?['"]/;
/** Line breaks as logs and programs write them. */
const ESCAPED_BREAK = /(?:\\r)?\\n(?=[45]\d\d[- ]|[\sA-Z]|$)/g;
/** PHPMailer names the code after the words. */
const CODE_AFTER = /\bDetail: (.{1,1000}?) SMTP code: ([45]\d\d)\b/;
/** A bare code before words; taken only when nothing better stands there. */
const BARE = new RegExp(`(?:^|\\s)(?=[45]\\d\\d\\s${NOT_COUNTED}[A-Za-z<[(#])`, 'i');
/** A code right after who said it is one whatever follows: `said: 450`, `said: 550 Messages from …`. */
const SAID = /(?:said|me): (?=[45]\d\d(?:[-\s]|$))/;

/** The second line of a reply of which the first lost its code. */
const LATER_LINE = /\s([45]\d\d)-(?=[A-Z][\w ]{2})/;

/** What stands in front of a reply that has no code, or of an error of our own server. */
const DRESSING =
  /(?:\bsaid: |refused to talk to me: |\bremote host said: ?|status=(?:bounced|deferred|undeliverable) \(|server returned '|after [A-Z][^:]{0,120}: host [^:]{1,120}: |^(?:smtp|x-[\w-]{1,20}); ?|^(?:permanent|temporary): |\b(?:LED|stat|reply|response)=["']?|\bdefer \(-?\d+\):? |after [A-Z][^:]{0,120}: host:? [\w.-]{3,253}(?: ?\[[\da-f:.]{3,45}\])?:? (?=[45]\.\d\.\d)|Diagnostic-Code: |\s(?:\*\*|==) [^\s:]{3,320}: )/i;

/** Ends of the record that are not the reply's. */
const TAILS = [
  / ?\(in reply to [^)]{1,80}\){1,4}$/i,
  /; from=<[^>]{0,300}> to=<.*$/i,
  /, (?:stat|dsn|delay|status)=.*$/i,
  /["']?\}?; ?\{(?:MSG|FQDN|IP)=.*$/,
  / I'm not going to try again;.*$/i,
  /[ /]Giving up on [\da-f:.[\]]{3,47}\/?$/i,
  /[> ]{0,2}#{1,2}(?:SMTP#)?$/,
  / ?\(on @[^)]{0,200}\)?$/i,
  / Original message headers:.*$/i,
  /["']\)[}\],;'")]{0,4}$/,
  /["'] ?\}[}\]),;'" ]{0,12}$/,
  / ?["'`},;]{1,4}$/,
];

function withoutTails(reply: string): string {
  const cut = TAILS.reduce((text, tail) => text.replace(tail, '').trimEnd(), reply).trim();
  const unopened = cut.split(')').length - cut.split('(').length;
  return unopened > 0 && cut.endsWith(')') ? cut.slice(0, -1).trimEnd() : cut;
}

/** The quotation mark that ends what one of these began. */
const CLOSING = new Map([
  ['`', '`'],
  ['"', '"'],
  ['“', '”'],
  ['„', '“'],
  ['«', '»'],
]);

/** A reply in quotation marks within prose ends with them; those of a log's field end with the field. */
function withinQuotes(before: string, reply: string): string {
  const close = CLOSING.get(before.at(-1) ?? '');
  if (close === undefined || before.at(-2) === '=') return reply;
  const end = reply.search(new RegExp(`${close}(?![\\w"])`));
  return end < 0 ? reply : reply.slice(0, end);
}

function cutAt(text: string, at: number, marked: boolean): Cut {
  const before = text.slice(0, at);
  return { before, reply: withoutTails(withinQuotes(before, text.slice(at))), marked };
}

/** Where the code stands, and whether at a place that leaves no doubt. */
function startOfCode(text: string): { at: number; marked: boolean } | null {
  const places = [PLACED, WITH_ENHANCED, SAID]
    .map((pattern) => pattern.exec(text))
    .filter((match) => match !== null)
    .map((match) => match.index + match[0].length);
  if (places.length > 0) return { at: Math.min(...places), marked: true };
  const bare = BARE.exec(text);
  return bare ? { at: bare.index + bare[0].length, marked: false } : null;
}

/** Longer records are cut before any pattern sees them. */
const LONGEST_RECORD = 8000;

/** Finds the reply in one record: from its code on, or after the words that lead to it. */
export function cutReply(record: string): Cut {
  const text = record
    .slice(0, LONGEST_RECORD)
    .replace(ESCAPED_BREAK, ' ')
    .replace(/\s+/g, ' ')
    .replace(TUPLE, '($1 ')
    .replace(CODE_AFTER, ': $2 $1')
    .replace(/ERROR_CODE ?: ?(\d{3}), ERROR_CODE ?: ?(\d\.\d{1,3}\.\d{1,3})/, ': $1 $2')
    .trim();
  const code = startOfCode(text);
  const later = code ? null : LATER_LINE.exec(text);
  if (later) return { before: '', reply: withoutTails(`${later[1]}-${text}`), marked: true };
  if (code?.marked) return cutAt(text, code.at, true);
  const dressing = DRESSING.exec(text);
  if (!dressing && code) return cutAt(text, code.at, false);
  if (!dressing) return { before: '', reply: withoutTails(text), marked: false };
  return cutAt(text, dressing.index + dressing[0].length, true);
}
