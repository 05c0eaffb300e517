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
/** A mail is read to this depth of elements. */
const MAX_DEPTH = 100;
/** All `data:` URLs that one mail's HTML may come to, in characters: a picture can be named a thousand times. */
const MAX_PICTURE_CHARACTERS = 16 * 1024 * 1024;
const MAX_SIDE = 2000;

export type Pictures = {
  /** The mail's own, as `data:` URLs by Content-ID. */
  own: Map<string, string>;
  /** Whether those on other servers are asked for: their senders see that, and from where. */
  remote: boolean;
};
const NO_PICTURES: Pictures = { own: new Map(), remote: false };

export type Sanitised = { html: string; remotePictures: number };

function contentIdOf(src: string): string | null {
  if (!/^cid:/i.test(src)) return null;
  try {
    return decodeURIComponent(src.slice(4, 1000));
  } catch {
    return src.slice(4, 1000);
  }
}

const isRemote = (src: string) => /^https?:\/\//i.test(src);

function sides(given: Attributes): Attributes {
  const side = (text: string | undefined) => {
    const pixels = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
    return pixels > 0 ? String(Math.min(pixels, MAX_SIDE)) : undefined;
  };
  const [width, height] = [side(given['width']), side(given['height'])];
  return { ...(width ? { width } : {}), ...(height ? { height } : {}) };
}

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
      a: (_tag, given) => ({ tagName: 'a', attribs: { ...given, ...LINK } }),
      img: picture,
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
  return { html: sanitizeHtml(html, optionsFor(pictures, seen)), remotePictures: seen.remote };
}
