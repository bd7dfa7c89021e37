import type { TimeResolution } from '../../model/evidence.ts';
import type { FilesystemUsage } from '../../model/host.ts';
import type { RecordFormat } from '../reading/format.ts';
import {
  isDecoration,
  type Line,
  type LineHandler,
  parserOfLines,
  provenanceOfLines,
  StrayLines,
} from '../reading/lines.ts';
import type { CreateParser, ParseContext, ParsedItem } from '../reading/parser.ts';
import { readPrintedSize } from './printed-size.ts';
import { isDateLine, SnapshotClock } from './snapshot-time.ts';

/** Longest row that is looked at: paths end at 4096 bytes. */
const ROW_LIMIT_CHARACTERS = 8_192;

/** What a header of `df` says of its rows. */
interface DfHeader {
  readonly of: 'bytes' | 'inodes';
  /** Bytes of one block; 1 where sizes carry their own unit or bytes were asked for. */
  readonly blockBytes: number;
}

// Filesystem     1K-blocks     Used Available Use% Mounted on
// Filesystem      Size  Used Avail Use% Mounted on          Filesystem  Type  Inodes  IUsed  IFree IUse% Mounted on
// Filesystem     1024-blocks     Used Available Capacity Mounted on
const HEADER =
  /^Filesystem\s+(?:Type\s+)?(?:(Inodes)\s+IUsed\s+IFree\s+IUse%|(?:Size|(\d{1,12})([KMGTB]?)B?-blocks)\s+Used\s+Avail(?:able)?\s+(?:Use%|Capacity))\s+Mounted on\s*$/;
// /dev/vda1       264212084 25660832  80730080  25% /          //nas/my share  ext4 252G   25G   77G  25% /mnt/a b
const ROW =
  /^(\S.*?)\s+(?:[a-z][\w.]*\s+)?(\d+(?:[.,]\d+)?[KMGTPE]?|-)\s+(?:\d+(?:[.,]\d+)?[KMGTPE]?|-)\s+(-?\d+(?:[.,]\d+)?[KMGTPE]?|-)\s+(\d{1,3})%\s+(\/.*)$/;
const BLOCK_UNITS: Readonly<Record<string, number>> = { B: 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Reads the header of `df`, with -h, -k, -P, -T or -i; null for any other line. */
function readDfHeader(text: string): DfHeader | null {
  const match = HEADER.exec(text);
  if (match === null) return null;
  const [, inodes, count, unit] = match;
  if (inodes !== undefined) return { of: 'inodes', blockBytes: 1 };
  if (count === undefined) return { of: 'bytes', blockBytes: 1 };
  return { of: 'bytes', blockBytes: Number(count) * (unit === '' ? 1 : (BLOCK_UNITS[unit ?? ''] ?? 1)) };
}

/** `df`, `df -h`, `df -i`, once or repeatedly under date lines. Source: df(1) of GNU coreutils. */
const createDfParser: CreateParser = (context) => parserOfLines(context, new DfHandler(context));

class DfHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #clock: SnapshotClock;
  readonly #stray: StrayLines;
  #header: DfHeader | null = null;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#clock = new SnapshotClock(context);
    this.#stray = new StrayLines(context, 'rows of df');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const header = readDfHeader(text);
    if (header !== null) {
      this.#header = header;
      return;
    }
    const usage = this.#header === null ? null : this.#readRow(line, this.#header);
    if (usage !== null) {
      this.#stray.flush(out);
      out.push({ type: 'filesystem', usage });
      return;
    }
    if (isDateLine(text)) this.#clock.takeDateLine(text);
    else if (!isDecoration(text) && !isPseudoRow(text)) this.#stray.add(line);
  }

  #readRow(line: Line, header: DfHeader): FilesystemUsage | null {
    if (line.text.length > ROW_LIMIT_CHARACTERS) return null;
    const match = ROW.exec(line.text);
    if (match === null) return null;
    const [, filesystem, size, available, used, mountPoint] = match;
    const bytes = (text: string | undefined): number | null =>
      header.of === 'inodes' ? null : readPrintedSize(text ?? '', header.blockBytes);
    return {
      time: this.#clock.time,
      filesystem: filesystem ?? '',
      mountPoint: mountPoint ?? '',
      of: header.of,
      sizeBytes: bytes(size),
      availableBytes: bytes(available),
      usedPercent: Number(used),
      source: provenanceOfLines(this.#context, line),
    };
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
    out.push(...this.#clock.problems());
  }

  timeResolution(): TimeResolution | null {
    return this.#clock.timeResolution();
  }
}

/** `proc  0  0  0  - /proc` with -a: nothing can be in use there. */
function isPseudoRow(text: string): boolean {
  return text.length <= ROW_LIMIT_CHARACTERS && /\s-\s+\/\S*\s*$/.test(text);
}

export const DF: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`df`',
  detect: {
    by: 'header',
    sign: {
      sample: 'Filesystem     1K-blocks     Used Available Use% Mounted on',
      why: 'has the header of df',
      reads: (line) => readDfHeader(line) !== null,
    },
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createDfParser,
  // It holds no events.
  readAgain: null,
};
