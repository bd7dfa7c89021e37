import type { Content, CustomTableLayout, TableCell } from 'pdfmake/interfaces.js';
import { PALETTES } from '../../shared/figures/palettes.ts';
import type { Verdict } from '../../shared/model/analysis.ts';
import type { Field } from '../../shared/report/report.ts';
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
export const RULED: CustomTableLayout = {
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

/** Text of a section's heading; it is kept with what follows and listed in the outline. */
export function heading(words: string): Content {
  return { text: words, style: 'heading', headlineLevel: 1, outline: true };
}

export function sans(texts: Texts, text: string, style = 'body'): TableCell {
  return { text: texts.Inter(text), style };
}

export function mono(texts: Texts, text: string, style = 'mono'): TableCell {
  return { text: texts.JetBrainsMono(text), style };
}

/** Code or a command in a box, with its indents. */
export function codeBox(texts: Texts, code: string): Content {
  const text = texts.JetBrainsMono(code);
  return {
    table: {
      widths: [CONTENT_WIDTH - 14 - 1],
      body: [[{ text, style: 'mono', preserveLeadingSpaces: true, fillColor: '#f6f7f9' }]],
    },
    layout: BOX,
    margin: [0, 2, 0, 4],
  };
}

/** Labels with values, one pair a row. */
export function fieldTable(texts: Texts, fields: readonly Field[], labelWidth = 96): Content {
  return {
    table: {
      widths: columnWidths(labelWidth),
      body: fields.map(({ label, value }) => [sans(texts, label, 'label'), sans(texts, value)]),
    },
    layout: PLAIN,
    margin: [-CELL_PADDING, 0, -CELL_PADDING, 4],
  };
}

/** Labels with short values, two pairs a row; a long value has a row of its own. */
export function fieldGrid(texts: Texts, fields: readonly Field[]): Content {
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
  return {
    table: { widths: columnWidths(96, 156, 64), body: rows },
    layout: PLAIN,
    margin: [-CELL_PADDING, 2, -CELL_PADDING, 4],
  };
}

/**
 * A table with a header that is repeated on every page; a head that begins with `>` is set flush right. Rows stay whole
 * unless one is so long that a page may not hold it.
 */
export function dataTable(widths: number[], header: readonly string[], rows: readonly TableCell[][]): Content {
  const longest = Math.max(0, ...rows.map((row) => Math.max(...row.map(textLength))));
  const short = longest <= 900;
  return {
    table: {
      headerRows: 1,
      ...(short ? { keepWithHeaderRows: 1, dontBreakRows: true } : {}),
      widths,
      body: [
        header.map((head) => ({
          text: head.replace(/^>/, ''),
          style: 'columnHead',
          alignment: head.startsWith('>') ? 'right' : 'left',
        })),
        ...rows,
      ],
    },
    layout: RULED,
    margin: [-CELL_PADDING, 0, -CELL_PADDING, 4],
  };
}

/** Letters in a cell, whatever its nesting. */
function textLength(cell: unknown): number {
  if (typeof cell === 'string') return cell.length;
  if (Array.isArray(cell)) return cell.reduce((sum: number, part) => sum + textLength(part), 0);
  if (typeof cell !== 'object' || cell === null) return 0;
  return ('text' in cell ? textLength(cell.text) : 0) + ('stack' in cell ? textLength(cell.stack) : 0);
}

/** Each verdict has a shape of its own besides its colour. */
export const VERDICT_LOOK: Readonly<
  Record<Verdict, { readonly mark: string; readonly colour: string; readonly fill: string }>
> = {
  fits: { mark: '●', colour: PAPER.danger, fill: PAPER['danger-soft'] },
  contributes: { mark: '◆', colour: PAPER.warning, fill: PAPER['warning-soft'] },
  inconclusive: { mark: '?', colour: PAPER.muted, fill: '#eef0f3' },
  'ruled-out': { mark: '✗', colour: PAPER.ok, fill: PAPER['ok-soft'] },
};
