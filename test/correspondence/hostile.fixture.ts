import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { foldQuotes } from '../../src/correspondence/fold-quotes.ts';
import { readMail } from '../../src/correspondence/mail.ts';
import { ownPictures } from '../../src/correspondence/own-pictures.ts';
import { sanitiseMail } from '../../src/correspondence/sanitise.ts';
import { chooser, seeded } from '../seeded.ts';

const here = (path: string) => new URL(path, import.meta.url);

/** Attacks by markup, a file a technique. Whatever of them is asked for is asked of `canary.example`. */
export const VECTORS: { technique: string; name: string; html: string }[] = globSync('hostile/*.json', {
  cwd: here('.'),
})
  .sort()
  .flatMap((file) =>
    (JSON.parse(readFileSync(here(file), 'utf8')) as { name: string; html: string }[]).map((one) => ({
      ...one,
      technique: file.replace(/^.*\/|\.json$/g, ''),
    })),
  );

const CORPUS = `${process.env['CORPUS_DIR'] ?? '../shared/corpus'}/emails`;
/** Other people's mails, where there are some. */
export const REAL_MAILS = globSync(`${CORPUS}/*`)
  .sort()
  .map((file) => readFileSync(file));
const OUR_MAILS = globSync('../fixtures/mails/**/*.eml', { cwd: here('.') })
  .sort()
  .map((file) => readFileSync(here(file)));

const ATTRIBUTES: Record<string, RegExp> = {
  href: /^(?:https?:\/\/|mailto:)/i,
  rel: /^noopener noreferrer nofollow$/,
  target: /^_blank$/,
  colspan: /^\d\d?$/,
  rowspan: /^\d\d?$/,
  src: /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]*={0,2}$/,
  alt: /^/,
  width: /^\d{1,4}$/,
  height: /^\d{1,4}$/,
};
const OF: Record<string, string[]> = {
  a: ['href', 'rel', 'target'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan'],
  img: ['src', 'alt', 'width', 'height'],
};
const PLAIN =
  'p br div span b strong i em u s a ul ol li blockquote pre code h1 h2 h3 h4 h5 h6 hr table thead tbody tfoot tr td th caption dl dt dd sup sub img'.split(
    ' ',
  );
const PIECE = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)(?: \/)?>|[^<>]+/y;
const ATTRIBUTE = / ([a-z]+)="([^"]*)"/g;

/**
 * What is wrong with sanitised HTML. It is read as what it must be, tags of a few kinds with attributes in double
 * quotes and text without a bare sign: no parser, however it mends broken markup, can read such HTML in two ways.
 */
export function wrongIn(html: string, src = ATTRIBUTES['src'] as RegExp): string[] {
  const wrong: string[] = [];
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < html.length) {
    const at = PIECE.lastIndex;
    const found = PIECE.exec(html);
    if (!found) return [...wrong, `no tag and no text: ${html.slice(at, at + 80)}`];
    const [piece, end, name, attributes = ''] = found;
    if (/&(?!(?:amp|lt|gt|quot);)/.test(piece)) wrong.push(`bare ampersand: ${piece.slice(0, 80)}`);
    if (name === undefined) continue;
    if (!PLAIN.includes(name)) wrong.push(`element ${name}`);
    if (end && attributes) wrong.push(`end tag with attributes: ${piece}`);
    for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      const fits = key === 'src' ? src : ATTRIBUTES[key];
      if (!OF[name]?.includes(key) || !fits?.test(value))
        wrong.push(`${name} ${key}="${value.slice(0, 80)}"`);
    }
  }
  return wrong;
}

const ANY_SRC = /^(?:data:image\/(?:png|jpeg|gif|webp);base64,|https:\/\/)/i;

/** All that reading and showing a mail does without a database: its HTML as it is shown, and what of all that is wrong. */
export async function showHostile(raw: Buffer): Promise<{ html: string; shown: string; wrong: string[] }> {
  const mail = await readMail(raw);
  const wrong: string[] = [];
  const texts = foldQuotes(mail.text).map(({ text }) => text);
  if (texts.join('') !== mail.text) wrong.push('words are lost in folding');
  if (/[\r\n]/.test(mail.subject + mail.from + mail.to)) wrong.push('a header field of several lines');
  if (mail.attachments.length > 100 || mail.text.length > 1_000_000) wrong.push('more than is taken');
  const own = ownPictures(mail.attachments.filter(({ contentId }) => contentId !== ''));
  // A text is no HTML; read as such it is one more attack.
  const html = mail.html ?? mail.text;
  const shown = (await sanitiseMail(html, { own, remote: false })).html;
  wrong.push(...wrongIn(shown));
  wrong.push(...wrongIn((await sanitiseMail(html, { own, remote: true })).html, ANY_SRC));
  return { html, shown, wrong };
}

export const wrongWith = async (raw: Buffer) => (await showHostile(raw)).wrong;

const NAMES =
  'p b a img svg math style script table td select option template noscript title textarea form iframe xmp mtext mglyph details video object'.split(
    ' ',
  );
const scrap = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...VECTORS.map(({ html }) => html)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('<', '</', '<!--', '<!', '<?', '<\0'),
        fc.constantFrom(...NAMES),
        fc.constantFrom('>', ' ', '/', ' title="', " onload='", ' style=x>', '-->', ''),
      )
      .map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"', "'", '`', '>', '-->', ']]>', '&lt;', '&#60;', '\0', '\u2028', '{{x}}'),
  },
);
/** Markup of scraps of attacks, in any order and broken anywhere. */
export const tagSoup = fc
  .tuple(fc.array(scrap, { minLength: 1, maxLength: 12 }), fc.nat(40), fc.nat(40))
  .map(([scraps, cut, from]) => {
    const html = scraps.join('');
    return html.slice(from % Math.max(html.length, 1), html.length - (cut % 5));
  });

const CHARSETS = [
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'utf-7',
  'utf-16',
  'utf-16le',
  'iso-2022-jp',
  'gb18030',
  'x-none',
  '"><script>',
  '',
];
const HEADERS = [
  'Subject: =?utf-8?B?PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==?=',
  'Subject: =?utf-8?Q?a=0D=0ABcc:_b@canary.example?=',
  'Subject: =?utf-7?Q?+ADw-script+AD4-?= =?x?Z?broken?= =?',
  'From: "<script>alert(1)</script>" <a@example.com>, =?utf-8?Q?b=00c?= <>,,,;:<<<>>',
  'Message-ID: <a\r\n b@c>\r\nMessage-ID: <again@c>',
  'Content-Type: text/html; charset=utf-8; boundary=x; boundary="y',
  'Content-Type: multipart/mixed; boundary=""',
  'Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: quoted-printable',
  'Content-Transfer-Encoding: x-uuencode',
  'Content-Disposition: attachment; filename="../../x\r\n\t.html"; filename*0*=utf-8\'\'%E2%80%AEgpj; filename*1=.exe',
  'Content-ID: <"><script>alert(1)</script>>',
  'Date: Thu, 99 Foo 99999999999 99:99:99 +9999',
  'X-Delist-Desk-Role: admin',
  `References: ${'<a@b> '.repeat(400)}`,
  `To: ${'a@b, '.repeat(300)}`,
  ': no name\r\nno colon\r\n folded first',
];
const ENDS = ['\r\n', '\n', '\r'];

export type Hostile = { next: () => Buffer };

/** Hostile mails without end: attacks in parts of every make, and real mails with something broken in them. The same for the same seed. */
export function hostileMails(seed: number): Hostile {
  const { one, upTo, between, chance } = chooser(seeded(seed));
  const reals = [...REAL_MAILS, ...OUR_MAILS];
  const soups = fc.sample(tagSoup, { seed, numRuns: 500 });

  const vector = () => (chance(0.4) ? one(soups) : one(VECTORS).html);

  function broken(octets: Buffer): Buffer {
    const copy = Buffer.from(octets);
    const at = () => upTo(Math.max(copy.length - 1, 0));
    for (let turn = upTo(6); turn > 0 && copy.length > 0; turn -= 1) {
      const place = at();
      const kind = upTo(4);
      if (kind === 0) copy[place] = upTo(255);
      else if (kind === 1) copy.copyWithin(place, at(), at());
      else if (kind === 2) copy.fill(upTo(255), place, Math.min(place + upTo(30), copy.length));
      else if (kind === 3)
        copy.write(one(['<', '>', '"', '\0', '--', '\r\n\r\n', '=3C', '<script>']), place, 'latin1');
      else copy.write(vector(), place, 'utf8');
    }
    return chance(0.2) ? copy.subarray(0, at()) : copy;
  }

  function encoded(text: string): { octets: Buffer; encoding: string } {
    const octets = Buffer.from(text, one(['utf8', 'utf8', 'latin1', 'utf16le']));
    switch (upTo(3)) {
      case 0:
        return {
          octets: Buffer.from(octets.toString('base64').replace(/.{76}/g, '$&\r\n')),
          encoding: 'base64',
        };
      case 1: {
        const quoted = [...octets].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`);
        return { octets: Buffer.from(quoted.join('')), encoding: 'quoted-printable' };
      }
      default:
        return { octets, encoding: one(['7bit', '8bit', 'binary', 'base64', 'quoted-printable', 'x']) };
    }
  }

  function part(end: string, depth: number): Buffer {
    if (depth > 0 && chance(0.4)) {
      const boundary = one(['b', 'b0', 'a b', `x${upTo(9)}`]);
      const kind = one(['mixed', 'alternative', 'related', 'report', 'digest', 'x']);
      const head = `Content-Type: multipart/${kind}; boundary="${boundary}"${end}${end}`;
      const parts = Array.from({ length: between(1, 4) }, () => [
        Buffer.from(`${end}--${boundary}${end}`),
        part(end, depth - 1),
      ]).flat();
      return Buffer.concat([
        Buffer.from(head),
        ...parts,
        Buffer.from(chance(0.7) ? `${end}--${boundary}--${end}` : ''),
      ]);
    }
    const { octets, encoding } = encoded(
      Array.from({ length: between(1, 4) }, vector).join(one(['', ' ', '<p>', '\n\n> ', '\n-- \n'])),
    );
    const type = one([
      'text/html',
      'text/html',
      'text/html',
      'text/html',
      'text/html',
      'text/html',
      'text/plain',
      'message/rfc822',
      'image/svg+xml',
      'image/png',
      'text/calendar',
      'x',
    ]);
    const head = [
      `Content-Type: ${type}; charset=${one(CHARSETS)}`,
      `Content-Transfer-Encoding: ${encoding}`,
      ...(chance(0.2) ? [`Content-ID: <${one(['nobody@example.com', 'a', '"><b>'])}>`] : []),
      ...(chance(0.2) ? [one(HEADERS)] : []),
    ];
    return Buffer.concat([Buffer.from(head.join(end) + end + end), octets]);
  }

  function made(): Buffer {
    const end = one(ENDS);
    const head = ['From: Desk <desk@example.com>', 'Subject: Your case SRX1234567890ID', 'MIME-Version: 1.0'];
    for (let turn = upTo(3); turn > 0; turn -= 1) head.splice(upTo(head.length), 0, one(HEADERS));
    return Buffer.concat([Buffer.from(head.join(end) + end), part(end, 4)]);
  }

  return {
    next() {
      if (reals.length > 0 && chance(0.3)) return broken(one(reals));
      const mail = made();
      return chance(0.4) ? broken(mail) : mail;
    },
  };
}
