import type { FileSize } from '../../model/host.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  problemItem,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { readPrintedSize } from './printed-size.ts';

const ROW_LIMIT_CHARACTERS = 8_192;
/** Rows that are kept until the end of the file tells their unit. */
const ROW_LIMIT = 100_000;

// 57876	./logs/7.0/vpn/14/test-results.xml          57M	/srv/tracker/data          4.0K	total
const ROW = /^(\d{1,18}(?:[.,]\d)?[KMGTPE]?)\t((?:\.{0,2}\/|\.{1,2}$)[^\t]*|total|[^\t/]+\/[^\t]*|[^\t/]+\.\w{1,8})$/;

/** Whether a line is a row of `du`. */
function isDuRow(text: string): boolean {
  // gdb says of a source that it cannot show: 103	./nptl/futex-internal.c: No such file or directory.
  return text.length <= ROW_LIMIT_CHARACTERS && ROW.test(text) && !/: No such file or directory\.$/.test(text);
}

/**
 * `du`, with -a, -s, -h, -k or -b. Plain numbers carry no unit: blocks of 1 KiB unless some are no whole filesystem block
 * of 4 KiB, which -b alone (bytes) prints. Source: du(1) of GNU coreutils.
 */
const createDuParser: CreateParser = (context) => parserOfLines(context, new DuHandler(context));

class DuHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stray: StrayLines;
  readonly #rows: { readonly line: Line; readonly size: string; readonly path: string }[] = [];

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stray = new StrayLines(context, 'rows of du');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const match = line.text.length > ROW_LIMIT_CHARACTERS ? null : ROW.exec(line.text);
    if (match === null) {
      if (!isDecoration(line.text) && !/^du: /.test(line.text)) this.#stray.add(line);
      return;
    }
    this.#stray.flush(out);
    if (this.#rows.length < ROW_LIMIT) this.#rows.push({ line, size: match[1] ?? '', path: match[2] ?? '' });
    else if (this.#rows.length === ROW_LIMIT) {
      this.#rows.push({ line, size: match[1] ?? '', path: match[2] ?? '' });
      out.push(
        problemItem(
          'limit-exceeded',
          `${this.#context.fileName} has more than ${ROW_LIMIT} rows; those after line ${line.number} are left out.`,
          line.byteOffset,
        ),
      );
    }
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
    const isBytes = this.#rows.some(({ size }) => /^\d+$/.test(size) && Number(size) % 4 !== 0);
    for (const { line, size, path } of this.#rows) {
      const bytes = readPrintedSize(size, isBytes ? 1 : 1024);
      if (bytes === null) continue;
      const record: FileSize = {
        time: null,
        path,
        bytes,
        precision: isBytes && /^\d+$/.test(size) ? 'exact' : 'allocated',
        // du names folders unless -a asks for files, and does not tell one from the other.
        isDirectory: !/\.\w{1,8}$/.test(path),
        from: 'du',
        source: provenanceOfLines(this.#context, line),
      };
      out.push({ type: 'file-size', size: record });
    }
  }

  timeResolution(): null {
    return null;
  }
}

export const DU: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`du`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '57876\t./logs/7.0/vpn/14/test-results.xml',
        why: 'has rows of du',
        reads: isDuRow,
      },
    ],
    beforeStamps: false,
  },
  dated: 'undated',
  printsHostZone: false,
  create: createDuParser,
  // It holds no events.
  readAgain: null,
};
