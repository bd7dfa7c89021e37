import type { Content, ContentText, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js';
import { PALETTES } from '../../shared/figures/palettes.ts';
import type { Verdict } from '../../shared/model/analysis.ts';
import type { Field } from '../../shared/model/report-query.ts';
import type { FontFamily, ShowableText } from './fonts.ts';

/*
 * Parts of the PDF that several sections use. All tables have columns of fixed width: pdfmake breaks a word that is longer
 * than a fixed column wherever the column ends, while a flexible column would grow beyond the page.
 */

export const PAPER = PALETTES.paper;
/** A4 with margins of 40 pt; widths in points. */
export const PAGE_MARGINS: [number, number, number, number] = [40, 42, 40, 50];
export const CONTENT_WIDTH = 515;
const CELL_PADDING = 4;

export type Texts = Readonly<Record<FontFamily, ShowableText>>;

/** Widths of columns that fill the page together with their padding; the last takes what is left. */
export function columnWidths(...fixed: readonly number[]): number[] {
  const columns = fixed.length + 1;
  const used = fixed.reduce((sum, width) => sum + width, 0);
  return [...fixed, CONTENT_WIDTH - used - columns * 2 * CELL_PADDING];
}

/** Rows set apart by thin rules, a stronger one below the header. */
const RULED: CustomTableLayout = {
  hLineWidth: (row, node) =>
    row === 0 || row === node.table.body.length ? 0 : row === (node.table.headerRows ?? 0) ? 0.8 : 0.4,
  vLineWidth: () => 0,
  hLineColor: (row, node) => (row === (node.table.headerRows ?? 0) ? PAPER.faint : PAPER.grid),
  paddingLeft: () => CELL_PADDING,
  paddingRight: () => CELL_PADDING,
  paddingTop: () => 3,
  paddingBottom: () => 3,
};

/** No rules, little padding: labels with values. */
export const PLAIN: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  paddingLeft: () => CELL_PADDING,
  paddingRight: () => CELL_PADDING,
  paddingTop: () => 1.5,
  paddingBottom: () => 1.5,
};

const BOX: CustomTableLayout = {
  hLineWidth: () => 0.5,
  vLineWidth: () => 0.5,
  hLineColor: () => PAPER.grid,
  vLineColor: () => PAPER.grid,
  paddingLeft: () => 7,
  paddingRight: () => 7,
  paddingTop: () => 5,
  paddingBottom: () => 5,
};

/**
 * A piece of the document. pdfmake cannot keep a heading with the table or figure after it, so every piece tells how much
 * room its beginning takes (a figure all of itself, a table its header and first row), and headings ask for that much.
 */
export interface Block {
  readonly content: Content;
  /** In points, rather too much than too little. */
  readonly startHeight: number;
}

/** A heading begins a new page unless it, and the beginning of what it is about, fits on this one. */
export function heading(content: ContentText, ownHeight: number, next: readonly Block[]): Block {
  const startHeight = ownHeight + next.reduce((sum, block) => sum + block.startHeight, 0);
  // pdfmake hands this number to pageBreakBefore and has no use of its own for it: here it is the room asked for, in points.
  return { content: { ...content, headlineLevel: Math.ceil(startHeight) }, startHeight };
}

/**
 * A section with its heading, which is listed in the outline; nothing at all when it has no blocks. The heading stays with
 * the beginning of the first `together` blocks.
 */
export function section(words: string, blocks: readonly Block[], together = 1): readonly Block[] {
  if (blocks.length === 0) return [];
  return [heading({ text: words, style: 'heading', outline: true }, 40, blocks.slice(0, together)), ...blocks];
}

/** Text that may go on to the next page after its second line. */
export function paragraph(texts: Texts, words: string, style: string, margin: [number, number, number, number]): Block {
  const text = texts.Inter(words);
  return {
    content: { text, style, margin },
    startHeight: Math.min(2, lineCount(text, CONTENT_WIDTH)) * LINE_HEIGHT + 4,
  };
}

/** Of the text sizes in use, the largest and its widest letters on average: estimates err towards more room. */
const LINE_HEIGHT = 13;
const LETTER_WIDTH = 5.2;

function lineCount(text: string, width: number): number {
  const perLine = Math.max(1, Math.floor(width / LETTER_WIDTH));
  return text.split('\n').reduce((lines, line) => lines + Math.max(1, Math.ceil(line.length / perLine)), 0);
}

/** Height of a table's row. */
function rowHeight(cells: readonly TableCell[], widths: readonly number[]): number {
  const lines = cells.map((cell, index) => cellLines(cell, widths[index] ?? CONTENT_WIDTH));
  return Math.max(1, ...lines) * LINE_HEIGHT + 8;
}

function cellLines(cell: unknown, width: number): number {
  if (typeof cell === 'string') return lineCount(cell, width);
  if (Array.isArray(cell)) return cell.reduce((sum: number, part) => sum + cellLines(part, width), 0);
  if (typeof cell !== 'object' || cell === null) return 0;
  return ('text' in cell ? cellLines(cell.text, width) : 0) + ('stack' in cell ? cellLines(cell.stack, width) : 0);
}

export function sans(texts: Texts, text: string, style = 'body'): TableCell {
  return { text: texts.Inter(text), style };
}

export function mono(texts: Texts, text: string, style = 'mono'): TableCell {
  return { text: texts.JetBrainsMono(text), style };
}

/** Code or a command in a box, with its indents. */
export function codeBox(texts: Texts, code: string): Block {
  const text = texts.JetBrainsMono(code);
  const lines = lineCount(text, CONTENT_WIDTH - 15);
  const isShort = lines <= MAX_CODE_LINES_KEPT_WHOLE;
  const content: Content = {
    table: {
      dontBreakRows: isShort,
      widths: [CONTENT_WIDTH - 14 - 1],
      body: [[{ text, style: 'mono', preserveLeadingSpaces: true, fillColor: '#f6f7f9' }]],
    },
    layout: BOX,
    margin: [0, 2, 0, 4],
  };
  return { content, startHeight: (isShort ? lines : 6) * CODE_LINE_HEIGHT + 16 };
}

/** Code that is copied by hand is best seen at once; longer code may go on on the next page. */
const MAX_CODE_LINES_KEPT_WHOLE = 20;
const CODE_LINE_HEIGHT = 12;

/** Labels with values, one pair a row. */
export function fieldTable(texts: Texts, fields: readonly Field[], labelWidth = 96): Block {
  const widths = columnWidths(labelWidth);
  const body = fields.map(({ label, value }) => [sans(texts, label, 'label'), sans(texts, value)]);
  return {
    content: { table: { widths, body }, layout: PLAIN, margin: [-CELL_PADDING, 0, -CELL_PADDING, 4] },
    startHeight: Math.min(60, rowHeight(body[0] ?? [], widths)),
  };
}

/** Labels with short values, two pairs a row; a long value has a row of its own. */
export function fieldGrid(texts: Texts, fields: readonly Field[]): Block {
  const long = (field: Field): boolean => field.value.length > 36;
  const rows: TableCell[][] = [];
  const pair = ({ label, value }: Field): TableCell[] => [sans(texts, label, 'label'), sans(texts, value)];
  const short = fields.filter((field) => !long(field));
  for (let index = 0; index < short.length; index += 2) {
    rows.push(short.slice(index, index + 2).flatMap(pair));
    if (rows.at(-1)?.length === 2) rows.at(-1)?.push({ text: '' }, { text: '' });
  }
  for (const { label, value } of fields.filter(long)) {
    rows.push([sans(texts, label, 'label'), { text: texts.Inter(value), style: 'body', colSpan: 3 }, '', '']);
  }
  const widths = columnWidths(96, 156, 64);
  return {
    content: { table: { widths, body: rows }, layout: PLAIN, margin: [-CELL_PADDING, 2, -CELL_PADDING, 4] },
    startHeight: Math.min(60, rowHeight(rows[0] ?? [], widths)),
  };
}

/**
 * A table with a header that is repeated on every page; a head that begins with `>` is set flush right, with `^` centred. Rows stay whole
 * unless one is so long that a page may not hold it.
 */
export function dataTable(widths: number[], header: readonly string[], rows: readonly TableCell[][]): Block {
  const heights = rows.map((row) => rowHeight(row, widths));
  const short = heights.every((height) => height <= MAX_WHOLE_ROW);
  const content: Content = {
    table: {
      headerRows: 1,
      ...(short ? { keepWithHeaderRows: 1, dontBreakRows: true } : {}),
      widths,
      body: [
        header.map((head) => ({
          text: head.replace(/^[>^]/, ''),
          style: 'columnHead',
          alignment: head.startsWith('>') ? 'right' : head.startsWith('^') ? 'center' : 'left',
        })),
        ...rows,
      ],
    },
    layout: RULED,
    margin: [-CELL_PADDING, 0, -CELL_PADDING, 4],
  };
  return { content, startHeight: 20 + Math.min(heights[0] ?? 0, short ? MAX_WHOLE_ROW : 60) };
}

/** A table of few rows stays on one page: torn apart it would be harder to read than a gap is to look at. */
export function wholeTable(table: Block, rows: number): Block {
  return rows > MAX_ROWS_KEPT_WHOLE ? table : { ...table, content: { stack: [table.content], unbreakable: true } };
}

const MAX_ROWS_KEPT_WHOLE = 8;

/** Half a page: a taller row may be broken, because one that is taller than a page would lose its end. */
const MAX_WHOLE_ROW = 370;

/** Each verdict has a shape of its own besides its colour. */
export const VERDICT_LOOK: Readonly<
  Record<Verdict, { readonly mark: string; readonly colour: string; readonly fill: string }>
> = {
  fits: { mark: '●', colour: PAPER.danger, fill: PAPER['danger-soft'] },
  contributes: { mark: '◆', colour: PAPER.warning, fill: PAPER['warning-soft'] },
  inconclusive: { mark: '?', colour: PAPER.muted, fill: '#eef0f3' },
  'ruled-out': { mark: '✗', colour: PAPER.ok, fill: PAPER['ok-soft'] },
};
