/** A row with the line that it starts on, from 1. */
export type TableRow = { line: number; cells: string[] };
export type Table = { head: string[]; rows: TableRow[]; delimiter: string };

export const MOST_ROWS = 100_000;
const MOST_CELLS = 200;
const LONGEST_CELL = 100_000;
const DELIMITERS = [',', ';', '\t', '|'];
const QUOTE = '"';

/** A file that is no table, in words for whoever brought it. */
export class BadTable extends Error {
  override name = 'BadTable';
}

/** First octets of what is packed or has sheets of its own. */
const PACKED: [octets: number[], what: string][] = [
  [[0x50, 0x4b], 'a .zip or an .xlsx file; unpack it, or save the sheet as CSV'],
  [[0x1f, 0x8b], 'a .gz file; unpack it first'],
  [[0xd0, 0xcf], 'an old Excel file; save the sheet as CSV'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
];

/** The text of a file: UTF-8, UTF-16 with its mark, else Windows-1252. What is packed is never unpacked here. */
export function textOf(octets: Buffer): string {
  const packed = PACKED.find(([start]) => start.every((octet, index) => octets[index] === octet));
  if (packed) throw new BadTable(`This is ${packed[1]}.`);
  if (octets[0] === 0xff && octets[1] === 0xfe) return new TextDecoder('utf-16le').decode(octets);
  if (octets[0] === 0xfe && octets[1] === 0xff) return new TextDecoder('utf-16be').decode(octets);
  if (octets.includes(0)) throw new BadTable('This is no text: it has NUL characters.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return new TextDecoder('windows-1252').decode(octets);
  }
}

/** What parts the cells: of the usual marks the one that is most frequent in the first line, outside quotes. */
function delimiterOf(text: string): string {
  const first = text.slice(0, 20_000).replace(/"[^"]*"/g, '');
  const line = first.slice(0, Math.max(0, first.search(/[\r\n]|$/)));
  const counts = DELIMITERS.map((mark) => line.split(mark).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}

function closing(text: string, from: number): number {
  for (let at = text.indexOf(QUOTE, from); at !== -1; at = text.indexOf(QUOTE, at + 2))
    if (text[at + 1] !== QUOTE) return at;
  return -1;
}

/** Records of a table (RFC 4180, with any delimiter); empty ones are none. Each octet is looked at once or twice. */
function* records(text: string, delimiter: string): Generator<TableRow> {
  const stop = new RegExp(
    `[${delimiter === '|' || delimiter === '\t' ? `\\${delimiter}` : delimiter}\\r\\n]`,
    'g',
  );
  let at = 0;
  let line = 1;
  let row: TableRow = { line, cells: [] };
  while (at <= text.length) {
    let cell: string;
    if (text[at] === QUOTE) {
      const end = closing(text, at + 1);
      if (end === -1) throw new BadTable(`Line ${line}: a quote is opened and never closed.`);
      const inside = text.slice(at + 1, end);
      line += inside.split(/\r\n|\r|\n/).length - 1;
      cell = inside.replaceAll('""', QUOTE);
      at = end + 1;
    } else cell = '';
    stop.lastIndex = at;
    const end = stop.exec(text)?.index ?? text.length;
    // What follows a closing quote, as some trackers write it, belongs to the cell.
    cell += text.slice(at, end);
    at = end;
    if (cell.length > LONGEST_CELL)
      throw new BadTable(`Line ${row.line}: a cell is longer than ${LONGEST_CELL} characters.`);
    row.cells.push(cell);
    if (row.cells.length > MOST_CELLS)
      throw new BadTable(`Line ${row.line} has more than ${MOST_CELLS} columns.`);
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    if (row.cells.some((one) => one.trim() !== '')) yield row;
    if (at >= text.length) return;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    row = { line, cells: [] };
  }
}

/** A spreadsheet's mark before what would be a formula is none of the value. */
const plain = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r])/, '').trim();

/** The table of a text, its first row as the names of its columns. Throws {@link BadTable}. */
export function readTable(text: string): Table {
  const whole = text.replace(/^\ufeff/, '').replace(/^sep=(.)\r?\n/, '');
  const delimiter = delimiterOf(whole);
  const rows: TableRow[] = [];
  for (const row of records(whole, delimiter)) {
    if (rows.length > MOST_ROWS) throw new BadTable(`More than ${MOST_ROWS} rows. Bring it in parts.`);
    rows.push({ line: row.line, cells: row.cells.map(plain) });
  }
  const head = rows.shift()?.cells ?? [];
  if (head.length === 0) throw new BadTable('The file is empty.');
  if (rows.length === 0) throw new BadTable('There is no row below the names of the columns.');
  return { head: head.map((name, index) => name || `column ${index + 1}`), rows, delimiter };
}
