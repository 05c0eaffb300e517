const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  rsquo: '’',
  lsquo: '‘',
  ndash: '–',
  mdash: '—',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
};

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith('#')) return NAMED[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 31 && code < 0x110000 && !(code >= 0xd800 && code < 0xe000)
    ? String.fromCodePoint(code)
    : ' ';
}

/** Character references of HTML; unknown ones stay. */
export const decodeEntities = (text: string): string =>
  text.includes('&') ? text.replace(/&(#?\w{1,10});/g, decodeEntity) : text;

/** A tag, quoted or not; bounded, since a stray `<` is common in mail. */
const TAG = /<(?:\/?[a-z][a-z0-9]{0,15}(?:\s[^<>]{0,1000})?\/?|!--[^<>]{0,2000}--|![a-z][^<>]{0,300})>/gi;
const BREAKS = /^<\/?(?:p|br|div|tr|table|li|ul|ol|hr|h[1-6]|pre|blockquote|body|html|head|title|td)\b/i;

/** Whether a text is HTML rather than prose with a stray angle bracket. */
export const looksLikeHtml = (text: string): boolean =>
  /<\/?(?:p|br|div|td|span|html|body|b|font|pre|table|a)(?:\s[^<>]{0,300})?\/?>/i.test(text);

/** HTML as plain text: breaks where blocks end, no tags, references decoded. `\n` inside stays countable. */
export function htmlToText(html: string): string {
  const shown = html.replace(/<(style|script)\b[^>]{0,300}>[^<]{0,100000}<\/\1>/gi, (block) =>
    block.replace(/[^\n]/g, ''),
  );
  const text = shown.replace(TAG, (tag) => {
    const lines = tag.replace(/[^\n]/g, '');
    return BREAKS.test(tag) ? `\u0001${lines}` : lines.replace(/\n/g, ' \n');
  });
  return decodeEntities(text);
}
