/** A row of a result as a database client prints it: values by the names of their columns, null for NULL. */
export interface ClientRow {
  readonly type: 'row';
  readonly values: ReadonlyMap<string, string | null>;
  readonly from: number;
  readonly length: number;
}

/** A line beside the tables. */
interface OtherLine {
  readonly type: 'line';
  readonly text: string;
  readonly from: number;
}

export type ClientItem = ClientRow | OtherLine;

/** One line of the text, without its end. */
interface TextLine {
  readonly text: string;
  readonly from: number;
}

/** Reads one table from its first line on. */
interface TableReader {
  /** Whether a line belongs to the table. */
  readonly take: (line: TextLine) => boolean;
  /** Gives the row that was pending. */
  readonly end: () => void;
}

/** A form in which clients print: how a table begins, where the line below helps to tell. */
type Form = (line: string, next: string) => ((found: (row: ClientRow) => void) => TableReader) | null;

const MOST_COLUMNS = 100;
const CELL = /^[\w ()$."-]{1,64}$/;

/**
 * The results in a text as mysql and psql print them: boxed, tab-separated, one field a line (\G, \x), aligned, unaligned and CSV.
 * A value may have several lines. Sources: mysql(1), "--batch", "--vertical"; psql(1), "format", "expanded"
 */
export function clientItems(text: string): readonly ClientItem[] {
  const items: ClientItem[] = [];
  const lines = linesOf(text);
  let reader = BESIDE_TABLES;
  const found = (row: ClientRow): void => {
    items.push(row);
  };
  for (const [index, line] of lines.entries()) {
    if (reader.take(line)) continue;
    reader.end();
    reader = begun(line.text, lines[index + 1]?.text ?? '', found);
    if (!reader.take(line)) items.push({ type: 'line', ...line });
  }
  reader.end();
  return items;
}

function begun(text: string, next: string, found: (row: ClientRow) => void): TableReader {
  for (const form of FORMS) {
    const create = form(text, next);
    if (create !== null) return create(found);
  }
  return BESIDE_TABLES;
}

const BESIDE_TABLES: TableReader = { take: () => false, end: () => undefined };

function linesOf(text: string): readonly TextLine[] {
  let from = 0;
  return text.split('\n').map((raw) => {
    const line = { text: raw.replace(/\r+$/, ''), from };
    from += raw.length + 1;
    return line;
  });
}

const named = (names: readonly string[], values: readonly (string | null)[]): ReadonlyMap<string, string | null> =>
  new Map(names.map((name, index) => [name.trim().toLowerCase(), values[index] ?? null]));
const lengthTo = (first: TextLine, last: TextLine): number => last.from + last.text.length - first.from;
const isEnd = (text: string): boolean => /^\(\d+ rows?\)$|^\d+ rows? in set\b|^Empty set\b|^Bye$/.test(text);

// *************************** 1. row ***************************
const VERTICAL = /^\*{10,} \d+\. row \*{10,}$/;
// -[ RECORD 1 ]---+-----------
const EXPANDED = /^-\[ RECORD \d+ \](?:-*\+?-*)$/;

/** One field a line: below a line of stars, names end in one column; below psql's, in a bar. */
function fieldForm(
  begins: RegExp,
  fieldOf: (text: string, nameEnd: number | null) => readonly [name: string, value: string, nameEnd: number] | null,
  joined: (value: string) => string,
  isMore: (text: string) => string | null,
): Form {
  return (first) =>
    !begins.test(first)
      ? null
      : (found) => {
          let start: TextLine | null = null;
          let last: TextLine | null = null;
          let fields: [string, string][] = [];
          let nameEnd: number | null = null;
          const end = (): void => {
            if (start !== null && last !== null && fields.length > 0) {
              const values = fields.map(([, value]) => (value === 'NULL' ? null : joined(value)));
              const names = fields.map(([name]) => name);
              found({ type: 'row', values: named(names, values), from: start.from, length: lengthTo(start, last) });
            }
            start = null;
            fields = [];
          };
          const take = (line: TextLine): boolean => {
            const { text } = line;
            if (begins.test(text)) {
              end();
              start = line;
              last = line;
              nameEnd = null;
              return true;
            }
            if (isEnd(text)) return false;
            const field = fieldOf(text, nameEnd);
            const more = isMore(text);
            const current = fields.at(-1);
            if (field !== null && fields.length < MOST_COLUMNS) {
              nameEnd ??= field[2];
              fields.push([field[0], field[1]]);
            } else if (current !== undefined && more !== null) current[1] += `\n${more}`;
            else return false;
            last = line;
            return true;
          };
          return { take, end };
        };
}

const vertical = fieldForm(
  VERTICAL,
  (text, nameEnd) => {
    const match = /^( *[\w()$.]+): ?(.*)$/.exec(text);
    const at = match?.[1]?.length ?? 0;
    return match === null || (nameEnd !== null && nameEnd !== at) ? null : [match[1] ?? '', match[2] ?? '', at];
  },
  (value) => value.trimEnd(),
  (text) => text,
);
const expanded = fieldForm(
  EXPANDED,
  (text, nameEnd) => {
    const match = /^([\w()$.?]+ *)\| ?(.*)$/.exec(text);
    const at = match?.[1]?.length ?? 0;
    return match === null || (nameEnd !== null && nameEnd !== at) ? null : [match[1] ?? '', match[2] ?? '', at];
  },
  (value) => value.replaceAll(/ *\+$/gm, '').trimEnd(),
  (text) => /^ +\| ?(.*)$/.exec(text)?.[1] ?? null,
);

/** Cells of a line, cut where its header's borders stand, else at bars; what is too much belongs to the widest column. */
function cellsOf(text: string, bars: readonly number[]): readonly string[] {
  const inner = bars.slice(1, -1);
  if (inner.every((at) => text[at] === '|')) {
    return bars.slice(0, -1).map((from, index) => text.slice(from + 1, bars[index + 1]));
  }
  const cells = text.slice((bars[0] ?? -1) + 1).split('|');
  const columns = bars.length - 1;
  const widths = bars.slice(0, -1).map((from, index) => (bars[index + 1] ?? from) - from);
  const widest = widths.indexOf(Math.max(...widths));
  const surplus = cells.length - columns;
  if (surplus > 0) cells.splice(widest, surplus + 1, cells.slice(widest, widest + surplus + 1).join('|'));
  return cells;
}

const BORDER = /^\+(?:-+\+)+$/;
const barsOf = (border: string): readonly number[] => [...border.matchAll(/\+/g)].map(({ index }) => index);
const cellValue = (cell: string): string | null => (cell.trim() === 'NULL' ? null : cell.trim());

/** mysql -t: boxes. A value of several lines makes its row go on below, until a line ends in a bar. */
const boxed: Form = (first, next) =>
  !BORDER.test(first) || !next.startsWith('|')
    ? null
    : (found) => {
        const bars = barsOf(first);
        let names: readonly string[] | null = null;
        let pending: { readonly line: TextLine; text: string } | null = null;
        const take = (line: TextLine): boolean => {
          const { text } = line;
          // Another border is that of the next statement's table.
          if (pending === null && BORDER.test(text)) return text === first;
          if (pending === null && !text.startsWith('|')) return false;
          const row: { readonly line: TextLine; text: string } = pending ?? { line, text };
          if (pending !== null) row.text += `\n${text}`;
          pending = row;
          if (!/\|$/.test(text) || (row.text === text && text.length < (bars.at(-1) ?? 0))) return true;
          pending = null;
          const cells = cellsOf(row.text.slice(0, -1), bars);
          if (names === null) names = cells;
          else {
            const { from } = row.line;
            found({
              type: 'row',
              values: named(names, cells.map(cellValue)),
              from,
              length: lengthTo(row.line, line),
            });
          }
          return true;
        };
        return { take, end: () => undefined };
      };

const DIVIDER = /^-+(?:\+-+)+$/;

/** psql, aligned: a divider stands below the header, and a value of several lines has a plus behind each but the last. */
const aligned: Form = (first, next) =>
  !DIVIDER.test(next) || !first.includes('|')
    ? null
    : (found) => {
        const bars = [-1, ...barsOf(next), Math.max(first.length, next.length)];
        let names: readonly string[] | null = null;
        let pending: { readonly first: TextLine; last: TextLine; cells: string[]; isOpen: boolean } | null = null;
        const end = (): void => {
          if (pending === null || names === null) return;
          const values = pending.cells.map((cell) =>
            cell.trim() === '' ? null : cell.replaceAll(/ *\+$/gm, '').trim(),
          );
          const length = lengthTo(pending.first, pending.last);
          found({ type: 'row', values: named(names, values), from: pending.first.from, length });
          pending = null;
        };
        const take = (line: TextLine): boolean => {
          const { text } = line;
          if (names === null) {
            names = cellsOf(text, bars);
            return true;
          }
          if (DIVIDER.test(text)) return true;
          if (isEnd(text) || !text.includes('|')) return false;
          const cells = [...cellsOf(text, [...bars.slice(0, -1), Math.max(text.length, bars.at(-1) ?? 0)])];
          const isOpen = cells.some((cell) => /\+$/.test(cell.trimEnd()));
          if (pending?.isOpen === true) {
            pending.cells = pending.cells.map((cell, index) =>
              (cells[index] ?? '').trim() === '' ? cell : `${cell}\n${(cells[index] ?? '').slice(1)}`,
            );
            pending.last = line;
            pending.isOpen = isOpen;
            return true;
          }
          end();
          pending = { first: line, last: line, cells, isOpen };
          return true;
        };
        return { take, end };
      };

const unescaped = (cell: string): string | null =>
  cell === 'NULL'
    ? null
    : cell.replaceAll(
        /\\([ntb0\\])/g,
        (_all, letter: string) => ({ n: '\n', t: '\t', b: '\b', '0': '\0' })[letter] ?? letter,
      );

/** mysql -B, which it is without a terminal: tabs, and line ends in a value as `\n`. */
const tabbed: Form = (first) => {
  const names = first.split('\t');
  return names.length < 3 || !names.every((name) => CELL.test(name))
    ? null
    : (found) => {
        let isHeader = true;
        const take = (line: TextLine): boolean => {
          if (isHeader) {
            isHeader = false;
            return true;
          }
          const cells = line.text.split('\t');
          if (cells.length !== names.length) return false;
          found({
            type: 'row',
            values: named(names, cells.map(unescaped)),
            from: line.from,
            length: line.text.length,
          });
          return true;
        };
        return { take, end: () => undefined };
      };
};

const SEPARATED = /^"?[a-z_]\w{0,62}"?(?:([,|])"?[a-z_]\w{0,62}"?)+$/;
const MOST_LINES_OF_A_ROW = 1_000;

/** psql --csv and -A: a row that has not all its cells yet goes on in the next line. */
const separated: Form = (first) => {
  const separator = SEPARATED.exec(first)?.[1];
  if (separator === undefined) return null;
  const split = separator === ',' ? csvCells : (text: string): readonly string[] | null => text.split('|');
  const names = split(first) ?? [];
  if (names.length < 3) return null;
  return (found) => {
    let isHeader = true;
    let pending: { readonly first: TextLine; last: TextLine; text: string; lines: number } | null = null;
    const cells = (text: string): readonly string[] | null => {
      const all = split(text);
      return all === null || all.length < names.length
        ? null
        : [...all.slice(0, names.length - 1), all.slice(names.length - 1).join(separator)];
    };
    const end = (): void => {
      const values = pending === null ? null : cells(pending.text);
      if (pending !== null && values !== null) {
        const { from } = pending.first;
        const length = lengthTo(pending.first, pending.last);
        found({
          type: 'row',
          values: named(
            names,
            values.map((value) => (value === '' ? null : value)),
          ),
          from,
          length,
        });
      }
      pending = null;
    };
    const take = (line: TextLine): boolean => {
      if (isHeader) {
        isHeader = false;
        return true;
      }
      if (isEnd(line.text) || (line.text === '' && pending !== null && cells(pending.text) !== null)) return false;
      // A quote that is closed ends a row of CSV; without quotes, a row is whole until the next begins.
      const isWhole = pending !== null && cells(pending.text) !== null;
      const isNext = isWhole && (separator === ',' || cells(line.text) !== null);
      if (pending !== null && !isNext && pending.lines < MOST_LINES_OF_A_ROW) {
        pending.text += `\n${line.text}`;
        pending.last = line;
        pending.lines += 1;
        return true;
      }
      end();
      pending = { first: line, last: line, text: line.text, lines: 1 };
      return true;
    };
    return { take, end };
  };
};

/** Cells of a row of CSV; null where a quoted one does not end in it. */
function csvCells(text: string): readonly string[] | null {
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,"]*))(,|$)/y;
  for (;;) {
    const match = pattern.exec(text);
    if (match === null) return null;
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') return pattern.lastIndex === text.length ? cells : null;
  }
}

const FORMS: readonly Form[] = [vertical, expanded, boxed, aligned, tabbed, separated];
