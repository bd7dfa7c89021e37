import { visibleLine } from '../../shared/wording/visible.ts';

/*
 * Setting text in the fixed columns of a terminal. Nothing is ever cut: what does not fit goes on in the next line, and a
 * word longer than the line is broken wherever the line ends.
 */

/** Columns that a character takes: 2 for East Asian wide and emoji, 0 for combining marks, else 1. */
function columnsOf(character: string): number {
  if (/\p{Mn}|\p{Me}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

// The wide blocks of https://www.unicode.org/reports/tr11/, without the rare ones.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes in a terminal. */
export function textColumns(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** The text padded with spaces to `columns`; unchanged when it is longer. */
export function padded(text: string, columns: number, side: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, columns - textColumns(text)));
  return side === 'left' ? text + fill : fill + text;
}

/** Lines of at most `columns`, broken at spaces where there are any. Line feeds and controls become visible escapes. */
export function wrapped(text: string, columns: number): readonly string[] {
  const width = Math.max(2, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of visibleLine(text)
    .split(' ')
    .flatMap((whole) => broken(whole, width))) {
    const joined = line === '' ? word.text : `${line}${word.joins ? '' : ' '}${word.text}`;
    if (line === '' || textColumns(joined) <= width) line = joined;
    else {
      lines.push(line);
      line = word.text;
    }
  }
  return [...lines, line];
}

/** A word in pieces that fit the width; a piece that `joins` belongs to the one before it without a space. */
function broken(word: string, width: number): readonly { readonly text: string; readonly joins: boolean }[] {
  const pieces: { text: string; joins: boolean }[] = [];
  let piece = '';
  for (const character of word) {
    if (textColumns(piece + character) > width) {
      pieces.push({ text: piece, joins: pieces.length > 0 });
      piece = '';
    }
    piece += character;
  }
  return [...pieces, { text: piece, joins: pieces.length > 0 }];
}
