/** What stands inside a tag: names, texts in quotes, `key="text"`, and one call in brackets. */
export type Name = { is: 'name'; name: string; at: number };
export type Text = { is: 'text'; text: string; at: number };
export type Call = { is: 'call'; name: string; of: Name[]; at: number };
export type Argument = Name | Text | Call;
export type Pair = { key: string; text: string; at: number };
export type Words = { arguments: Argument[]; pairs: Pair[] };

type Piece = { kind: 'name' | 'text' | 'sign'; value: string; at: number };

const PIECE =
  /\s+|(?<name>@?[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)|"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<sign>[()=])/y;

/** Reads the inside of a tag; null when it is reported as not understood. */
export function readWords(
  inside: string,
  from: number,
  report: (at: number, words: string) => void,
): Words | null {
  const pieces: Piece[] = [];
  const piece = new RegExp(PIECE);
  while (piece.lastIndex < inside.length) {
    const at = piece.lastIndex;
    const found = piece.exec(inside)?.groups;
    if (!found) {
      report(from + at, `${quoted(inside.slice(at))} is not understood here.`);
      return null;
    }
    const { name, double, single, sign } = found;
    const text = double ?? single;
    if (name !== undefined) pieces.push({ kind: 'name', value: name, at: from + at });
    else if (text !== undefined) pieces.push({ kind: 'text', value: text, at: from + at });
    else if (sign !== undefined) pieces.push({ kind: 'sign', value: sign, at: from + at });
  }
  return arrange(pieces, report);
}

const quoted = (text: string) => `“${/^\S{0,20}/.exec(text)?.[0] ?? ''}”`;

function arrange(pieces: Piece[], report: (at: number, words: string) => void): Words | null {
  const words: Words = { arguments: [], pairs: [] };
  const is = (index: number, kind: Piece['kind'], value?: string) =>
    pieces[index]?.kind === kind && (value === undefined || pieces[index]?.value === value);
  for (let index = 0; index < pieces.length; ) {
    const { kind, value, at } = pieces[index] as Piece;
    if (kind === 'name' && is(index + 1, 'sign', '=') && is(index + 2, 'text')) {
      words.pairs.push({ key: value, text: pieces[index + 2]?.value ?? '', at });
      index += 3;
    } else if (kind === 'name' || kind === 'text') {
      words.arguments.push(
        kind === 'name' ? { is: 'name', name: value, at } : { is: 'text', text: value, at },
      );
      index++;
    } else if (value === '(' && is(index + 1, 'name')) {
      const of: Name[] = [];
      let end = index + 2;
      for (; is(end, 'name'); end++)
        of.push({ is: 'name', name: pieces[end]?.value ?? '', at: pieces[end]?.at ?? at });
      if (!is(end, 'sign', ')')) {
        report(at, 'The bracket that opens here holds names only and ends with ).');
        return null;
      }
      words.arguments.push({ is: 'call', name: pieces[index + 1]?.value ?? '', of, at });
      index = end + 1;
    } else {
      report(at, `“${value}” is not understood here.`);
      return null;
    }
  }
  return words;
}
