import PdfDocument from 'pdfkit';
import { FACES, type Face, fontFile } from './fonts.ts';
import { inVisualOrder } from './rtl.ts';

export const PAPERS = ['a4', 'letter'] as const;
export type Paper = (typeof PAPERS)[number];

const MARGIN = { top: 56, bottom: 64, left: 56, right: 56 };
const SIZE = 9.5;
const INK = '#1c2227';
const SOFT = '#5b6670';
const RULE = '#d3d8dc';

export type Style = { face?: Face; size?: number; color?: string; lineGap?: number };
type Doc = PDFKit.PDFDocument;
/** As the PDF standard names parts of a text (ISO 32000 § 14.8.4). */
type Tag = 'H1' | 'H2' | 'H3' | 'P' | 'BlockQuote' | 'Table' | 'TR' | 'TH' | 'TD';
/** Something that holds parts: the document, a table, a row. */
export type Holder = PDFKit.PDFStructureElement;

/** Where a word may be broken though it has no end: a writer that has to find the place itself takes minutes. */
const BREAK = '\u200b';
/** A sign is about this part of its height wide. */
const SIGN_WIDTH = 0.55;

/** Words that do not fit on a line can be broken. */
function breakable(text: string, width: number, size: number): string {
  const fit = Math.max(8, Math.floor(width / (size * SIGN_WIDTH)));
  return text.replace(new RegExp(`[^\\s-]{${fit}}(?=[^\\s-])`, 'gu'), `$&${BREAK}`);
}

/** What the font has no sign for; a box stands in its place. */
const MISSING = '\u25a1';

/** Sheets of paper that are written from the top: text in parts that a reader aloud can tell apart. */
export class Sheets {
  readonly doc: Doc;
  readonly left = MARGIN.left;
  readonly width: number;
  /** How many signs no font here has. */
  missing = 0;
  #root: Holder;
  #hasSign = new Map<Face, (point: number) => boolean>();

  constructor(title: string, paper: Paper) {
    this.doc = new PdfDocument({
      size: paper === 'letter' ? 'LETTER' : 'A4',
      margins: MARGIN,
      bufferPages: true,
      pdfVersion: '1.7',
      subset: 'PDF/UA' as never, // Its types do not know it yet.
      tagged: true,
      displayTitle: true,
      lang: 'en',
      info: { Title: title, Creator: 'Delist Desk' },
      font: null as never,
    });
    for (const face of FACES) this.doc.registerFont(face, fontFile(face));
    this.width = this.doc.page.width - MARGIN.left - MARGIN.right;
    this.#root = this.doc.struct('Document');
    this.doc.addStructure(this.#root);
  }

  get root(): Holder {
    return this.#root;
  }

  /** How much room the page has below. */
  get room(): number {
    return this.doc.page.height - MARGIN.bottom - this.doc.y;
  }

  space(height: number): void {
    if (this.doc.y > MARGIN.top) this.doc.y += height;
  }

  /** Begins a page unless there is so much room, and says whether it did. */
  need(height: number): boolean {
    if (this.room >= height || this.doc.y <= MARGIN.top) return false;
    this.doc.addPage();
    return true;
  }

  #set({ face = 'text', size = SIZE, color = INK }: Style): void {
    this.doc.font(face).fontSize(size).fillColor(color);
  }

  /** As it can be set on lines of that width: in visual order, with a box for a sign that the font has not. */
  #settable(text: string, { face = 'text', size = SIZE }: Style, width = this.width): string {
    let has = this.#hasSign.get(face);
    if (!has) {
      this.doc.font(face);
      const { font } = (
        this.doc as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } }
      )._font;
      has = (point) => font.hasGlyphForCodePoint(point);
      this.#hasSign.set(face, has);
    }
    const known = has;
    const shown = inVisualOrder(text.replace(/\t/g, '    ')).replace(/[^\x20-\x7e\n]/gu, (sign) => {
      if (/\p{C}/u.test(sign)) return '';
      if (known(sign.codePointAt(0) ?? 0)) return sign;
      if (/\p{M}/u.test(sign)) return '';
      this.missing += 1;
      return MISSING;
    });
    return breakable(shown, width, size);
  }

  heightOf(text: string, width: number, style: Style): number {
    this.#set(style);
    return this.doc.heightOfString(this.#settable(text, style, width) || ' ', {
      width,
      lineGap: style.lineGap ?? 1.5,
    });
  }

  /** A text as one part, over as many pages as it takes. */
  text(tag: Tag, text: string, style: Style, { parent = this.#root, indent = 0 } = {}): void {
    const settable = this.#settable(text, style, this.width - indent);
    parent.add(
      this.doc.struct(tag, {}, () => {
        this.#set(style);
        this.doc.text(settable, this.left + indent, undefined, {
          width: this.width - indent,
          lineGap: style.lineGap ?? 1.5,
        });
      }),
    );
  }

  /** A text at a place of the page that stands; where the page ends it is cut. */
  textAt(
    parent: Holder,
    tag: Tag,
    text: string,
    at: { x: number; y: number; width: number },
    style: Style,
  ): void {
    const settable = this.#settable(text, style, at.width);
    parent.add(
      this.doc.struct(tag, {}, () => {
        this.#set(style);
        this.doc.text(settable, at.x, at.y, {
          width: at.width,
          lineGap: style.lineGap ?? 1.5,
          height: this.doc.page.height - MARGIN.bottom - at.y,
        });
      }),
    );
  }

  /** A part that holds parts. */
  holder(tag: Tag, parent: Holder = this.#root): Holder {
    const holder = this.doc.struct(tag);
    parent.add(holder);
    return holder;
  }

  /** A line for the eye alone. */
  rule(color = RULE): void {
    const { doc } = this;
    doc.markContent('Artifact', { type: 'Layout' });
    doc
      .moveTo(this.left, doc.y)
      .lineTo(this.left + this.width, doc.y)
      .lineWidth(0.5)
      .strokeColor(color)
      .stroke();
    doc.endMarkedContent();
  }

  /** Names the whole and numbers the pages; then the file ends. */
  end(name: string): void {
    const { doc } = this;
    const { count } = doc.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      doc.switchToPage(page);
      doc.markContent('Artifact', { type: 'Pagination' });
      // Below the margin: a text there would begin a page otherwise.
      doc.page.margins.bottom = 0;
      const y = doc.page.height - 40;
      this.#set({ size: 7.5, color: SOFT });
      doc.text(this.#settable(name, {}), this.left, y, {
        width: this.width - 90,
        // A line: only what is higher than its place ends in an ellipsis.
        height: 9,
        ellipsis: true,
      });
      doc.text(`${page + 1} of ${count}`, this.left, y, {
        width: this.width,
        align: 'right',
        lineBreak: false,
      });
      doc.page.margins.bottom = MARGIN.bottom;
      doc.endMarkedContent();
    }
    doc.end();
  }
}

export const SOFT_INK = SOFT;
