import { buffer } from 'node:stream/consumers';
import { setImmediate as breath } from 'node:timers/promises';
import type { Block } from './blocks.ts';
import { type Holder, type Paper, Sheets, SOFT_INK, type Style } from './paper.ts';

/** More than this, in characters of all texts together, is not put on paper. */
const MOST_CHARACTERS = 1_500_000;

const CELL: Style = { size: 8.5, lineGap: 1 };
const CELL_CODE: Style = { ...CELL, face: 'code', size: 7.5 };
const CELL_HEAD: Style = { ...CELL, face: 'bold', color: SOFT_INK };
const GAP = 8;
/** What is longer stands in the archive; a row has to fit on a page. */
const MOST_IN_CELL = 1500;

type Table = Extract<Block, { kind: 'table' }>;

function placesOf(sheets: Sheets, { columns }: Table) {
  const room = sheets.width - GAP * (columns.length - 1);
  let x = sheets.left;
  return columns.map((column) => {
    const place = { x, width: column.share * room };
    x += place.width + GAP;
    return place;
  });
}

function tableRow(sheets: Sheets, table: Table, holder: Holder, cells: string[], tag: 'TH' | 'TD'): void {
  const styles = table.columns.map(({ isCode }) => (tag === 'TH' ? CELL_HEAD : isCode ? CELL_CODE : CELL));
  const places = placesOf(sheets, table);
  const texts = table.columns.map((_column, index) => {
    const text = cells[index] ?? '';
    return text.length > MOST_IN_CELL ? `${text.slice(0, MOST_IN_CELL)} …` : text;
  });
  const height = Math.max(
    ...texts.map((text, index) => sheets.heightOf(text, places[index]?.width ?? 0, styles[index] ?? CELL)),
  );
  const isNewPage = sheets.need(height + 8);
  if (isNewPage && tag === 'TD') tableHead(sheets, table, holder);
  const { y } = sheets.doc;
  const row = sheets.holder('TR', holder);
  for (const [index, text] of texts.entries())
    sheets.textAt(
      row,
      tag,
      text,
      { ...(places[index] ?? { x: 0, width: 0 }), y: y + 3 },
      styles[index] ?? CELL,
    );
  row.end();
  sheets.doc.y = Math.min(y + height + 5, sheets.doc.page.height - 64);
  sheets.rule();
}

/** Stands again on each page that the table reaches. */
function tableHead(sheets: Sheets, table: Table, holder: Holder): void {
  const titles = table.columns.map(({ title }) => title);
  tableRow(sheets, table, holder, titles, 'TH');
}

async function writeTable(sheets: Sheets, table: Table): Promise<void> {
  sheets.space(4);
  sheets.need(60);
  const holder = sheets.holder('Table');
  tableHead(sheets, table, holder);
  for (const [index, cells] of table.rows.entries()) {
    tableRow(sheets, table, holder, cells, 'TD');
    if (index % 50 === 49) await breath();
  }
  holder.end();
  sheets.space(8);
}

const FACT_COLUMNS = [
  { title: '', share: 0.24 },
  { title: '', share: 0.76 },
];

/** Label and value side by side, without lines. */
function writeFacts(sheets: Sheets, rows: [string, string][]): void {
  const table: Table = { kind: 'table', columns: FACT_COLUMNS, rows };
  const [label, value] = placesOf(sheets, table);
  if (!label || !value || rows.length === 0) return;
  const holder = sheets.holder('Table');
  for (const [name, whole] of rows) {
    const words = whole.length > MOST_IN_CELL ? `${whole.slice(0, MOST_IN_CELL)} …` : whole;
    const height = Math.max(
      sheets.heightOf(name, label.width, CELL),
      sheets.heightOf(words, value.width, CELL),
    );
    sheets.need(height + 2);
    const { y } = sheets.doc;
    const row = sheets.holder('TR', holder);
    sheets.textAt(row, 'TH', name, { ...label, y }, { ...CELL, color: SOFT_INK });
    sheets.textAt(row, 'TD', words, { ...value, y }, CELL);
    row.end();
    sheets.doc.y = y + height + 1;
  }
  holder.end();
  sheets.space(6);
}

async function writeBlock(sheets: Sheets, block: Block): Promise<void> {
  switch (block.kind) {
    case 'title':
      sheets.text('H1', block.text, { face: 'bold', size: 17, lineGap: 2 });
      for (const line of block.below) sheets.text('P', line, { color: SOFT_INK, size: 9 });
      sheets.space(10);
      return;
    case 'heading':
      sheets.space(block.level === 1 ? 16 : 10);
      // A heading does not stand alone at the foot of a page.
      sheets.need(block.level === 1 ? 90 : 70);
      sheets.text(block.level === 1 ? 'H2' : 'H3', block.text, {
        face: 'bold',
        size: block.level === 1 ? 13 : 10.5,
      });
      sheets.space(4);
      return;
    case 'paragraph':
      sheets.text('P', block.text, block.isNote ? { color: SOFT_INK, size: 8.5 } : {});
      sheets.space(4);
      return;
    case 'verbatim':
      sheets.text('BlockQuote', block.text.trimEnd() || ' ', block.isCode ? { face: 'code', size: 8 } : {}, {
        indent: 10,
      });
      sheets.space(8);
      return;
    case 'facts':
      writeFacts(sheets, block.rows);
      return;
    case 'table':
      await writeTable(sheets, block);
  }
}

const note = (text: string): Block => ({ kind: 'paragraph', text, isNote: true });

const lengthOf = (block: Block): number => {
  if (block.kind === 'table' || block.kind === 'facts')
    return block.rows.reduce((sum, row) => sum + row.reduce((all, cell) => all + cell.length, 0), 0);
  return block.text.length;
};

/**
 * The blocks as a PDF: tagged (ISO 14289), searchable, with its fonts. Others are served while it is written; it is
 * whole before the first octet is given away, so that an error is no half file.
 */
export async function writePdf(title: string, blocks: Block[], paper: Paper): Promise<Buffer> {
  const sheets = new Sheets(title, paper);
  const whole = buffer(sheets.doc);
  let left = MOST_CHARACTERS;
  for (const block of blocks) {
    left -= lengthOf(block);
    if (left < 0) {
      await writeBlock(sheets, note('The rest stands in the archive.'));
      break;
    }
    await writeBlock(sheets, block);
    await breath();
  }
  if (sheets.missing > 0)
    await writeBlock(
      sheets,
      note(
        `${sheets.missing} signs are of scripts that these fonts do not have and show as boxes; the sources in the archive hold them.`,
      ),
    );
  sheets.root.end();
  sheets.end(title);
  return whole;
}
