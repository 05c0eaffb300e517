/** One record, with the line that it starts on, from 1. */
export type CsvRow = { line: number; cells: string[] };

export class BadCsv extends Error {
  override name = 'BadCsv';
}

/** No report has more columns, nor longer cells. */
const MOST_CELLS = 100;
const LONGEST_CELL = 10_000;

const QUOTE = '"';

/** Where a quoted cell ends: at the first quote that is not doubled. */
function closing(text: string, from: number): number {
  for (let at = text.indexOf(QUOTE, from); at !== -1; at = text.indexOf(QUOTE, at + 2))
    if (text[at + 1] !== QUOTE) return at;
  return -1;
}

/**
 * Records of a comma-separated text (RFC 4180): quoted cells may hold commas, quotes and line ends; CRLF, LF
 * or CR ends a record; empty lines are none. Read here and not by a package, because a mistake in a report has
 * to be named by its line. Throws {@link BadCsv}.
 */
export function* csvRows(text: string): Generator<CsvRow> {
  const stop = /[,\r\n]/g;
  let at = 0;
  let line = 1;
  let row: CsvRow = { line, cells: [] };
  const whole = () => row.cells.length > 1 || row.cells[0]?.trim() !== '';
  while (at < text.length) {
    let cell: string;
    if (text[at] === QUOTE) {
      const end = closing(text, at + 1);
      if (end === -1) throw new BadCsv(`Line ${line}: a quote is opened and never closed.`);
      const inside = text.slice(at + 1, end);
      cell = inside.replaceAll('""', QUOTE);
      at = end + 1;
      if (at < text.length && !/[,\r\n]/.test(text[at] ?? ''))
        throw new BadCsv(
          `Line ${line}: after the closing quote of column ${row.cells.length + 1} stands more text.`,
        );
      line += inside.split(/\r\n|\r|\n/).length - 1;
    } else {
      stop.lastIndex = at;
      const end = stop.exec(text)?.index ?? text.length;
      cell = text.slice(at, end);
      at = end;
    }
    row.cells.push(cell);
    if (row.cells.length > MOST_CELLS)
      throw new BadCsv(`Line ${row.line} has more than ${MOST_CELLS} columns.`);
    if (cell.length > LONGEST_CELL)
      throw new BadCsv(
        `Line ${row.line}, column ${row.cells.length}: longer than ${LONGEST_CELL} characters.`,
      );
    if (text[at] === ',') {
      at += 1;
      // A comma at the very end still opens a cell.
      if (at === text.length) row.cells.push('');
      continue;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    line += 1;
    if (whole()) yield row;
    row = { line, cells: [] };
  }
  if (row.cells.length > 0 && whole()) yield row;
}
