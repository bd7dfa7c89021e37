import type { TimeResolution } from '../../model/evidence.ts';
import type { FileSize } from '../../model/host.ts';
import type { EpochMicros } from '../../model/time.ts';
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
import { StampClock } from '../reading/stamp-clock.ts';
import { monthNumber, wallOf, zoneMinutes } from '../reading/stamps.ts';
import { readPrintedSize } from './printed-size.ts';

const ROW_LIMIT_CHARACTERS = 8_192;

// -rw-r--r-- 1 root root 59261760 Jan 28 04:05 test-results.xml          -rw-r--r-- 1 root root 57M Nov 30  2025 a b.xml
// -rw-r--r-- 1 root root 59261760 28. Jan 04:05 test-results.xml       elsewhere the day comes first: 28 janv. 04:05
// drwxr-xr-x 2 app app 4096 2026-01-28 04:05 vpn          ... 2026-01-28 04:05:10.123456789 +0000 test-results.xml
const ROW = new RegExp(
  String.raw`^([-dlbcps])[-rwxsStT]{9}[.+@]?\s+\d{1,9}\s+(?:\S{1,64}\s+){0,2}?(\d+(?:[.,]\d+)?[KMGTPE]?)\s+` +
    String.raw`(?:(?:(\p{L}{3,8}\.?)\s+(\d{1,2})|(\d{1,2})\.?\s+(\p{L}{3,8}\.?))\s+(?:(\d\d):(\d\d)|(\d{4}))|(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d)\.(\d{1,9}) ([+-]\d{4}))?)\s(.+)$`,
  'u',
);
// ./logs/7.0/vpn/14:          'with blanks':
const FOLDER = /^'?(\S.*?)'?:\s*$/;

/** Whether a line is a row of `ls -l`. */
function isLsRow(text: string): boolean {
  return text.length <= ROW_LIMIT_CHARACTERS && ROW.test(text);
}

/**
 * `ls -l`, also with -a, -h, -R, --full-time or --time-style=long-iso. Source: ls(1) of GNU coreutils. Rows say how large
 * the artifact and the database were where they themselves were not saved.
 */
const createLsParser: CreateParser = (context) => parserOfLines(context, new LsHandler(context));

class LsHandler implements LineHandler {
  readonly #context: ParseContext;
  readonly #stamps: StampClock;
  readonly #stray: StrayLines;
  #folder = '';
  #anyZoneless = false;
  #any = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#stamps = new StampClock(context);
    this.#stray = new StrayLines(context, 'rows of ls -l');
  }

  onLine(line: Line, out: ParsedItem[]): void {
    const { text } = line;
    const size = text.length > ROW_LIMIT_CHARACTERS ? null : this.#readRow(line);
    if (size !== null) {
      this.#any = true;
      this.#stray.flush(out);
      out.push({ type: 'file-size', size });
      return;
    }
    if (text.length <= ROW_LIMIT_CHARACTERS && FOLDER.test(text)) {
      this.#folder = FOLDER.exec(text)?.[1] ?? '';
      return;
    }
    // total 57900     total 57M          and what ls could not look at: question marks for sizes
    if (/^total \S+$/.test(text) || (!this.#any && isDecoration(text)) || text.trim() === '') return;
    this.#stray.add(line);
  }

  #readRow(line: Line): FileSize | null {
    const match = ROW.exec(line.text);
    if (match === null) return null;
    const [, type, size] = match;
    const rest = match.at(-1);
    const bytes = readPrintedSize(size ?? '', 1);
    if (bytes === null) return null;
    // test-results.xml -> ../13/test-results.xml          'with blanks.xml' (to a terminal)
    const name = (type === 'l' ? (rest ?? '').replace(/ -> .*$/, '') : (rest ?? '')).replace(/^'(.*)'$/, '$1');
    return {
      time: this.#timeOf(match),
      path: this.#folder === '' || name.startsWith('/') ? name : `${this.#folder.replace(/\/$/, '')}/${name}`,
      bytes,
      precision: /[KMGTPE]$/i.test(size ?? '') ? 'rounded' : 'exact',
      isDirectory: type === 'd',
      from: 'ls',
      source: provenanceOfLines(this.#context, line),
    };
  }

  #timeOf(match: RegExpExecArray): EpochMicros | null {
    const [monthFirst, dayBehind, dayFirst, monthBehind, hour, minute, year] = match.slice(3, 10);
    const [isoYear, isoMonth, isoDay, isoHour, isoMinute, second, fraction, zoneText] = match.slice(10, 18);
    if (isoYear !== undefined) {
      const zone = zoneText === undefined ? null : zoneMinutes(zoneText);
      if (zone === null) this.#anyZoneless = true;
      const wall = wallOf(isoYear, isoMonth, isoDay, isoHour, isoMinute, second, fraction);
      return this.#stamps.peek(wall, zone);
    }
    this.#anyZoneless = true;
    const month = monthNumber(monthFirst ?? monthBehind ?? '');
    // A file older than half a year has no time of day, and one without a year needs evidence of about its time.
    if (month === null || year !== undefined || this.#context.nearTime === null) return null;
    const { year: _year, ...wall } = wallOf(0, month, dayBehind ?? dayFirst, hour, minute, '0');
    return this.#stamps.peekYearless(wall, this.#context.nearTime)?.time ?? null;
  }

  onEnd(out: ParsedItem[]): void {
    this.#stray.flush(out);
  }

  timeResolution(): TimeResolution | null {
    if (!this.#anyZoneless) return null;
    return {
      ...this.#stamps.resolution(),
      // The times of files decide nothing: that their zone was assumed needs no word.
      zoneFrom: this.#context.zoneFrom === 'assumed' ? 'file' : this.#context.zoneFrom,
      year: null,
      yearFrom: 'file',
    };
  }
}

export const LS: RecordFormat = {
  holds: 'snapshot',
  savedAs: '`ls -l`',
  detect: {
    by: 'entries',
    signs: [
      {
        sample: '-rw-r--r-- 1 root root 59261760 Jan 28 04:05 test-results.xml',
        why: 'has rows of ls -l',
        reads: isLsRow,
      },
    ],
    beforeStamps: false,
  },
  dated: 'by-zone',
  printsHostZone: false,
  create: createLsParser,
  // It holds no events.
  readAgain: null,
};
