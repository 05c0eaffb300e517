/**
 * Cuts a template's text into tags and what stands between them, in one pass over it. A tag alone on its line
 * takes the line with it, as Handlebars does, whose syntax this is a part of.
 */

export type Sigil = 'open' | 'close' | 'part' | 'output' | 'comment';
export type Token =
  | { is: 'text'; text: string }
  /** `inside` is what stands between the braces and behind the sigil, beginning at the offset `from`. */
  | { is: 'tag'; sigil: Sigil; at: number; inside: string; from: number };

type Report = (at: number, words: string) => void;

const SIGILS: Record<string, Sigil> = { '#': 'open', '/': 'close', '>': 'part' };
/** Sigils of Handlebars that letters do without. */
const REFUSED = /[&^~*]/;

/** The next place where a tag begins or ends. */
function firstBraces(source: string, from: number): RegExpExecArray | null {
  const braces = /\{\{|\}\}/g;
  braces.lastIndex = from;
  return braces.exec(source);
}

const CLOSE = '}}';

function commentAt(source: string, at: number, report: Report): { tag: Token; end: number } {
  const closing = source.startsWith('--', at + 3) ? '--}}' : CLOSE;
  const stop = source.indexOf(closing, at + 3);
  if (stop === -1) report(at, `The comment that begins here is never closed: ${closing} is missing.`);
  return {
    tag: { is: 'tag', sigil: 'comment', at, inside: '', from: at },
    end: stop === -1 ? source.length : stop + closing.length,
  };
}

function tagAt(source: string, at: number, report: Report): { tag: Token | null; end: number } {
  if (source[at + 2] === '!') return commentAt(source, at, report);
  const next = firstBraces(source, at + 2);
  if (!next) {
    report(at, 'The tag that begins here is never closed: }} is missing.');
    return { tag: null, end: source.length };
  }
  const { index: stop } = next;
  if (next[0] !== CLOSE) {
    report(at, 'Inside these braces another {{ begins: close this one with }} first.');
    return { tag: null, end: stop };
  }
  const first = source[at + 2] ?? '';
  if (REFUSED.test(first)) {
    report(at, `{{${first} is not used in letters.`);
    return { tag: null, end: stop + 2 };
  }
  const sigil = SIGILS[first];
  const from = at + (sigil ? 3 : 2);
  return {
    tag: { is: 'tag', sigil: sigil ?? 'output', at, inside: source.slice(from, stop), from },
    end: stop + 2,
  };
}

/** Where runs of braces are longer than two, or stand behind a backslash, Handlebars would do something special. */
function oddBraces(source: string, at: number): string | undefined {
  if (source[at - 1] === '\\') return 'A backslash before {{ has no use in letters; leave it out.';
  if (source.startsWith('{{{', at)) return 'Three or more { are not used in letters; two are enough.';
  return undefined;
}

export function scan(source: string, report: Report): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  const text = (until: number) => {
    if (until > from) tokens.push({ is: 'text', text: source.slice(from, until) });
  };
  for (let found = firstBraces(source, 0); found; found = firstBraces(source, from)) {
    const at = found.index;
    text(at);
    const odd = found[0] === '}}' ? 'A }} stands here without a {{ before it.' : oddBraces(source, at);
    if (odd) {
      report(at, odd);
      from = at;
      while (source[from] === found[0][0]) from++;
    } else {
      const { tag, end } = tagAt(source, at, report);
      if (tag) tokens.push(tag);
      from = Math.min(end, source.length);
      if (source[from] === '}') report(from, 'One } too many: two close a tag.');
    }
  }
  text(source.length);
  return alone(tokens);
}

const isBlank = (text: string) => !/\S/.test(text);

/** Whether nothing but blanks stands between a tag and the beginning of its line. */
function opensLine(tokens: Token[], index: number): boolean {
  const before = tokens[index - 1];
  if (!before) return true;
  if (before.is !== 'text') return false;
  const end = before.text.lastIndexOf('\n');
  return (end !== -1 || index === 1) && isBlank(before.text.slice(end + 1));
}

function closesLine(tokens: Token[], index: number): boolean {
  const after = tokens[index + 1];
  if (!after) return true;
  if (after.is !== 'text') return false;
  const end = after.text.indexOf('\n');
  return end === -1 ? index + 2 === tokens.length && isBlank(after.text) : isBlank(after.text.slice(0, end));
}

const isElse = (token: Token) => token.is === 'tag' && /^\s*else\b/.test(token.inside);

/** Takes the rest of its line from around each tag that stands alone on it. */
function alone(tokens: Token[]): Token[] {
  const cutBefore = new Set<number>();
  const cutAfter = new Set<number>();
  tokens.forEach((token, index) => {
    if (token.is !== 'tag' || (token.sigil === 'output' && !isElse(token))) return;
    if (!opensLine(tokens, index) || !closesLine(tokens, index)) return;
    // A part keeps its indentation, for its first line.
    if (token.sigil !== 'part') cutBefore.add(index - 1);
    cutAfter.add(index + 1);
  });
  return tokens.map((token, index) => {
    if (token.is !== 'text') return token;
    let { text } = token;
    if (cutAfter.has(index)) text = text.replace(/^[ \t]*\n?/, '');
    if (cutBefore.has(index)) text = withoutIndent(text);
    return { is: 'text', text };
  });
}

/** Blanks at the end: by hand, because a pattern for them would try every run of blanks of the text. */
function withoutIndent(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return text.slice(0, end);
}
