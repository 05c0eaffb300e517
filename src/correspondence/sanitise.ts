import type { Attributes, IOptions, Tag } from 'sanitize-html';

/** What of a mail's HTML is kept; the rest of the marks is taken out and their words stay. */
const TAGS = [
  ...['p', 'br', 'div', 'span', 'b', 'strong', 'i', 'em', 'u', 's', 'a', 'ul', 'ol', 'li', 'blockquote'],
  ...['pre', 'code', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'table', 'thead', 'tbody', 'tfoot', 'tr'],
  ...['td', 'th', 'caption', 'dl', 'dt', 'dd', 'sup', 'sub', 'img'],
];
/** Elements whose content is no words for a reader. */
const NOT_WORDS = [
  ...['style', 'script', 'textarea', 'option', 'noscript', 'svg', 'math', 'title', 'head', 'iframe'],
  ...['object', 'template', 'xmp', 'noembed', 'noframes', 'plaintext', 'select', 'audio', 'video'],
];
const LINK = { rel: 'noopener noreferrer nofollow', target: '_blank' };
/** Tags of one mail that are looked at: what costs nothing in a letter of a few hundred takes minutes at a million. */
const MAX_MARKS = 20_000;
/** A mail is read to this depth of elements. */
const MAX_DEPTH = 100;
/** All `data:` URLs that one mail's HTML may come to, in characters: a picture can be named a thousand times. */
const MAX_PICTURE_CHARACTERS = 16 * 1024 * 1024;
const MAX_SIDE = 2000;
/** A cell over a thousand columns costs a browser as much as a thousand cells. */
const MAX_SPAN = 50;

export type Pictures = {
  /** The mail's own, as `data:` URLs by Content-ID. */
  own: Map<string, string>;
  /** Whether those on other servers are asked for: their senders see that, and from where. */
  remote: boolean;
};
const NO_PICTURES: Pictures = { own: new Map(), remote: false };

export type Sanitised = {
  html: string;
  remotePictures: number;
  /** It has more marks than are looked at: only its beginning is here. */
  isCut: boolean;
};

/** Up to the mark before which there are {@link MAX_MARKS}. */
function beginningOf(html: string): string {
  let at = -1;
  for (let marks = 0; marks <= MAX_MARKS; marks += 1) {
    at = html.indexOf('<', at + 1);
    if (at < 0) return html;
  }
  return html.slice(0, at);
}

function contentIdOf(src: string): string | null {
  if (!/^cid:/i.test(src)) return null;
  try {
    return decodeURIComponent(src.slice(4, 1000));
  } catch {
    return src.slice(4, 1000);
  }
}

/** A link leads out, by its whole address: one within our own pages would be somebody else's choice of what is opened. */
const LEADS_OUT = /^(?:https?:\/\/|mailto:)[^\s\\]/i;

function link(_tag: string, { href = '' }: Attributes): Tag {
  const target = href.trim();
  return LEADS_OUT.test(target)
    ? { tagName: 'a', attribs: { href: target, ...LINK } }
    : { tagName: 'a', attribs: {} };
}

const isRemote = (src: string) => /^https?:\/\//i.test(src);

/** Of some attributes those that are whole numbers, none larger than `most`. */
function numbers(given: Attributes, names: string[], most: number): Attributes {
  const kept: Attributes = {};
  for (const name of names)
    if (/^[1-9]\d{0,4}$/.test(given[name] ?? '')) kept[name] = String(Math.min(Number(given[name]), most));
  return kept;
}

const sides = (given: Attributes) => numbers(given, ['width', 'height'], MAX_SIDE);
const cell = (tagName: string, given: Attributes): Tag => ({
  tagName,
  attribs: numbers(given, ['colspan', 'rowspan'], MAX_SPAN),
});

function optionsFor(pictures: Pictures, seen: { remote: number; characters: number }): IOptions {
  /** The URL that is shown for a picture's own; null: its description stands for it. */
  function shownAt(src: string): string | null {
    const id = contentIdOf(src);
    const own = id === null ? undefined : pictures.own.get(id);
    if (own !== undefined && seen.characters + own.length <= MAX_PICTURE_CHARACTERS) {
      seen.characters += own.length;
      return own;
    }
    if (!isRemote(src)) return null;
    seen.remote += 1;
    return pictures.remote && /^https:/i.test(src) ? src : null;
  }

  function picture(_tag: string, given: Attributes): Tag {
    const src = (given['src'] ?? '').trim();
    const alt = (given['alt'] ?? '').slice(0, 200);
    const url = shownAt(src);
    if (url !== null) return { tagName: 'img', attribs: { src: url, alt, ...sides(given) } };
    // A picture of one point tells only that the mail was opened; nothing stands for it.
    const words = sides(given)['width'] === '1' ? '' : `[picture${alt ? `: ${alt}` : ''}]`;
    return { tagName: 'span', attribs: {}, text: words };
  }

  return {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'rel', 'target'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan'],
      img: ['src', 'alt', 'width', 'height'],
    },
    allowedSchemes: ['http', 'https', 'mailto'],
    allowedSchemesByTag: { img: ['data', 'https'] },
    allowProtocolRelative: false,
    allowedClasses: {},
    nestingLimit: MAX_DEPTH,
    disallowedTagsMode: 'discard',
    nonTextTags: NOT_WORDS,
    transformTags: {
      a: link,
      img: picture,
      td: cell,
      th: cell,
    },
  };
}

/**
 * A mail's HTML without anything that acts, loads or escapes: no script, style, form, svg or math; links only to
 * http, https and mailto, opened without a word on where they were clicked; pictures only the mail's own, and
 * those of other servers when somebody has asked for them.
 */
export async function sanitiseMail(html: string, pictures = NO_PICTURES): Promise<Sanitised> {
  const { default: sanitizeHtml } = await import('sanitize-html');
  const seen = { remote: 0, characters: 0 };
  const taken = beginningOf(html);
  const safe = sanitizeHtml(taken, optionsFor(pictures, seen));
  return { html: safe, remotePictures: seen.remote, isCut: taken.length < html.length };
}
