/**
 * A reply without what differs from one mail to the next: addresses, ids of messages and sessions, times, the
 * recipient. Thousands of lines have the same outline, and mean the same.
 */
export type Outline = {
  /** The text with a mark in the place of each part. */
  text: string;
  /** The IP addresses that were cut out, in their order. */
  addresses: string[];
};

const DIGIT = 1;
const LETTER = 2;
const POINT = 4;
const COLON = 8;
const AT = 16;
/** Other characters within words. */
const OTHER = 32;
const CONTROL = 64;

/** What is looked at more closely: words of letters alone stay. */
const VARIES = DIGIT | POINT | AT;

const KINDS = new Uint8Array(256);
for (let code = 0; code < 256; code += 1) {
  const char = String.fromCharCode(code);
  if (/\d/.test(char)) KINDS[code] = DIGIT;
  else if (/[a-z]/i.test(char)) KINDS[code] = LETTER;
  else if (code < 32 && char !== '\t') KINDS[code] = CONTROL;
}
for (const [char, kind] of Object.entries({
  '.': POINT,
  ':': COLON,
  '@': AT,
  '-': OTHER,
  _: OTHER,
  '+': OTHER,
}))
  KINDS[char.charCodeAt(0)] = kind;

/** Marks, and what stands for each when the outline is read as a reply. */
const ADDRESS_4 = '\x01';
const ADDRESS_6 = '\x02';
const MAIL = '\x03';
const ID = '\x04';
const NUMBER = '\x05';
const HOST = '\x06';
const STANDS_FOR: Record<string, string> = {
  [MAIL]: 'user1@example.org',
  [ID]: '7f3a9c0b5d2e4a61',
  [NUMBER]: '10000',
  [HOST]: 'mx.example.org',
};

/** Longer replies are read each by itself. */
const LONGEST_OUTLINED = 4000;
const MOST_ADDRESSES = 24;

/** An id of so many characters needs no more than a digit to be one. */
const LONG_ID = 13;
const SHORT_ID = 8;
/** Letters and digits take turns in ids, and not in codes such as `S3140`. */
const MANY_TURNS = 3;
const LONG_NUMBER = 5;

const IPV4 = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const IPV6 = /^[\da-f]{0,4}:[\da-f:.]{2,44}$/i;
/** Yahoo's marks of its own error pages. */
const YAHOO_MARK = '4.16.';
const DATE_OR_TIME = /^\d{1,4}(?:[-:]\d{1,4}){2,3}$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?$/;
const MAIL_ADDRESS = /^[^@]{1,128}@([^@]{1,253})$/;
const HOST_NAME = /^[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63}){0,9}\.[a-z]{2,24}$/i;

function turns(word: string): number {
  let count = 0;
  let last = 0;
  for (let at = 0; at < word.length; at += 1) {
    const kind = KINDS[word.charCodeAt(at)] ?? 0;
    if (kind !== DIGIT && kind !== LETTER) continue;
    if (last !== 0 && kind !== last) count += 1;
    last = kind;
  }
  return count;
}

const isId = (word: string): boolean =>
  /\d/.test(word) && (word.length >= LONG_ID || (word.length >= SHORT_ID && turns(word) >= MANY_TURNS));

/** The label of a host that is one of many alike: `mta1088`, `AM7PEPF00021CA2`. */
const isNumbered = (label: string): boolean => isId(label) || /\d{3}/.test(label);

const isV6 = (word: string): boolean =>
  IPV6.test(word) && (word.includes('::') || word.split(':').length === 8);

/** The words around: the receiving host and the recipient's domain, which many replies repeat. */
type Around = { host: string | null; domain: string | null };

const isPartOf = (word: string, domain: string | null): boolean =>
  domain !== null && (word === domain || word.endsWith(`.${domain}`));

/** A file that is named by the recipient's domain, as in the links of greylists. */
const isNamedBy = (word: string, domain: string | null): boolean =>
  domain !== null && word.startsWith(`${domain}.`);

function cutHost(word: string, { host, domain }: Around): string {
  if (word === host || isPartOf(word, domain) || isNamedBy(word, domain)) return HOST;
  return word
    .split('.')
    .map((label) => (isNumbered(label) ? ID : label))
    .join('.');
}

/** What stays of a word in the outline; addresses are put aside. */
function cutWord(word: string, around: Around, addresses: string[]): string {
  if (IPV4.test(word) && !word.startsWith(YAHOO_MARK)) {
    addresses.push(word);
    return ADDRESS_4;
  }
  if (word.includes(':')) {
    if (isV6(word)) {
      addresses.push(word);
      return ADDRESS_6;
    }
    if (DATE_OR_TIME.test(word) || STAMP.test(word)) return NUMBER;
    return word
      .split(':')
      .map((part) => (part === '' ? '' : cutWord(part, around, addresses)))
      .join(':');
  }
  const mail = MAIL_ADDRESS.exec(word);
  if (mail) return isPartOf(mail[1] ?? '', around.domain) || /\d/.test(word) ? MAIL : word;
  if (HOST_NAME.test(word)) return cutHost(word, around);
  if (DATE_OR_TIME.test(word)) return word.length >= SHORT_ID ? NUMBER : word;
  if (/^\d+$/.test(word)) return word.length >= LONG_NUMBER ? NUMBER : word;
  return isId(word) ? ID : word;
}

const isEdge = (code: number): boolean => code === 46 || code === 58 || code === 45;

/** The outline of a reply; null for one that is too long, or that holds control characters. */
export function outline(reply: string, around: Around): Outline | null {
  if (reply.length > LONGEST_OUTLINED) return null;
  const addresses: string[] = [];
  let text = '';
  let copied = 0;
  let start = -1;
  let kinds = 0;
  for (let at = 0; at <= reply.length; at += 1) {
    const kind = at < reply.length ? (KINDS[reply.charCodeAt(at)] ?? 0) : 0;
    if (kind === CONTROL) return null;
    if (kind !== 0) {
      if (start < 0) start = at;
      kinds |= kind;
      continue;
    }
    if (start >= 0 && (kinds & VARIES) !== 0) {
      let end = at;
      while (end > start && isEdge(reply.charCodeAt(end - 1)) && reply.charCodeAt(end - 2) !== 58) end -= 1;
      const word = reply.slice(start, end);
      const cut = cutWord(word, around, addresses);
      if (cut !== word) {
        text += reply.slice(copied, start) + cut;
        copied = end;
      }
    }
    start = -1;
    kinds = 0;
  }
  if (addresses.length > MOST_ADDRESSES) return null;
  return { text: text + reply.slice(copied), addresses };
}

/** An address of the documentation, another one for each place. */
export const standInAddress = (place: number, isV4: boolean): string =>
  isV4 ? `198.51.100.${place + 1}` : `2001:db8::${(place + 1).toString(16)}`;

/** The outline as a reply again, with words that mean nothing in the place of what was cut out. */
export function standIn(outlined: string): string {
  let place = -1;
  return outlined.replace(/[\x01-\x06]/g, (mark) => {
    if (mark !== ADDRESS_4 && mark !== ADDRESS_6) return STANDS_FOR[mark] ?? '';
    place += 1;
    return standInAddress(place, mark === ADDRESS_4);
  });
}
