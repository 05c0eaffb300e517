import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import { KNOWN_ALREADY } from '../known-already.ts';
import { DRESSINGS } from './dressing.fixture.ts';
import { meanings, REPLIES } from './meaning.fixture.ts';
import { parse } from './parsing.fixture.ts';

/** The same cases in every run; another seed by FC_SEED looks at others. */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_260_115), endOnFailure: false });
const cases = (numRuns: number) => ({ numRuns });

/** What inputs are made of: whole replies in their dressings, and the pieces that steer the reading. */
const dressed = fc
  .tuple(fc.constantFrom(...Object.values(DRESSINGS)), fc.constantFrom(...REPLIES))
  .map(([dress, reply]) => dress(reply) ?? reply);
const piece = fc.oneof(
  dressed,
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom(
    ...'550 |421-|5.7.1 |(#5.7.1)|\n|\n\n|\r\n|> |>>> |<<< |--b\n|--b--\n|: |= |=\n|<|>|[|]|(|)|{|}|"|\'|&lt;|&#39;|=3D|\0|\t|@|;|,|host |said: |IP='.split(
      '|',
    ),
    'Content-Type: multipart/report; boundary=b\n',
    'Content-Transfer-Encoding: base64\n\n',
    'Content-Transfer-Encoding: quoted-printable\n\n',
    'From: MAILER-DAEMON@mx.example.com\nSubject: failure\n',
    'Diagnostic-Code: smtp; ',
    'type,rcpt,dsnDiag\n',
    '#Fields: date-time,session-id,local-endpoint,data\n',
  ),
);
const mixture = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  mixture.map((text) => Buffer.from(text, 'latin1')),
  mixture.map((text) => Buffer.from(`\ufeff${text}`, 'utf16le')),
);

t.test('no input is too odd: it is read, or noted as not understood', { skip: KNOWN_ALREADY }, (t) => {
  const isWell = (input: string | Uint8Array): void => {
    const { rejections, notBlocks, notes } = parse(input);
    if (rejections.length + notBlocks.length + notes.length === 0) throw new Error('nothing is said of it');
    for (const found of [...rejections, ...notBlocks]) {
      if (found.replyCode !== null && !/^[45]\d\d$/.test(found.replyCode)) throw new Error(found.replyCode);
      if (found.at !== null && new Date(found.at).toISOString() !== found.at) throw new Error(found.at);
    }
  };
  t.doesNotThrow(() => fc.assert(fc.property(mixture, isWell), cases(2000)));
  t.doesNotThrow(() => fc.assert(fc.property(octets, isWell), cases(1000)));
  t.end();
});

/** All addresses that any run of a text's characters spells, also over the end of a line. */
function addressesIn(text: string): Set<string> {
  const found = new Set<string>();
  for (const [run] of text.replace(/[\0-\x08\x0a-\x1f\x7f]/g, '').matchAll(/[\da-f:.]{3,}/gi))
    for (let from = 0; from < run.length; from += 1)
      for (let to = from + 3; to <= Math.min(run.length, from + 45); to += 1) {
        const part = run.slice(from, to);
        if (!/^\d+(?:\.\d+){3}$|:.*:/.test(part) || !ipaddr.isValid(part)) continue;
        found.add(ipaddr.process(part).toString());
        // As a list is asked for it.
        if (!part.includes(':')) found.add(part.split('.').toReversed().join('.'));
      }
  return found;
}

t.test('no address is made up: what is found stands in the input', { skip: KNOWN_ALREADY }, (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(mixture, (input) => {
        const { rejections, notBlocks } = parse(input);
        const named = [...rejections, ...notBlocks].map(({ ip }) => ip).filter((ip) => ip !== null);
        if (named.length === 0) return true;
        const present = addressesIn(input);
        return named.every((ip) => present.has(ip));
      }),
      cases(2000),
    ),
  );
  t.end();
});

/** Processor time of reading an input, the least of some tries: what else the machine does only adds to it. */
function work(read: (input: string) => unknown, input: string, tries: number): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    read(input);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...times);
}

/** Four times the input is four times the work; sixteen times would be its square. */
const MOST_GROWTH = 11;
const LENGTH = 40_000;
const filled = (text: string, length: number): string =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

t.test(
  'work grows with the length of the input, whatever is repeated in it',
  { timeout: 600_000, skip: KNOWN_ALREADY },
  (t) => {
    /** What plain words cost here and now: cheaper inputs are all the same. */
    const plain = work(parse, filled('plain words of a letter. ', 4 * LENGTH), 5);
    const growth = (read: (input: string) => unknown, text: string, length: number, tries: number): number =>
      work(read, filled(text, 4 * length), tries) / Math.max(work(read, filled(text, length), tries), plain);
    const backtracks = (text: string): boolean => /x*y/.test(text);
    // On a busy machine a short one may hide behind what plain words cost.
    const isSeen = (length: number) => growth(backtracks, 'x', length, 2) > MOST_GROWTH;
    t.ok([LENGTH / 4, LENGTH / 2, LENGTH].some(isSeen), 'the square of the length is seen');
    /** Measured again before it counts, and at a length past all limits at which other ways of reading begin. */
    const isLinear = (text: string): boolean =>
      growth(parse, text, LENGTH, 2) <= MOST_GROWTH ||
      growth(parse, text, LENGTH, 6) <= MOST_GROWTH ||
      growth(parse, text, 4 * LENGTH, 4) <= MOST_GROWTH;
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(
          fc
            .array(piece, { minLength: 1, maxLength: 5 })
            .map((pieces) => pieces.join(''))
            .filter((text) => text !== ''),
          isLinear,
        ),
        cases(150),
      ),
    );
    t.end();
  },
);

/** A change of form that keeps the words. */
type Change = (text: string) => string;

/** Breaks at blanks, as mail programs do. */
const wrap =
  (width: number): Change =>
  (text) =>
    text
      .split('\n')
      .map((line) => line.replace(new RegExp(`(.{${width - 20},${width}}) (?=\\S)`, 'g'), '$1\n'))
      .join('\n');
const quote =
  (mark: string): Change =>
  (text) =>
    text.replace(/^/gm, mark);
const forward: Change = (text) =>
  `Please look.\n\n-------- Forwarded Message --------\nSubject: failure\nDate: Fri, 9 Jan 2026 08:00:00 +0000\nFrom: MAILER-DAEMON@mx.example.com\nTo: s@example.com\n\n${text}`;

/** What may happen to a text on its way into a ticket. */
const onTheWay = fc
  .array(
    fc.oneof(
      fc.integer({ min: 50, max: 100 }).map(wrap),
      fc.constantFrom('> ', '>', '>> ').map(quote),
      fc.constant(forward),
    ),
    { maxLength: 3 },
  )
  .map(
    (changes): Change =>
      (text) =>
        changes.reduce((done, change) => change(done), text),
  );

const HEAD = 'From: k@example.com\nTo: s@example.org\nSubject: failure\nMIME-Version: 1.0\n';
const asHtml = (spell: (char: string) => string): Change => {
  return (text) =>
    `${HEAD}Content-Type: text/html; charset=utf-8\n\n<html><body><p>${text.replace(/[&<>"'’]/g, spell).replaceAll('\n', '<br>\n')}</p></body></html>`;
};
const NAMES: Record<string, string> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '’': 'rsquo',
};
const lines76 = (text: string): string => text.replace(/.{76}/g, '$&\n');
const quotedPrintable: Change = (text) =>
  text
    .split('\n')
    .map((line) =>
      [...Buffer.from(line)]
        .map((octet) =>
          octet < 32 || octet > 126 || octet === 61
            ? `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
            : String.fromCharCode(octet),
        )
        .join('')
        .replace(/(?:=[\dA-F]{2}|[^=]){70}/g, '$&=\n'),
    )
    .join('\n');
const mailed = (charset: string, encoding: string, body: string): string =>
  `${HEAD}Content-Type: text/plain; charset=${charset}\nContent-Transfer-Encoding: ${encoding}\n\n${body}`;

/** In what it comes: the text itself, other line ends, a mail in each encoding, HTML with each spelling, JSON. */
const container = fc.constantFrom<(text: string) => string | Uint8Array>(
  (text) => text,
  (text) => text.replaceAll('\n', '\r\n'),
  (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  (text) => Buffer.from(text, 'latin1'),
  (text) => mailed('utf-8', '8bit', text),
  (text) => Buffer.from(mailed('iso-8859-1', '8bit', text), 'latin1'),
  (text) => mailed('utf-8', 'base64', lines76(Buffer.from(text).toString('base64'))),
  (text) => mailed('iso-8859-1', 'base64', lines76(Buffer.from(text, 'latin1').toString('base64'))),
  (text) => mailed('utf-8', 'quoted-printable', quotedPrintable(text)),
  (text) =>
    `${HEAD}Content-Type: multipart/mixed; boundary=o\n\n--o\n\nlook\n\n--o\nContent-Type: message/rfc822\n\n${mailed('utf-8', '8bit', text).replace('k@example.com', 'MAILER-DAEMON@mx.example.com')}\n--o--\n`,
  asHtml((char) => `&${NAMES[char]};`),
  asHtml((char) => `&#${char.charCodeAt(0)};`),
  asHtml((char) => `&#x${char.charCodeAt(0).toString(16)};`),
);

/** Broken in front of a second code it would be two replies. */
const SECOND_CODE = /\s[45]\d\d\s/;

/** Replies of the catalogue’s examples with any address. */
const reply = fc
  .tuple(
    fc.constantFrom(...REPLIES.filter((text) => !SECOND_CODE.test(text))),
    fc.oneof(
      fc.integer({ min: 1, max: 254 }).map((last) => `198.51.100.${last}`),
      fc.integer({ min: 1, max: 65_535 }).map((last) => `2001:db8:7::${last.toString(16)}`),
    ),
  )
  .map(([text, ip]) => text.replaceAll('203.0.113.7', ip));

t.test(
  'however a text is wrapped, quoted, forwarded and encoded, it means the same',
  { skip: KNOWN_ALREADY },
  (t) => {
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(reply, onTheWay, container, (text, change, put) => {
          const said = `host mx1.example.net said: ${text}`;
          const [found, expected] = [meanings(put(change(said))), meanings(said)];
          if (JSON.stringify(found) !== JSON.stringify(expected))
            throw new Error(
              `${JSON.stringify(found)}\nis not\n${JSON.stringify(expected)}\nof\n${put(change(said))}`,
            );
        }),
        cases(3000),
      ),
    );
    t.end();
  },
);
