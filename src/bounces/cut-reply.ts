/** A record cut at the start of the reply in it. */
export type Cut = { before: string; reply: string; marked: boolean };

/** Units and things that are counted: `450 seconds` is no reply. */
const UNITS =
  /^(?:ms|s|secs?|seconds?|min|minutes?|hours?|days?|bytes|[kmg]i?b|hits|points|times|eur(?:os?)?|usd|of)\b/i;
const THINGS = /^(?:messages|mails|recipients|users|customers|people|requests|e-?mails|accounts)\b/i;
/** What follows things that are counted, and no words that begin a reply: `450 Messages per hour`. */
const PER =
  /^[\w-]{4,10}\s?(?:$|[/,.;)]|(?:per|within|each|every|daily|hourly|today)\b|(?:in|an?)\s(?:\d|an?\b|one\b|total\b|hour|day|minute))/i;
/** A range or a number with groups: `450-500`. */
const NUMBER = /^\d{3,6}(?![\d.])/;

/** Whether the number in front of these words counts them. A reply begins with a capital: `550 Messages from …`. */
function isCount(separator: string, words: string): boolean {
  if (UNITS.test(words) || (separator === '-' && NUMBER.test(words))) return true;
  return THINGS.test(words) && (/^[a-z]/.test(words) || PER.test(words));
}

const FIELD = '(?:reply|response|stat|led|diag|dsndiag|text|reason|error|msg|message|reject)=["\']?';

/** A code where replies stand: at the start, after a colon, bracket, quote or field name; 失败, 错误: failed, error. */
const PLACED = new RegExp(
  `(?:^|[:;('"\`>：；（「“„«]\\s?|(?:失[败敗]|[错錯][误誤]|エラー)\\s?|\\.[a-z]{2,24} #|\\{|${FIELD})(?=([45]\\d\\d)([-\\s])\\s?\\S)`,
  'gi',
);
/** Code and enhanced code together are a reply anywhere. */
const WITH_ENHANCED = /(?:^|[\s([<"':;=,>#])(?=[45]\d\d[-\s]{1,3}#?[245]\.\d{1,3}\.\d{1,3})/;
/** As Google's list of errors has them: `421, "4.7.0", …`. */
const QUOTED_ENHANCED = /(^|[\s:;(])([45]\d\d), ?"([45]\.\d\.\d{1,3})",? /g;
/** As languages print a tuple: `(554, b'5.7.1 …')`. */
const TUPLE = /\(([45]\d\d), ?b?['"]/;
/** Line breaks as logs and programs write them, and the lines of a reply as a list of strings. */
const ESCAPED_BREAK = /(?:\\r)?\\n(?=[45]\d\d[- ]|[\sA-Z]|$)|["'], ?["'](?=[45]\d\d[- ])/g;
/** A colon behind the code: `554: 5.7.1 …`. */
const CODE_COLON = /(^|: |> )([45]\d\d): (?:: )?(?=[45]\.\d\.\d|[A-Z<])/;
/** As a Cisco gateway prints it in bounces of its own: `error 550-'5.1.1 …' (delivery attempts: 0)`, `[Default] 550-'…'`, also cut short. */
const CISCO =
  /(?:\berror|\bproblem|\]) ([45]\d\d)-['‘](.{1,1000}?)['’](?: \(delivery attempts: \d{1,4}\)|\s{0,3}$)/;
/** Words with which replies begin; others behind a number are of a measure or a count (`500Mbit`, `554Seiten`). */
const FIRST_WORD =
  '(?:Access|Bad|Blocked|Client|Connection|Denied|E-?mail|Error|Host|Invalid|Mail|Mailbox|Message|No|Not|Policy|Recipient|Refused|Reject(?:ed)?|Relay(?:ing)?|Requested|Sender|Service|Sorry|Spam|Suspected|Temporar(?:y|ily)|The|This|Too|Transaction|Unable|Unknown|Unsolicited|User|Your?)';
/** The blank behind the code was lost: `554IP=…`, `550Message rejected`, `421HL:REP`. */
const GLUED = new RegExp(
  `(^|\\b(?:said|returned|replied|error|reply|response|reason|smtp)[:;] ?|["'(])([45]\\d\\d)(?=${FIRST_WORD}[ ,:.]|IP[ =:]|[A-Z]{2}:[A-Z]{3}\\b)`,
  'g',
);
/** As Zoho writes it: `ERROR_CODE :550, ERROR_CODE :5.1.1, …`, `ResponseCode 421, …`. */
const ERROR_CODE =
  /(?:ERROR_CODE ?: ?|ResponseCode )([45]\d\d),(?: ERROR_CODE ?: ?(\d\.\d{1,3}\.\d{1,3})?)?[, ]{0,3}/;
/** A greeting that refuses begins with the line of one that welcomes: `220-mx.example.net 421 …`. */
const BANNER = /(^|[:;] ?)220[- ][\w.-]{1,253} (?=[45]\d\d[- ])/;
/** PHPMailer names the code after the words. */
const CODE_AFTER = /\bDetail: (.{1,1000}?) SMTP code: ([45]\d\d)(?=\s|$)/;
/** A bare code before words; taken only when nothing better stands there. */
const BARE = /(?:^|\s)(?=([45]\d\d)(\s)[A-Za-z<[(#“"])/g;
/** A code right after who said it is one whatever follows: `said: 450`, `said: Error 550`, `said: 550 messages from …`. */
const SAID =
  /(?:said|to me|rejected|bounced|deferred|after [A-Z][^:]{0,120}(?::<[^>]{0,320}>[^:]{0,80})?): (?:[Ee]rror:? )?(?=[45]\d\d(?:[-\s]|$))/;

/** As the module “sendmail” of Node prints it: `SMTP code:550 msg:550-5.7.1 …`. */
const CODE_MSG = /\bSMTP code:([45]\d\d) msg:(?=\1[- ])/;

/** As webmail shows it, in its own language: `SMTP Error (550): Failed to add recipient "…" (…)`. */
const WEBMAIL =
  /\b(?:SMTP[ -](?:Error|Fehler)|(?:Erreur|Error|Errore|Erro) SMTP) \(([45]\d\d)\) ?: [^"“„«]{1,100}["“„«][^"”“»]{1,320}["”“»] \(/i;
/** What Mailgun’s events say, where no more of one was pasted. */
const CODE_MESSAGE = /"code": ?([45]\d\d), ?"message": ?"(?!\1)((?:[^"\\]|\\.){1,2000})(?:".*)?/;

/** Where Sendmail keeps of a refusal no more than its enhanced code, beside words of its own. */
const SENDMAIL_STAT =
  /(, dsn=(5\.\d{1,3}\.\d{1,3}|4\.7\.\d{1,3}), stat=)(?=(?:Service unavailable|Deferred)\s*$)/;

/** The second line of a reply of which the first lost its code. */
const LATER_LINE = /\s([45]\d\d)-(?=[A-Z][\w ]{2})/;

/** What stands in front of a reply that has no code, or of an error of our own server. */
const DRESSING =
  /(?:\bsaid: |refused to talk to me: |\bremote host said: ?|status=(?:bounced|deferred|undeliverable) \(|server returned '|after [A-Z][^:]{0,120}: host [^:]{1,120}: |^(?:smtp|x-[\w-]{1,20}); ?|^(?:permanent|temporary): |\b(?:LED|stat|reply|response)=["']?|\bdefer \(-?\d+\):? |after [A-Z][^:]{0,120}: host:? [\w.-]{3,253}(?: ?\[[\da-f:.]{3,45}\])?:? (?=[45]\.\d\.\d)|Diagnostic-Code: |\b(?:message|error|exception|response|reply|responded)(?: (?:was|is))?: (?=[45]\.\d\.\d)|\s(?:\*\*|==) [^\s:]{3,320}: )/i;

/** A recipient and why it failed, as Postfix tells of what has no reply: `<x@example.net>: Spam message rejected`. */
const TOLD_FOR = /^<[^<>\s@]{1,128}@[\w.-]{1,253}>: (?!deliver)(?=[A-Za-z])/;

/** Ends of the record that are not the reply's. */
const TAILS = [
  / ?\(in reply to [^)]{1,80}\){1,4}$/i,
  /\)? ?\(expanded from: <?[^)]{1,330}\)$/i,
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
  return unopened > 0 ? cut.replace(/\s?\)\.?$/, '') : cut;
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
  const whole = text.slice(at);
  const quoted = withinQuotes(before, whole);
  // A code alone, set off within words, is one that is talked about, unless a colon says whose words it is.
  const isNamed = quoted !== whole && !/\p{L}/u.test(quoted) && !/: ?.$/.test(before);
  return { before, reply: withoutTails(quoted), marked: marked && !isNamed };
}

/** Where a pattern first finds a code that counts nothing. */
function firstCode(text: string, pattern: RegExp): number | null {
  for (const match of text.matchAll(pattern)) {
    const at = match.index + match[0].length;
    if (!isCount(match[2] ?? '', text.slice(at + 4, at + 60).trimStart())) return at;
  }
  return null;
}

/** Where the code stands, and whether at a place that leaves no doubt. */
function startOfCode(text: string): { at: number; marked: boolean } | null {
  const places = [WITH_ENHANCED, SAID]
    .map((pattern) => pattern.exec(text))
    .filter((match) => match !== null)
    .map((match) => match.index + match[0].length);
  const placed = firstCode(text, PLACED);
  if (placed !== null) places.push(placed);
  if (places.length > 0) return { at: Math.min(...places), marked: true };
  const bare = firstCode(text, BARE);
  return bare === null ? null : { at: bare, marked: false };
}

/** qmail, when it has tried several hosts, adds a code of its own and what the others said. */
const QMAIL_TRIED = /[ .]{0,3}\(#[45]\.\d\.\d{1,3}\)(?: \(Other MXes tried: .{0,4000})?$/;
const withoutOthers = (text: string): string =>
  text.includes('most progress was ') ? text.replace(QMAIL_TRIED, '') : text;

/** Longer records are cut before any pattern sees them. */
const LONGEST_RECORD = 8000;

/** Finds the reply in one record: from its code on, or after the words that lead to it. */
export function cutReply(record: string): Cut {
  const plain = record
    .slice(0, LONGEST_RECORD)
    .replace(ESCAPED_BREAK, ' ')
    .replace(/\s+/g, ' ')
    .replace(GLUED, '$1$2 ')
    .replace(CODE_COLON, '$1$2 ')
    .replace(TUPLE, 'said: $1 ')
    .replace(CISCO, 'said: $1 $2')
    .replace(CODE_AFTER, 'said: $2 $1')
    .replace(QUOTED_ENHANCED, '$1$2 $3 ')
    .replace(ERROR_CODE, ': $1 $2')
    .replace(BANNER, '$1')
    .replace(SENDMAIL_STAT, '$1$2 ')
    .replace(CODE_MSG, 'said: ')
    .replace(WEBMAIL, 'said: $1 ')
    .replace(CODE_MESSAGE, 'said: $1 $2')
    .trim();
  const text = withoutOthers(plain);
  const code = startOfCode(text);
  const later = code ? null : LATER_LINE.exec(text);
  if (later) return { before: '', reply: withoutTails(`${later[1]}-${text}`), marked: true };
  if (code?.marked) return cutAt(text, code.at, true);
  const dressing = DRESSING.exec(text) ?? (code ? null : TOLD_FOR.exec(text));
  if (!dressing && code) return cutAt(text, code.at, false);
  if (!dressing) return { before: '', reply: withoutTails(text), marked: false };
  return cutAt(text, dressing.index + dressing[0].length, true);
}
